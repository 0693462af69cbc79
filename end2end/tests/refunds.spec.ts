import { axe, expect } from "../support/fixtures.ts";
import { approve, as, institution, open, press, shows } from "../support/institution.ts";
import { control } from "../support/merchant.ts";
import { sql } from "../support/stack.ts";

const WANG: [string, string] = ["wang.checker", "Wang Lei"];
const LIU: [string, string] = ["liu.manager", "Liu Fang"];

/** An institution of its own: its channel refuses refunds. */
const test = institution("refunds");

test.describe.configure({ mode: "serial", timeout: 180_000 });

test("a refund the channel refuses is paid to the payer's account", async ({ page, stack }) => {
  const payment = await sql(
    stack.databaseUrl,
    `select id from payments where state = 'succeeded' and channel = 'wechat'
     order by amount_minor limit 1`,
  );
  const refund = (title: string) =>
    page.locator("section.panel").filter({ has: page.getByRole("heading", { name: title }) });
  const original = refund("Request a refund");
  const payout = refund("Refund to the payer's account");
  await as(page, "lin.ops");
  await open(page, `/payments/${payment}`);
  await expect(payout).toContainText("The channel still gives money back");

  await control(stack, "misbehave", {
    channel: "wechat", operation: "refund", kind: "decline", next: 1,
  });
  await original.locator('[name="request[reason]"]').fill("goods came back");
  await original.locator('[name="request[confirmed]"]').check();
  await original.getByRole("button", { name: "Request a refund" }).click();
  await expect(page).toHaveURL(/\/refunds\/[0-9a-f-]{36}/);
  const refused = new URL(page.url()).pathname;
  await approve(page, /.+ of /, LIU);
  await as(page, "lin.ops");
  await shows(page, refused, "Failed");

  await open(page, `/payments/${payment}`);
  await expect(payout).toContainText("the channel refused refund");
  await axe(page);
  await payout.locator('[name="request[reason]"]').fill("goods came back, card closed");
  await payout.locator('[name="request[name]"]').fill("Wang Xiaoming");
  await payout.locator('[name="request[bank]"]').fill("China Merchants Bank");
  await payout.locator('[name="request[account]"]').fill("6222 0210 0101 2345");
  await payout.locator('[name="request[confirmed]"]').check();
  await payout.getByRole("button", { name: "Refund to the payer's account" }).click();
  await expect(page).toHaveURL(/\/refunds\/[0-9a-f-]{36}/);
  const paid = new URL(page.url()).pathname;
  expect(paid).not.toBe(refused);
  await expect(page.locator("main")).toContainText("6222021001012345");
  await approve(page, /.+ of /, LIU);

  await as(page, "chen.maker");
  await shows(page, "/payouts/drafts", "Refund");
  await axe(page);
  const draft = page.locator("tr", { hasText: "Refund" });
  await draft.locator('input[type="checkbox"]').check();
  await press(page, "Put into a batch");
  await expect(page).toHaveURL(/\/payouts\/batches\//);
  await page.locator('[name="request[confirmed]"]').check();
  await press(page, "Submit for approval");
  await expect(page).toHaveURL(/\/approvals\//);
  await expect(page.locator("main")).toContainText("6222021001012345");
  await approve(page, "PB", WANG);

  await as(page, "chen.maker");
  await shows(page, paid, "Being sent");
  const out = await page.locator('main a[href^="/payouts/"]').getAttribute("href");
  await shows(page, out ?? "", "Accepted by the bank");
  await expect(page.locator("main")).toContainText("Wang Xiaoming");
  await axe(page);
});

test("a merchant is suspended by two people, and worked for again", async ({ page, stack }) => {
  const merchant = await sql(stack.databaseUrl, "select id from merchants where code = 'M100004'");
  for (const [title, status] of [
    ["Suspend the merchant", "Suspended"],
    ["Work for the merchant again", "Active"],
  ] as const) {
    await as(page, "lin.ops");
    await open(page, `/merchants/${merchant}`);
    const panel = page.locator("section.panel").filter({
      has: page.getByRole("heading", { name: title }),
    });
    await panel.getByRole("button", { name: "Propose" }).click();
    await expect(page).toHaveURL(/\/approvals\//);
    await axe(page);
    await approve(page, title.includes("again") ? "work for it again" : "suspend", LIU);
    await as(page, "lin.ops");
    await shows(page, `/merchants/${merchant}`, status);
  }
});
