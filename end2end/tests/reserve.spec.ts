import type { Page } from "@playwright/test";
import { axe, expect } from "../support/fixtures.ts";
import { approve, as, institution, open, press, shows } from "../support/institution.ts";

const WANG: [string, string] = ["wang.checker", "Wang Lei"];
const HE: [string, string] = ["he.checker", "He Jing"];
const LIU: [string, string] = ["liu.manager", "Liu Fang"];

/** An institution of its own: this story opens a gap. */
const test = institution("reserve_story");

test.describe.configure({ mode: "serial", timeout: 180_000 });

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
  await approve(page, "TZ", WANG);
  await approve(page, "TZ", HE);
  await approve(page, "TZ", LIU);
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

  await approve(page, "claims", WANG);
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
  await expect(page.locator("main")).toContainText("Quota available after");
  await page.locator('[name="request[confirmed]"]').check();
  await press(page, "Propose");
  await expect(page).toHaveURL(/\/reserve\/documents\/[0-9a-f-]{36}/);
  const document = new URL(page.url()).pathname;
  await approve(page, "BF", WANG);
  await shows(page, document, "Booked");
  await shows(page, "/reserve/quotas", "NUCC");
  // More than there is: refused, and by how much.
  await as(page, "chen.maker");
  earmark.set("amount", "99999999.00");
  await open(page, `/reserve/documents/new?${earmark}`);
  await expect(page.locator("main")).toContainText(/[\d,]+\.\d\d CNY short; wait for channel funds/);
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
  await approve(page, "clearing house city", WANG);
  await as(page, "chen.maker");
  await shows(page, "/reserve/settings", "City clearing");
  const clearing = panel("Clear an account over a house");
  await clearing.locator('[name="request[account]"]').selectOption("PBOC-1");
  await clearing.locator('[name="request[house]"]').selectOption("city");
  await clearing.getByRole("button", { name: "Propose the change" }).click();
  await expect(page).toHaveURL(/\/approvals\//);
  await approve(page, "are cleared over city", WANG);
  await as(page, "chen.maker");
  await expect(async () => {
    await open(page, "/reserve/settings");
    const row = page.locator("tr", { hasText: "PBOC-1" }).first();
    await expect(row).toContainText("City clearing", { timeout: 500 });
  }).toPass({ timeout: 30_000 });
});
