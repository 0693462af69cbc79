import { expect, hydrated, signIn, test } from "../support/fixtures.ts";
import { tabTo, until } from "../support/keyboard.ts";
import { given, sql } from "../support/stack.ts";
import type { Page } from "@playwright/test";

const PASSWORD = "abacus-ledger-2026";

/** Trades of 1.00 that only WeChat has, in one minute, as if a page of our file was missing. */
async function seed(series: string, count: number): Promise<void> {
  await sql(
    given("END2END_DATABASE_URL"),
    `insert into error_items (id, number, leg, cause, direction, channel, clearing_date,
       record_key, theirs, theirs_minor, difference_minor, currency, account_code,
       account_owner, state, opened_at, due_at)
     select gen_random_uuid(), '${series}-' || n, 'gateway_bank', 'only_in_channel', 'in',
       'wechat', date '2026-01-05', 'gateway_bank:wechat:in:${series}' || n,
       jsonb_build_object('number', '${series}N' || n, 'channel_no', '${series}C' || n,
         'amount', jsonb_build_object('minor', '100', 'currency', 'CNY'), 'fee', null,
         'standing', 'success', 'status', 'SUCCESS',
         'event_time', jsonb_build_array(2026, 5, length('${series}'), 31, 0, 0, 0, 0, 0),
         'clearing_date', null, 'place', 'page 7, line ' || n),
       100, 100, 'CNY', '1122.01', 'wechat', 'new', now(), now() + interval '7 days'
     from generate_series(1, ${count}) n`,
  );
}

async function confirm(page: Page): Promise<void> {
  const tick = page.locator('input[name="request[confirmed]"]');
  await until(page, tick);
  await tabTo(page, tick);
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
}

test("a missing page is one case: Lin proposes from the keyboard, Wang decides", async ({
  page,
  colleague,
}) => {
  await seed("MP", 12);
  await signIn(page, "lin.ops", PASSWORD);
  await page.goto("/error-items");
  await hydrated(page);
  await tabTo(page, page.locator('a[href="/error-items/cases"]').first());
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/error-items\/cases$/);
  await hydrated(page);
  const row = page.locator("main tbody tr", { hasText: "12" }).first();
  await tabTo(page, row.locator("a"));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/error-items\/cases\/[0-9a-f]{32}/);
  await hydrated(page);
  await expect(page.locator("tr[data-row]")).toHaveCount(12);
  // The case is handled as one: everything is ticked already, a key leads to the reason.
  await expect(page.locator('input[name="request[all]"]')).toBeChecked();
  await page.keyboard.press("j");
  await page.keyboard.press("p");
  await page.keyboard.type("page 7 of our file was missing; WeChat has the trades");
  await tabTo(page, page.locator("#handle button[type=submit]"));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/error-items\/bulks\//);
  await confirm(page);
  const approval = page.locator('main a[href^="/approvals/"]').first();
  await until(page, approval);
  const request = await approval.getAttribute("href");

  const wang = await colleague("wang.checker", PASSWORD);
  await wang.goto(request ?? "");
  await hydrated(wang);
  await tabTo(wang, wang.locator('input[name="request[confirmed]"]').first());
  await wang.keyboard.press("Space");
  await tabTo(wang, wang.locator('button[name="request[verdict]"][value="approve"]').first());
  await wang.keyboard.press("Enter");
  await expect(async () => {
    const done = await sql(
      given("END2END_DATABASE_URL"),
      "select count(*) from error_items where number like 'MP-%' and state = 'executed'",
    );
    expect(done).toBe("12");
  }).toPass();
  await page.goto("/error-items/cases");
  await expect(page.locator("main tbody tr", { hasText: "12" })).toHaveCount(0);
});

test("what Lin took by mistake she gives back with one step", async ({ page }) => {
  await seed("UNDO", 1);
  await signIn(page, "lin.ops", PASSWORD);
  await page.goto("/error-items?q=UNDO-1");
  await hydrated(page);
  await page.keyboard.press("j");
  await page.keyboard.press("o");
  await expect(page).toHaveURL(/\/error-items\/[0-9a-f-]{36}/);
  await hydrated(page);
  await tabTo(page, page.locator('form[action*="error_items/assign"] button'));
  await page.keyboard.press("Enter");
  const undo = page.locator('form[action*="error_items/undo"] button');
  await expect(undo).toBeVisible();
  await hydrated(page);
  await tabTo(page, undo);
  await page.keyboard.press("Enter");
  await expect(page.locator("main s").first()).toBeVisible();
  await expect(undo).toHaveCount(0);
});

test("ten thousand items are assigned in one go", async ({ page }) => {
  test.setTimeout(300_000);
  await seed("TENTHOUSAND", 10_000);
  await signIn(page, "lin.ops", PASSWORD);
  await page.goto("/error-items?show=untaken&channel=wechat&day=2026-01-05");
  await hydrated(page);
  const all = page.locator('input[name="request[all]"]');
  await tabTo(page, all);
  await page.keyboard.press("Space");
  await tabTo(page, page.locator("#handle button[type=submit]"));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/error-items\/bulks\//);
  await confirm(page);
  await expect(async () => {
    const done = await sql(
      given("END2END_DATABASE_URL"),
      "select count(*) from error_items where number like 'TENTHOUSAND-%' and state = 'assigned'",
    );
    expect(done).toBe("10000");
  }).toPass({ timeout: 120_000 });
});
