import { expect, hydrated, signIn, test } from "../support/fixtures.ts";
import type { Page } from "@playwright/test";

const PASSWORD = "abacus-ledger-2026";

async function openList(page: Page): Promise<number> {
  await page.goto("/error-items?show=untaken");
  await hydrated(page);
  return page.locator("tr[data-row]").count();
}

test("Lin takes the items of the morning from the keyboard", async ({ page }) => {
  await signIn(page, "lin.ops", PASSWORD);
  const before = await openList(page);
  test.skip(before < 2, "the demonstration has too few open items");
  await page.keyboard.press("j");
  await expect(page.locator("tr[data-row]").first()).toHaveAttribute("aria-current", "true");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await expect(page.locator(".selection")).toContainText("2");
  await expect(page.locator(".selection")).toContainText("CNY");
  await page.keyboard.press("a");
  await expect(page.locator("#handle button[type=submit]")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/error-items\/bulks\//);
  // It is tried by a worker first; nothing has happened yet.
  await expect(async () => {
    await page.reload();
    await expect(page.locator('input[name="request[confirmed]"]')).toBeVisible();
  }).toPass();
  await hydrated(page);
  await page.locator('input[name="request[confirmed]"]').focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await expect(async () => {
    expect(await openList(page)).toBe(before - 2);
  }).toPass();
});

test("a single key decides nothing while somebody types, and can be turned off", async ({
  page,
}) => {
  await signIn(page, "lin.ops", PASSWORD);
  await page.goto("/error-items?show=all");
  await hydrated(page);
  const note = page.locator("#handle textarea");
  await note.fill("");
  await note.press("x");
  await expect(page.locator("tr[data-row] input:checked")).toHaveCount(0);
  await expect(note).toHaveValue("x");
});

test("Lin proposes, and cannot decide; Wang decides", async ({ page, browser }) => {
  await signIn(page, "lin.ops", PASSWORD);
  await page.goto("/error-items");
  await hydrated(page);
  const link = page.locator("tr[data-row] a.link").first();
  test.skip((await link.count()) === 0, "the demonstration has no open item");
  await link.click();
  await hydrated(page);
  const propose = page.locator('form[action*="error_items/propose"]');
  await propose.locator("textarea").fill("asked the channel, case 4711");
  await propose.locator('[name="request[confirmed]"]').check();
  await propose.locator("button[type=submit]").click();
  await expect(page).toHaveURL(/\/approvals\//);
  await expect(page.locator('[name="request[verdict]"]')).toHaveCount(0);

  const other = await (await browser.newContext()).newPage();
  await signIn(other, "wang.checker", PASSWORD);
  await other.goto(page.url());
  await expect(other.locator('[name="request[verdict]"]').first()).toBeVisible();
});
