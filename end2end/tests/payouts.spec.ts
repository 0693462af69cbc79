import { createHash } from "node:crypto";
import type { Page } from "@playwright/test";
import { axe, expect, hydrated } from "../support/fixtures.ts";
import { PASSWORD, as, institution, open } from "../support/institution.ts";
import { control } from "../support/merchant.ts";
import { sql, type Stack } from "../support/stack.ts";

const COUNT = 200;

/** An institution of its own: this story changes an account and stops payouts. */
const test = institution("payouts");

test.describe.configure({ mode: "serial", timeout: 300_000 });
test.use({ expectedOnConsole: [[/status of 409/, /status of 422/], { scope: "test" }] });

let batch: string;
let approval: string;

/** Ticks that the content was read, and says yes or no. */
async function decide(page: Page, button: string): Promise<void> {
  await page.locator('input[name="request[confirmed]"]').check();
  await page.getByRole("button", { name: button, exact: true }).click();
}

/** Drafts of 300.00 each and the balance they are paid from, past settlement. */
async function prepare(page: Page, stack: Stack): Promise<void> {
  await as(page, "chen.maker");
  const merchant = await sql(stack.databaseUrl, "select id from merchants where code = 'M100004'");
  const document = {
    id: crypto.randomUUID(), baseline: "bank", reason: "other", evidence: "a story",
    lines: [{
      debit: { code: "1012.01", owner: "" }, credit: { code: "2241.03", owner: merchant },
      amount: { minor: String(COUNT * 30_000), currency: "CNY" }, memo: "to be paid out",
    }],
  };
  const proposed = await page.request.post("/api/fn/adjustments/propose", {
    form: { "request[confirmed]": "yes", "request[document]": JSON.stringify(document) },
    headers: { origin: stack.url },
  });
  expect(proposed.status()).toBeLessThan(400);
  const id = await sql(
    stack.databaseUrl,
    "select id from approvals where kind = 'adjustment' and state = 'pending'",
  );
  await as(page, "wang.checker");
  await open(page, `/approvals/${id}`);
  await decide(page, "Approve");
  await expect(async () => {
    await open(page, `/approvals/${id}`);
    await expect(page.locator("main")).toContainText("Carried out", { timeout: 500 });
  }).toPass({ timeout: 30_000 });
  await sql(
    stack.databaseUrl,
    `insert into payouts (id, merchant_id, source, source_id, from_code, amount_minor, currency,
        payee_account, payee_name, payee_bank, number, state, created_at, updated_at)
     select gen_random_uuid(), m.id, 'settlement', gen_random_uuid(), '2241.03', 30000, 'CNY',
        m.settlement_account_no, m.settlement_account_name, m.settlement_bank,
        replace(gen_random_uuid()::text, '-', ''), 'drafted', now(), now()
     from merchants m, generate_series(1, ${COUNT}) where m.code = 'M100004'`,
  );
}

