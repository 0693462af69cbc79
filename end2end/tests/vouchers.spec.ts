import type { Page } from "@playwright/test";
import { axe, expect } from "../support/fixtures.ts";
import { as, institution, open, shows } from "../support/institution.ts";
import { sql } from "../support/stack.ts";

/** An institution of its own: this story exports a day. */
const test = institution("vouchers_story");

test.describe.configure({ mode: "serial", timeout: 180_000 });

/** Sends a command and waits until it was answered. */
async function press(page: Page, button: string): Promise<void> {
  await Promise.all([
    page.waitForResponse((answer) => /\/(api\/fn|upload)\//.test(answer.url())),
    page.getByRole("button", { name: button, exact: true }).click(),
  ]);
}

/** Writes the file of a day's checked vouchers and answers it, line by line, without its head. */
async function exported(page: Page, day: string, name: string): Promise<string[]> {
  await open(page, day);
  await press(page, "Check against the books");
  await shows(page, day, "Checked");
  await page.locator('[name="request[layout]"]').selectOption("u8_text");
  await page.locator('[name="request[confirmed]"]').check();
  await press(page, "Export");
  await shows(page, day, name);
  return saved(page, name);
}

/** The lines of a file, each byte as one letter: what the text says is not what this is about. */
async function saved(page: Page, name: string): Promise<string[]> {
  const link = page.getByRole("link", { name: `Download ${name}`, exact: true });
  const answer = await page.request.get((await link.getAttribute("href"))!);
  expect(answer.status()).toBe(200);
  const body = await answer.body();
  expect(new TextDecoder("gbk").decode(body)).toMatch(/^填制凭证,V800\r\n/);
  return body.toString("latin1").split("\r\n").filter((line) => line !== "").slice(1);
}

test("a voucher is rejected by line, drafted anew and exported again", async ({ page, stack }) => {
  const date = await sql(
    stack.databaseUrl,
    `select d.accounting_date from ledger_days d join ledger_journals j using (accounting_date)
     where d.state = 'closed' group by 1 order by 1 desc limit 1`,
  );
  expect(date, "the demonstration has a closed day with bookings").toMatch(/^\d{4}-/);
  const [compact, day] = [date.replaceAll("-", ""), `/vouchers/days/${date}`];
  await as(page, "chen.maker");
  await open(page, "/vouchers");
  await page.locator('[name="request[day]"]').fill(date);
  await press(page, "Draft vouchers");
  await shows(page, day, "Drafted");
  await axe(page);
  const first = await exported(page, day, `U8-${compact}.txt`);
  expect(first.every((line) => line.split(",").length === 48)).toBe(true);

  // The import tool wrote its answers into the file: it refused the first line of the first voucher.
  const number = first[0]!.split(",")[2]!;
  const at = first.findIndex((line) => line.split(",")[2] === number);
  const answers = first.map((line, place) => `${line},${place === at ? "no such account" : "1"}`);
  const head = Buffer.from("cceed6c6c6bed6a4", "hex").toString("latin1"); // 填制凭证 in GBK
  const file = `${head},V800\r\n${answers.join("\r\n")}\r\n`;
  await page.locator("#file").setInputFiles({
    name: `U8-${compact}.txt`, mimeType: "text/plain", buffer: Buffer.from(file, "latin1"),
  });
  await press(page, "Upload the tool's answers");
  await shows(page, day, "Refused there");
  await expect(page.locator("main")).toContainText("Taken by the general ledger");
  await page.locator("tr", { hasText: "Refused there" }).locator("a.link").first().click();
  await expect(page.locator("main")).toContainText("no such account");
  await axe(page);

  await open(page, day);
  await press(page, "Draft anew");
  await shows(page, day, "Refused, replaced");
  const second = await exported(page, day, `U8-${compact}-2.txt`);
  const numbers = new Set(second.map((line) => line.split(",")[2]));
  expect(numbers.size, "only the refused voucher leaves again").toBe(1);
  expect(numbers.has(number), "under a number of its own").toBe(false);
  const amounts = (lines: string[]) => lines.map((line) => line.split(",").slice(5, 8).join());
  const refused = first.filter((line) => line.split(",")[2] === number);
  expect(amounts(second)).toEqual(amounts(refused));

  // The first file is still there, byte by byte what it was.
  await open(page, day);
  expect(await saved(page, `U8-${compact}.txt`)).toEqual(first);
  await press(page, "All exported vouchers were taken");
  await shows(page, day, "Taken by the general ledger");
  await expect(page.getByRole("button", { name: "Export", exact: true })).toHaveCount(0);
});
