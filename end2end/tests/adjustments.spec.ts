import { axe, expect, hydrated } from "../support/fixtures.ts";
import { approve, as, institution, open, press, shows } from "../support/institution.ts";

/** An institution of its own. */
const test = institution("adjustments_story");

test.describe.configure({ mode: "serial", timeout: 180_000 });

const WANG: [string, string] = ["wang.checker", "Wang Lei"];

let document: string;
let number: string;

test("an adjustment of two lines with its evidence is decided, booked and printed", async ({ page }) => {
  await as(page, "chen.maker");
  await open(page, "/adjustments/new?by=accounts");
  await press(page, "Add a line");
  const field = (name: string) => page.locator(`[name="${name}"]`);
  for (const [line, amount] of [["", "120.00"], ["_2", "30.00"]]) {
    await field(`debit_code${line}`).selectOption("1012.01");
    await field(`credit_code${line}`).selectOption("2241.09");
    await field(`amount${line}`).fill(amount!);
  }
  await field("baseline").selectOption("bank");
  await field("reason").selectOption("bank_long");
  await field("evidence").fill("statement line 17");
  await press(page, "Preview the effect");
  const main = page.locator("main");
  await expect(main).toContainText("Effect on the reserve");
  await expect(main).toContainText("Gap after it");
  await expect(main).toContainText("No merchant is paid more or less by it.");
  await axe(page);
  await page.locator('[name="request[confirmed]"]').check();
  await press(page, "Submit for approval");
  await expect(page).toHaveURL(/\/adjustments\/[0-9a-f-]{36}/);
  document = new URL(page.url()).pathname;
  number = (await page.getByRole("heading", { level: 1 }).textContent())!;
  await page.locator("#file").setInputFiles({
    name: "reply.txt", mimeType: "text/plain", buffer: Buffer.from("the bank's reply"),
  });
  await press(page, "Add the file");
  await expect(main).toContainText("reply.txt");
  await axe(page);

  await approve(page, number, WANG);
  await as(page, "chen.maker");
  await shows(page, document, "Booked");
  await expect(main).toContainText("Files are added while the document waits");
  await page.getByRole("link", { name: "Print" }).click();
  await hydrated(page);
  for (const said of ["Chen Yu", "chen.maker", "Wang Lei", "wang.checker", "reply.txt", "120.00"]) {
    await expect(main).toContainText(said);
  }
  await axe(page);
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".menu")).toBeHidden();
  await expect(main).toContainText(number);
});

test("what was booked is undone by a linked red document", async ({ page }) => {
  await as(page, "chen.maker");
  await open(page, document);
  await page.getByRole("link", { name: "Reverse it" }).click();
  await page.locator('[name="reason"]').selectOption("booked_twice");
  await page.locator('[name="evidence"]').fill("the letter was wrong");
  await press(page, "Preview the effect");
  await page.locator('[name="request[confirmed]"]').check();
  await press(page, "Submit for approval");
  await expect(page.locator("main")).toContainText("Reverses");
  const red = new URL(page.url()).pathname;
  const redNumber = (await page.getByRole("heading", { level: 1 }).textContent())!;
  await approve(page, redNumber, WANG);
  await as(page, "chen.maker");
  await shows(page, red, "Booked");
  await shows(page, document, redNumber);
  await expect(page.locator("main")).toContainText("Reversed by");
  await expect(page.getByRole("link", { name: "Reverse it" })).toHaveCount(0);
});

test("a template two people agreed on makes this month's document", async ({ page }) => {
  await as(page, "chen.maker");
  const query = new URLSearchParams({
    template: "long_found", amount: "88.00", baseline: "bank", reason: "bank_long", evidence: "monthly",
  });
  await open(page, `/adjustments/new?${query}`);
  await page.locator('[name="request[name]"]').fill("Monthly surplus");
  await press(page, "Save as a recurring template");
  await expect(page).toHaveURL(/\/approvals\//);
  await approve(page, "Monthly surplus", WANG);
  await as(page, "chen.maker");
  await shows(page, "/adjustments/templates", "Monthly surplus");
  await axe(page);
  await page.getByRole("link", { name: /^Make the one for/ }).click();
  await page.locator('[name="amount"]').fill("91.50");
  await page.locator('[name="evidence"]').fill("statement of the month");
  await press(page, "Preview the effect");
  await page.locator('[name="request[confirmed]"]').check();
  await press(page, "Submit for approval");
  await expect(page.locator("main")).toContainText("Made from the template");
  await open(page, "/adjustments/templates");
  await expect(page.locator("main")).toContainText("This month's was made.");
  await open(page, "/adjustments?text=statement+of+the+month&state=proposed");
  await expect(page.locator("main table tbody tr")).toHaveCount(1);
  await expect(page.locator("main table")).toContainText("91.50");
  await axe(page);
});
