import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { axe, expect, hydrated } from "../support/fixtures.ts";
import { as, cut, institution, open, shows } from "../support/institution.ts";
import { control, Merchant } from "../support/merchant.ts";

const RESERVE = "10120100000001";

/** An institution of its own: this story moves the clock. */
const test = institution("trading_day");

let day: string;
let next: string;

test.describe.configure({ mode: "serial", timeout: 300_000 });

/** Sends the form with this button and waits for what follows. */
async function press(page: Page, button: string | RegExp): Promise<void> {
  await page.getByRole("button", { name: button }).click();
}

test("merchants collect over the API, and what is wrong is refused with its reason", async ({
  page,
  stack,
}) => {
  await as(page, "lin.ops");
  day = (await page.locator(".business-date strong").textContent()) ?? "";
  expect(day).toMatch(/^\d{4}-\d\d-\d\d$/);
  next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

  const books = await Merchant.of(stack, "M100001");
  const coffee = await Merchant.of(stack, "M100006");
  const travel = await Merchant.of(stack, "M100005");
  const split = await books.pay("E-1", "quick_pay", "100.00", { seller: "M100002" });
  expect([201, 202]).toContain(split.status);
  const again = await books.pay("E-1", "quick_pay", "100.00", { seller: "M100002" });
  expect(again.body.id).toBe(split.body.id);
  const other = await books.pay("E-2", "quick_pay", "101.00", { key: "E-1" });
  expect(other.status).toBe(422);

  await control(stack, "misbehave", {
    channel: "wechat", operation: "payment", kind: "lose_row", next: 1,
  });
  expect((await coffee.collect("E-3", "wechat_pay", "35.00")).status).toBe("succeeded");
  expect((await coffee.collect("E-4", "wechat_pay", "36.00")).status).toBe("succeeded");
  expect((await travel.collect("E-5", "bank_transfer", "700.00")).status).toBe("succeeded");
  expect((await travel.collect("E-6", "quick_pay", "88.00")).status).toBe("succeeded");

  const refused = await coffee.pay("E-7", "bank_transfer", "1.00");
  expect(refused.status).toBe(422);
  expect(refused.body.error?.message).toContain("bank_transfer");
  for (const amount of ["-1", "0.001", "1e3", "１００", "12345678901234567890"]) {
    const answer = await coffee.pay(`E-bad-${amount.length}`, "wechat_pay", amount, {
      key: `bad-${encodeURIComponent(amount)}`,
    });
    expect(answer.status, amount).toBe(422);
  }

  await open(page, `/payments/${split.body.id}`);
  const main = page.locator("main");
  for (const station of ["Business system", "Business gateway", "CRM", "Payment gateway"]) {
    await expect(main).toContainText(station);
  }
  await expect(main).toContainText("Bank front");
  await axe(page);
});

