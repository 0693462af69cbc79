import type { Locator, Page } from "@playwright/test";
import { expect, hydrated } from "../support/fixtures.ts";
import { as, cut, institution } from "../support/institution.ts";
import { choose, enter, select, tabTo, until } from "../support/keyboard.ts";
import { control, Merchant } from "../support/merchant.ts";

const RESERVE = "10120100000001";

/** An institution of its own: this story moves the clock and stops the channels. */
const test = institution("missing_file");

test.describe.configure({ mode: "serial", timeout: 300_000 });

let day: string;
let bill: Buffer;

test("WeChat cannot be reached when the day is cut, so its bill does not come", async ({
  page,
  stack,
}) => {
  await as(page, "lin.ops");
  day = (await page.locator(".business-date strong").textContent()) ?? "";
  const coffee = await Merchant.of(stack, "M100006");
  await control(stack, "misbehave", {
    channel: "wechat", operation: "payment", kind: "lose_row", next: 1,
  });
  expect((await coffee.collect("W-1", "wechat_pay", "35.00")).status).toBe("succeeded");
  expect((await coffee.collect("W-2", "wechat_pay", "36.00")).status).toBe("succeeded");
  for (const channel of ["unionpay", "wechat", "bank"]) {
    await control(stack, "settle", { channel, date: day, account: RESERVE, on: day });
  }
  // What people can still take from the channel's own page.
  const answer = await fetch(`${stack.sandboxUrl}/wechat/bill?date=${day}`);
  expect(answer.ok).toBe(true);
  bill = Buffer.from(await answer.arrayBuffer());
  await stack.silence();

  await cut(page, day);
  await expect(page.locator(".business-date strong")).not.toHaveText(day);
});

test("Lin brings the file in, and what differs is an item, from the keyboard alone", async ({
  page,
}) => {
  await as(page, "lin.ops");
  await page.goto("/reconciliation/home");
  await hydrated(page);
  const missing = (await cell(page)).getByRole("link", { name: "File missing" });
  await enter(page, missing);
  await expect(page).toHaveURL(/\/files\/import$/);
  await hydrated(page);
  const form = page.locator('form[action="/upload/files"]');
  await select(page, form.locator('[name="kind"]'), "Channel bill");
  await select(page, form.locator('[name="channel"]'), "wechat");
  await tabTo(page, form.locator('[name="file"]'));
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.keyboard.press("Enter"),
  ]);
  await chooser.setFiles({ name: `wechat-${day}.csv`, mimeType: "text/csv", buffer: bill });
  await enter(page, form.locator("button[type=submit]"));
  await expect(page).toHaveURL(/\/files\/arrivals\/[0-9a-f-]{36}/);
  const importing = page.getByRole("button", { name: "Import this file" });
  await until(page, importing);
  await enter(page, importing);
  await expect(page).toHaveURL(/\/files\/[0-9a-f-]{36}/);

  await page.goto("/reconciliation/home");
  const items = (await cell(page)).getByRole("link", { name: /Open items 1/ });
  await until(page, items);
  await enter(page, items);
  await expect(page).toHaveURL(/\/error-items\?/);
});

test("Lin proposes, Wang decides, and the day is in order", async ({ page }) => {
  await as(page, "lin.ops");
  await page.goto(`/error-items?channel=wechat&day=${day}`);
  await hydrated(page);
  await page.keyboard.press("j");
  await page.keyboard.press("o");
  await expect(page).toHaveURL(/\/error-items\/[0-9a-f-]{36}/);
  await hydrated(page);
  await enter(page, page.getByRole("button", { name: "Assign to me" }));
  await expect(page.getByRole("button", { name: "Assign to me" })).toHaveCount(0);
  await hydrated(page);
  await choose(page, "request[action]", "suspend_short");
  await tabTo(page, page.locator('[name="request[reason]"]'));
  await page.keyboard.type("the channel is asked");
  const proposal = page.locator('form:has([name="request[action]"])');
  await tabTo(page, proposal.locator("[type=checkbox]"));
  await page.keyboard.press("Space");
  await enter(page, proposal.getByRole("button", { name: "Propose" }));
  await expect(page).toHaveURL(/\/approvals\//);
  const request = new URL(page.url()).pathname;

  await as(page, "wang.checker");
  await page.goto(request);
  await hydrated(page);
  await tabTo(page, page.locator('input[name="request[confirmed]"]').first());
  await page.keyboard.press("Space");
  await enter(page, page.locator('button[name="request[verdict]"][value="approve"]').first());
  await expect(page.locator("main")).toContainText(/Approved|Carried out/);

  await as(page, "lin.ops");
  await page.goto("/reconciliation/home");
  await until(page, (await cell(page)).getByText("Flat"));
});

/** The cell of WeChat's bill of the day. */
async function cell(page: Page): Promise<Locator> {
  await expect(page.locator("main thead th").first()).toBeVisible();
  const heads = await page.locator("main table").first().locator("thead th").allTextContents();
  const column = heads.findIndex((head) => /channel/i.test(head) && /wechat/i.test(head));
  const row = page.locator("main tbody tr", { has: page.locator("th", { hasText: day }) });
  return row.first().locator("td").nth(column - 1);
}
