import { control, Merchant } from "../support/merchant.ts";
import { expect, hydrated, signIn } from "../support/fixtures.ts";
import { PASSWORD, institution } from "../support/institution.ts";
import { sql, type Stack } from "../support/stack.ts";

/** An institution of its own: this story counts what there is. */
const test = institution("repeats");

// A value that is a list stands in a list, beside its options.
test.use({ expectedOnConsole: [[/Failed to load resource/, /ERR_/], { scope: "test" }] });

test("a refund asked for by double click, again by going back, and from a second tab is one", async ({
  page,
  context,
  stack,
}) => {
  const coffee = await Merchant.of(stack, "M100006");
  const payment = await coffee.collect("TWICE-1", "wechat_pay", "12.00");
  expect(payment.status).toBe("succeeded");
  await signIn(page, "lin.ops", PASSWORD);
  const fill = async (tab: typeof page) => {
    await tab.goto(`/payments/${payment.id}`);
    await hydrated(tab);
    await tab.locator('[name="request[reason]"]').fill("ordered twice");
    await tab.locator('[name="request[confirmed]"]').check();
  };
  const second = await context.newPage();
  await fill(page);
  await fill(second);

  await page.getByRole("button", { name: "Request a refund" }).dblclick();
  await expect(page).toHaveURL(/\/(approvals|refunds)\//);
  const first = page.url();

  await page.goBack();
  await second.getByRole("button", { name: "Request a refund" }).click();
  await expect(second).toHaveURL(first);
  expect(await refundsOf(stack, payment.id)).toBe(1);
});

test("a network that drops after the click loses nothing and does nothing twice", async ({
  page,
  context,
  stack,
}) => {
  const coffee = await Merchant.of(stack, "M100006");
  const payment = await coffee.collect("TWICE-2", "wechat_pay", "13.00");
  await control(stack, "misbehave", {
    channel: "wechat", operation: "refund", kind: "answer_late", late_ms: 500, next: 1,
  });
  await signIn(page, "lin.ops", PASSWORD);
  await page.goto(`/payments/${payment.id}`);
  await hydrated(page);
  await page.locator('[name="request[reason]"]').fill("the network is bad");
  await page.locator('[name="request[confirmed]"]').check();
  // The request arrives; its answer does not.
  await page.route("**/api/fn/payments/request_refund", async (route) => {
    await route.fetch();
    await context.setOffline(true);
    await route.abort("connectionreset");
  });
  await page.getByRole("button", { name: "Request a refund" }).click();
  await expect(page.locator(".form-refused")).not.toBeEmpty();
  await expect(page.locator('[name="request[reason]"]')).toHaveValue("the network is bad");

  await context.setOffline(false);
  await page.unroute("**/api/fn/payments/request_refund");
  await page.getByRole("button", { name: "Request a refund" }).click();
  await expect(page).toHaveURL(/\/(approvals|refunds)\//);
  expect(await refundsOf(stack, payment.id)).toBe(1);
});

async function refundsOf(stack: Stack, payment: string): Promise<number> {
  const query = `select count(*) from refunds where payment_id = '${payment}'`;
  return Number(await sql(stack.databaseUrl, query));
}