test("operations ask for a refund and another person decides it", async ({ page }) => {
  await as(page, "lin.ops");
  await open(page, "/payments?text=E-6");
  await open(page, "/payments");
  await page.locator("main table tbody tr", { hasText: "E-6" }).locator("a.link").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("E-6");
  await page.locator('[name="request[reason]"]').fill("the traveller cancelled");
  await page.locator('[name="request[confirmed]"]').check();
  await press(page, "Request a refund");
  await expect(page).toHaveURL(/\/(approvals|refunds)\//);

  await as(page, "wang.checker");
  await decide(page, /E-6|88\.00/);
  await shows(page, "/refunds", "Succeeded");
});

test("the day is cut by the manager after it has ended, when all gates hold", async ({
  page,
  stack,
}) => {
  for (const channel of ["unionpay", "wechat", "bank"]) {
    await control(stack, "settle", { channel, date: day, account: RESERVE, on: day });
  }
  await cut(page, day);
  await expect(page.locator(".business-date strong")).toHaveText(next);
});

test("operations fetch the statement, import the merchant's list, and run what is missing", async ({
  page,
}) => {
  await as(page, "lin.ops");
  await shows(page, `/reconciliation`, day);
  await fetchStatement(page, day);

  await open(page, "/files/import");
  const upload = page.locator('form[action="/upload/files"]');
  await upload.locator('[name="kind"]').selectOption("merchant_orders");
  await upload.locator('[name="merchant"]').selectOption({ label: await label(page) });
  await upload.locator('[name="day"]').fill(day);
  const list = "order_no,amount,currency,status\nE-3,35.00,CNY,paid\nE-4,36.00,CNY,paid\n";
  await upload.locator('[name="file"]').setInputFiles({
    name: `coffee-${day}.csv`, mimeType: "text/csv", buffer: Buffer.from(list),
  });
  await upload.locator("button[type=submit]").click();
  await expect(page).toHaveURL(/\/files\/arrivals\/[0-9a-f-]{36}/);
  await press(page, "Import this file");
  await expect(page).toHaveURL(/\/files\/[0-9a-f-]{36}/);

  await open(page, "/reconciliation/new");
  await page.locator('[name="request[leg]"]').selectOption("business_gateway");
  await page.locator('[name="request[day]"]').fill(day);
  await press(page, "Start a reconciliation");
  await expect(page).not.toHaveURL(/\/new$/);
  await open(page, "/reconciliation/new");
  await page.locator('[name="request[leg]"]').selectOption("business_merchant");
  await page.locator('[name="request[day]"]').fill(day);
  await page.locator('[name="request[merchant]"]').selectOption({ label: await label(page) });
  await press(page, "Start a reconciliation");
  await expect(page).not.toHaveURL(/\/new$/);
  await expect(page.locator("main")).toContainText("Totals");
});

test("the lost row is an error item, which one person proposes to suspend and another decides", async ({
  page,
}) => {
  await as(page, "lin.ops");
  await open(page, "/error-items");
  const rows = page.locator("main table tbody tr", { hasText: "Only in the gateway" });
  await rows.filter({ hasText: "35.00" }).locator("a.link").first().click();
  await expect(page.locator("main")).toContainText("Only in the gateway");
  await axe(page);
  await press(page, "Assign to me");
  await expect(page.locator("main")).toContainText("Lin Xia");
  await expect(page.getByRole("button", { name: "Assign to me" })).toHaveCount(0);
  await page.locator('[name="request[action]"][value="suspend_short"]').check();
  await page.locator('[name="request[reason]"]').fill("the channel is asked");
  await page.locator('form:has([name="request[action]"]) [type=checkbox]').check();
  await press(page, "Propose");
  await expect(page).toHaveURL(/\/approvals\//);
  await expect(page.getByRole("button", { name: "Approve" })).toHaveCount(0);
  const item = page.url();

  await as(page, "wang.checker");
  await page.goto(item);
  await hydrated(page);
  await page.locator('[name="request[confirmed]"]').check();
  await press(page, "Approve");
  await shows(page, new URL(item).pathname, "Carried out");
});

test("the split order is settled in three visible lines", async ({ page }) => {
  await as(page, "chen.maker");
  await shows(page, "/settlements", day);
  await open(page, "/settlements");
  await page
    .locator("main table tbody tr", { hasText: day })
    .filter({ hasText: /Blue Whale|M100001/ })
    .locator("a.link")
    .first()
    .click();
  const main = page.locator("main");
  for (const amount of ["99.40", "1.00", "2.00"]) await expect(main).toContainText(amount);
  await axe(page);
});

test("a payout batch is approved by a second person and paid by the bank statement", async ({
  page,
}) => {
  await as(page, "chen.maker");
  await open(page, "/payouts/drafts");
  for (const tick of await page.locator('[name="request[payouts][]"]').all()) await tick.check();
  await press(page, "Put into a batch");
  await expect(page).toHaveURL(/\/payouts\/batches\//);
  const batch = new URL(page.url()).pathname;
  await page.locator('[name="request[confirmed]"]').check();
  await press(page, "Submit for approval");
  await expect(page).toHaveURL(/\/approvals\//);
  await expect(page.getByRole("button", { name: "Approve" })).toHaveCount(0);

  await as(page, "wang.checker");
  await decide(page, /PB/);
  await shows(page, "/payouts", "Accepted");

  await as(page, "lin.ops");
  await fetchStatement(page, next);
  await as(page, "chen.maker");
  await shows(page, "/payouts", "Paid");
  await shows(page, batch, "Finished");
});

test("the day's vouchers leave as a balanced file for Yonyou", async ({ page }) => {
  await as(page, "chen.maker");
  await open(page, "/vouchers");
  await page.locator('[name="request[day]"]').fill(day);
  await Promise.all([
    page.waitForResponse((answer) => /\/api\/fn\//.test(answer.url())),
    press(page, "Draft vouchers"),
  ]);
  await shows(page, `/vouchers/days/${day}`, "Drafted");
  await page.getByRole("button", { name: /Check/ }).first().click();
  await shows(page, `/vouchers/days/${day}`, "These vouchers are final.");
  await page.locator('[name="request[confirmed]"]').check();
  await press(page, "Export");
  await shows(page, `/vouchers/days/${day}`, "Download");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download" }).click(),
  ]);
  const text = new TextDecoder("gbk").decode(readFileSync(await download.path()));
  const lines = text.trimEnd().split("\r\n");
  expect(lines[0]).toBe("填制凭证,V800");
  let balance = 0;
  for (const line of lines.slice(1)) {
    const fields = line.split(",");
    expect(fields).toHaveLength(48);
    balance += Math.round(Number(fields[6]) * 100) - Math.round(Number(fields[7]) * 100);
  }
  expect(lines.length).toBeGreaterThan(6);
  expect(balance).toBe(0);
});

test("the manager reads the funnel, the auditor the record, and the doctor finds all invariants kept", async ({
  page,
  stack,
}) => {
  await as(page, "liu.manager");
  await open(page, `/funnel`);
  await expect(page.locator("main svg").first()).toBeVisible();
  await expect(page.locator("main table").first()).toBeVisible();
  await axe(page);
  await as(page, "zhou.auditor");
  await open(page, "/audit");
  await expect(page.locator("main table")).toContainText("Decide a request");
  const { stdout } = await stack.command("doctor");
  expect(stdout).not.toContain("FAIL");
  expect(stdout).toContain("reserve covers: holds");
});

/** Decides the first waiting request that says this. */
async function decide(page: Page, title: RegExp): Promise<void> {
  await open(page, "/approvals");
  await page.locator("main table tbody tr", { hasText: title }).locator("a").first().click();
  await page.locator('[name="request[confirmed]"]').check();
  await press(page, "Approve");
  await expect(page.locator("main")).toContainText(/Approved|Carried out/);
}

async function fetchStatement(page: Page, of: string): Promise<void> {
  await open(page, "/files/import");
  const form = page.locator('form:has([name="request[kind]"])');
  await form.locator('[name="request[kind]"]').selectOption("statement");
  await form.locator('[name="request[account]"]').fill(RESERVE);
  await form.locator('[name="request[day]"]').fill(of);
  await form.locator("button[type=submit]").click();
  await shows(page, "/files?kind=statement", of);
}

/** How the coffee shop is called in the lists. */
async function label(page: Page): Promise<string> {
  const options = page.locator("option", { hasText: /M100006|Morning Star/ });
  return (await options.first().textContent()) ?? "";
}