test("a maker puts two hundred payouts into a run that needs three people", async ({ page, stack }) => {
  await prepare(page, stack);
  await as(page, "chen.maker");
  await open(page, "/payouts/drafts");
  for (const box of await page.locator('input[name="request[payouts][]"]').all()) await box.check();
  await page.getByRole("button", { name: "Put into a batch" }).click();
  await expect(page).toHaveURL(/\/payouts\/batches\//);
  batch = page.url().split("/").pop() ?? "";
  await hydrated(page);
  await page.locator('input[name="request[confirmed]"]').check();
  await page.getByRole("button", { name: /submit/i }).click();
  await expect(page).toHaveURL(/\/approvals\//);
  approval = page.url().split("/").pop() ?? "";
  await expect(page.locator("main")).toContainText("payouts above 50,000");
  await expect(page.locator("main")).toContainText("You cannot decide this:");
  await axe(page);
});

test("two checkers at once: one step is taken, the other is told why", async ({ page, colleague }) => {
  const wang = await colleague("wang.checker", PASSWORD);
  const he = await colleague("he.checker", PASSWORD);
  await open(wang, "/approvals");
  await expect(wang.locator("main")).toContainText("0 of 3 agreed");
  await open(wang, `/approvals/${approval}`);
  await open(he, `/approvals/${approval}`);
  await decide(wang, "Approve");
  await expect(wang.locator("main")).toContainText("took part in this already");
  // He Jing's page is still the first step's; she takes the second with the same content.
  await decide(he, "Approve");
  await expect(he.locator("main")).toContainText("took part in this already");
  await as(page, "chen.maker");
  await open(page, `/approvals/${approval}`);
  await expect(page.locator("main")).toContainText("Wang Lei");
});

test("an account changed after approval began is shown, and everybody is asked again", async ({
  page, stack, colleague,
}) => {
  await as(page, "liu.manager");
  await open(page, `/approvals/${approval}`);
  const set = (no: string) => sql(
    stack.databaseUrl,
    `update merchants set settlement_account_no = '${no}' where code = 'M100004'`,
  );
  await set("6222000012345");
  await decide(page, "Approve");
  await expect(page.locator("main")).toContainText("6222000012345");
  await expect(page.locator("main")).toContainText("the content has changed");
  await open(page, `/approvals/${approval}`);
  await expect(page.locator("main")).toContainText("Changed since it was proposed");
  for (const login of ["wang.checker", "he.checker", "liu.manager"]) {
    const checker = await colleague(login, PASSWORD);
    await open(checker, `/approvals/${approval}`);
    await expect(checker.locator("main")).toContainText("6222000012345");
    await decide(checker, "Approve");
    await expect(checker.locator("main")).not.toContainText("I have read the content above");
  }
  await expect(async () => {
    const sent = await sql(
      stack.databaseUrl,
      `select count(*) from payouts where batch_id = '${batch}' and state = 'accepted'`,
    );
    expect(Number(sent)).toBeGreaterThan(0);
  }).toPass({ timeout: 90_000 });
});

test("a payout that came back is paid once more as another payout", async ({
  page, stack, colleague,
}) => {
  const accepted = "select id, number from payouts where state = 'accepted' order by id limit 1";
  const [id, number] = (await sql(stack.databaseUrl, accepted)).split("|");
  const day = await sql(
    stack.databaseUrl,
    "select (max(at) at time zone 'Asia/Shanghai')::date from payout_steps where state = 'accepted'",
  );
  await control(stack, "return", { number, date: day, reason: "AC04 account closed" });
  const custody = "select account_no from reserve_accounts where purpose = 'custody'";
  const account = await sql(stack.databaseUrl, custody);
  // The bank's statement shows it paid, and then back.
  const lin = await colleague("lin.ops", PASSWORD);
  const fetched = await lin.request.post("/api/fn/reconciliation/fetch", {
    form: { "request[kind]": "statement", "request[channel]": "", "request[account]": account, "request[day]": day },
    headers: { origin: stack.url },
  });
  expect(fetched.status(), await fetched.text()).toBeLessThan(400);
  await as(page, "chen.maker");
  await expect(async () => {
    await open(page, `/payouts/${id}`);
    await expect(page.locator("main")).toContainText("AC04 account closed", { timeout: 500 });
  }).toPass({ timeout: 60_000 });
  await axe(page);
  await page.getByRole("button", { name: "Pay once more" }).click();
  await expect(page).not.toHaveURL(new RegExp(`${id}$`));
  await expect(page.locator("main")).toContainText(number ?? "");
  await expect(page.locator("main")).toContainText("2241.10");
  await open(page, `/payouts/${id}`);
  await expect(page.getByRole("button", { name: "Pay once more" })).toHaveCount(0);
});

test("an account that is paid from by file hands out a signed file", async ({ page, colleague }) => {
  await as(page, "chen.maker");
  await open(page, "/payouts/files");
  await expect(page.locator("main")).toContainText("Asked directly");
  await axe(page);
  await page.locator('select[name="request[way]"]').selectOption("file");
  await page.getByRole("button", { name: "Propose the change" }).click();
  await expect(page.locator("main")).toContainText("names its holder as the payer");
  await page.locator('input[name="request[holder]"]').fill("Countinghouse Payments");
  await page.getByRole("button", { name: "Propose the change" }).click();
  await expect(page).toHaveURL(/\/approvals\//);
  const change = page.url().split("/").pop() ?? "";
  const wang = await colleague("wang.checker", PASSWORD);
  await open(wang, `/approvals/${change}`);
  await decide(wang, "Approve");
  await expect(async () => {
    await open(page, "/payouts/files");
    await expect(page.locator("main")).toContainText("Countinghouse Payments", { timeout: 500 });
  }).toPass({ timeout: 30_000 });
  // The returned payout is paid once more, this time by a file.
  await open(page, "/payouts/drafts");
  await page.locator('input[name="request[payouts][]"]').first().check();
  await page.getByRole("button", { name: "Put into a batch" }).click();
  await expect(page).toHaveURL(/\/payouts\/batches\//);
  const path = new URL(page.url()).pathname;
  await hydrated(page);
  await page.locator('input[name="request[confirmed]"]').check();
  await page.getByRole("button", { name: /submit/i }).click();
  await expect(page).toHaveURL(/\/approvals\//);
  const asked = page.url().split("/").pop() ?? "";
  for (const login of ["wang.checker", "he.checker", "liu.manager"]) {
    const checker = await colleague(login, PASSWORD);
    await open(checker, `/approvals/${asked}`);
    if (await checker.locator('input[name="request[confirmed]"]').count() === 0) continue;
    await decide(checker, "Approve");
    await expect(checker.locator("main")).not.toContainText("I have read the content above");
  }
  await expect(async () => {
    await open(page, path);
    await expect(page.locator("main")).toContainText("Not handed out", { timeout: 500 });
  }).toPass({ timeout: 60_000 });
  await page.locator('a[href^="/payouts/files/"]').first().click();
  await expect(page.locator("main")).toContainText("Ed25519");
  await axe(page);
  const file = page.locator('a[href^="/download/payout-files/"]').first();
  const address = (await file.getAttribute("href")) ?? "";
  const bytes = async () => Buffer.from(await (await page.request.get(address)).body());
  const [first, again] = [await bytes(), await bytes()];
  expect(first.equals(again)).toBe(true);
  expect(first.toString()).toContain("pain.001.001.09");
  const shown = await page.locator("main").innerText();
  expect(shown).toContain(createHash("sha256").update(first).digest("hex"));
  await page.reload();
  await expect(page.locator("main")).toContainText("Waits for the bank");
  expect((await wang.request.get(address)).status()).toBe(403);
});

test("one person stops all payouts, two lift the stop", async ({ page, colleague }) => {
  await as(page, "chen.maker");
  await open(page, "/payouts/stops");
  await page.locator('input[name="request[reason]"]').fill("a drill");
  await page.getByRole("button", { name: "Stop sending" }).click();
  await expect(page.locator("main")).toContainText("a drill");
  await expect(page.locator("main")).toContainText("two of them");
  await axe(page);
  for (const login of ["wang.checker", "liu.manager"]) {
    const person = await colleague(login, PASSWORD);
    await open(person, "/payouts/stops");
    await person.locator('input[name="request[confirmed]"]').check();
    await person.getByRole("button", { name: "Lift" }).click();
    await expect(person.locator("main")).toContainText("Agreed:");
  }
  await open(page, "/payouts/stops");
  await expect(page.locator("main")).toContainText("Lifted");
});
