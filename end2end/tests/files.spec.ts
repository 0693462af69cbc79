import { expect, hydrated, signIn, test } from "../support/fixtures.ts";
import type { Page } from "@playwright/test";

const PASSWORD = "abacus-ledger-2026";

const FUND_HEADER =
  "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元)," +
  "资金变更提交申请人,备注,业务凭证号";
const row = (no: number, amount: string, balance: string) =>
  `\`2026-03-31 10:0${no}:00,\`5030000000000000000000000${no},\`420000000000000000000000000${no},` +
  `\`退款,\`退款,\`支出,\`${amount},\`${balance},\`API,\`退款总金额${amount}元,\`S2026033100${no}`;

/** The trailer speaks of three rows; one was cut off. */
const TRUNCATED = [
  FUND_HEADER, row(1, "0.01", "0.22"), row(2, "0.01", "0.21"),
  "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额", "`3,`1,`0.01,`2,`0.02", "",
].join("\n");

async function upload(page: Page, kind: string, name: string, bytes: Buffer): Promise<void> {
  await page.goto("/files/import");
  await hydrated(page);
  const form = page.locator('form[action="/upload/files"]');
  await form.locator('[name="kind"]').selectOption(kind);
  await form.locator('[name="channel"]').selectOption("wechat");
  await form.locator('[name="day"]').fill("2026-03-31");
  await form.locator('[name="file"]').setInputFiles({ name, mimeType: "text/csv", buffer: bytes });
  await form.locator("button[type=submit]").click();
  await expect(page).toHaveURL(/\/files\/arrivals\/[0-9a-f-]{36}/);
}

test("a truncated fund bill and a damaged encoding are refused, and nothing is stored", async ({
  page,
}) => {
  await signIn(page, "lin.ops", PASSWORD);
  await upload(page, "fund_bill", "truncated.csv", Buffer.from(TRUNCATED));
  await expect(page.locator("main")).toContainText("Could not be read");
  await expect(page.locator("main tr", { hasText: "资金流水总笔数" })).toContainText("3");

  const damaged = Buffer.concat([Buffer.from(TRUNCATED), Buffer.from([0xff, 0xff, 0xe5])]);
  await upload(page, "fund_bill", "damaged.csv", damaged);
  await expect(page.locator("main")).toContainText(/byte \d+ is not valid (UTF-8|GB18030)/);

  await page.goto("/files");
  await expect(page.locator("main")).not.toContainText("truncated.csv");
  await page.goto("/files/arrivals?state=unreadable");
  await expect(page.locator("main")).toContainText("truncated.csv");
});
