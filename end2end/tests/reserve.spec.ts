import type { Page } from "@playwright/test";
import { axe, expect, hydrated, signIn, test as base } from "../support/fixtures.ts";
import { startStack, type Stack } from "../support/stack.ts";

const PASSWORD = "abacus-ledger-2026";

const NAMES: Record<string, string> = {
  "wang.checker": "Wang Lei", "he.checker": "He Jing", "liu.manager": "Liu Fang",
};

/** An institution of its own: this story opens a gap. */
const test = base.extend<{}, { stack: Stack }>({
  stack: [
    async ({}, use) => {
      const stack = await startStack("reserve_story");
      await use(stack);
      await stack.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  baseURL: async ({ stack }, use) => use(stack.url),
});

test.describe.configure({ mode: "serial", timeout: 180_000 });

async function as(page: Page, login: string): Promise<void> {
  await page.context().clearCookies();
  await signIn(page, login, PASSWORD);
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
}

async function press(page: Page, button: string | RegExp): Promise<void> {
  await page.getByRole("button", { name: button, exact: true }).click();
}

/** Loads a page again until it says something. */
async function shows(page: Page, path: string, text: string | RegExp): Promise<void> {
  await expect(async () => {
    await open(page, path);
    await expect(page.locator("main")).toContainText(text, { timeout: 500 });
  }).toPass({ timeout: 30_000 });
}

/** Decides the first waiting request that says this. */
async function approve(page: Page, title: string | RegExp, who = "wang.checker"): Promise<void> {
  await as(page, who);
  await open(page, "/approvals");
  await page.locator("main table tbody tr", { hasText: title }).locator("a").first().click();
  await page.locator('[name="request[confirmed]"]').check();
  await press(page, "Approve");
  await expect(page.locator("main table", { hasText: "Needs" })).toContainText(NAMES[who]!);
}

/** A manual adjustment between two accounts of the institution: a loss this large takes three people. */
async function adjust(page: Page, debit: string, credit: string): Promise<void> {
  await as(page, "chen.maker");
  const query = new URLSearchParams({
    by: "accounts", debit_code: debit, credit_code: credit, amount: "500000.00",
    baseline: "bank", reason: "other", evidence: "end-to-end story",
  });
  await open(page, `/adjustments/new?${query}`);
  await page.locator('[name="request[confirmed]"]').check();
  await press(page, "Submit for approval");
  await expect(page).toHaveURL(/\/adjustments\/[0-9a-f-]{36}/);
  const document = new URL(page.url()).pathname;
  await approve(page, "TZ");
  await approve(page, "TZ", "he.checker");
  await approve(page, "TZ", "liu.manager");
  await shows(page, document, "Booked");
}

test("the evening is prepared by one person and signed by another", async ({ page }) => {
  await as(page, "chen.maker");
  await open(page, "/reserve");
  await expect(page.locator("main")).toContainText("Covered to the last fen");
  await axe(page);
  await open(page, "/reserve/proofs");
  await page.locator("main table tbody tr").last().locator("a.link").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Reserve proof of");
  const proof = new URL(page.url()).pathname;
  await page.locator('[name="request[confirmed]"]').check();
  await press(page, "Prepare for signature");
  await expect(page).toHaveURL(/\/approvals\//);
  await expect(page.getByRole("button", { name: "Approve" })).toHaveCount(0);

  await approve(page, "claims");
  await shows(page, proof, "SHA-256 of what was signed");
  await expect(page.locator("main")).toContainText("Chen Yu");
  await expect(page.locator("main")).toContainText("Wang Lei");
  await axe(page);
});

test("a gap is an incident that blocks sweeps and the day cut until it is closed", async ({
  page,
}) => {
  await adjust(page, "6711.01", "1012.01");
  await as(page, "chen.maker");
  await open(page, "/reserve");
  await press(page, "Check now");
  await shows(page, "/reserve", "The reserve does not cover what is owed");
  await axe(page);

  const sweep = new URLSearchParams({ kind: "fee_sweep", amount: "1.00", grounds: "month end" });
  await open(page, `/reserve/documents/new?${sweep}`);
  await expect(page.locator("main")).toContainText("nothing is carried over to own funds");
  await open(page, "/reserve/incidents");
  await page.locator('[name="request[note]"]').fill("own funds are on their way");
  await press(page, "Take note");
  await shows(page, "/reserve/incidents", "own funds are on their way");
  await axe(page);

  await as(page, "liu.manager");
  await shows(page, "/", /the reserve differs by/);

  await adjust(page, "1012.01", "6711.01");
  await as(page, "chen.maker");
  await open(page, "/reserve");
  await press(page, "Check now");
  await shows(page, "/reserve", "Covered to the last fen");
  await expect(page.locator("main")).not.toContainText("The reserve does not cover");
  await shows(page, "/reserve/incidents", "Check by hand");
});

test("quota is earmarked under four eyes, and every table is there", async ({ page }) => {
  await as(page, "chen.maker");
  const earmark = new URLSearchParams({
    kind: "earmark", amount: "0.01", grounds: "first quota", house: "nucc",
  });
  await open(page, `/reserve/documents/new?${earmark}`);
  const main = page.locator("main");
  if (await main.getByText("Quota available after").count()) {
    await page.locator('[name="request[confirmed]"]').check();
    await press(page, "Propose");
    await expect(page).toHaveURL(/\/reserve\/documents\/[0-9a-f-]{36}/);
    const document = new URL(page.url()).pathname;
    await approve(page, "BF");
    await shows(page, document, "Booked");
    await shows(page, "/reserve/quotas", "NUCC");
  } else {
    await expect(main).toContainText("short; wait for channel funds");
  }
  for (const table of ["1-1", "1-5", "1-9", "1-10", "1-11", "1-12", "2-1"]) {
    await open(page, `/reserve/tables?table=${table}`);
    await expect(page.getByRole("heading", { level: 2 }).first()).toContainText(table);
  }
  await axe(page);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Save as XLSX" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^reserve-tables-\d{6}\.xlsx$/);
  for (const path of ["/reserve/unreached", "/reserve/forecast", "/reserve/documents"]) {
    await open(page, path);
    await axe(page);
  }
});

test("a clearing house is added and an account cleared over it, by two people", async ({ page }) => {
  await as(page, "chen.maker");
  await open(page, "/reserve/settings");
  await axe(page);
  const panel = (title: string) =>
    page.locator("section.panel").filter({ has: page.getByRole("heading", { name: title }) });
  const house = panel("Add or change a clearing house");
  await house.locator('[name="request[code]"]').fill("city");
  await house.locator('[name="request[name_en]"]').fill("City clearing");
  await house.locator('[name="request[name_zh]"]').fill("城银清算");
  await house.locator('[name="request[rail]"]').selectOption("bank");
  await house.getByRole("button", { name: "Propose the change" }).click();
  await expect(page).toHaveURL(/\/approvals\//);
  await approve(page, "clearing house city");
  await as(page, "chen.maker");
  await shows(page, "/reserve/settings", "City clearing");
  const clearing = panel("Clear an account over a house");
  await clearing.locator('[name="request[account]"]').selectOption("PBOC-1");
  await clearing.locator('[name="request[house]"]').selectOption("city");
  await clearing.getByRole("button", { name: "Propose the change" }).click();
  await expect(page).toHaveURL(/\/approvals\//);
  await approve(page, "are cleared over city");
  await as(page, "chen.maker");
  await expect(async () => {
    await open(page, "/reserve/settings");
    const row = page.locator("tr", { hasText: "PBOC-1" }).first();
    await expect(row).toContainText("City clearing", { timeout: 500 });
  }).toPass({ timeout: 30_000 });
});
