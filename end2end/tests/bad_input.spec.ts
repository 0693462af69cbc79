import type { Locator, Page } from "@playwright/test";
import { expect } from "../support/fixtures.ts";
import { as, institution, open } from "../support/institution.ts";

const test = institution("bad_input");

// A refusal has a status of its own, which the browser notes down.
test.use({ expectedOnConsole: [[/status of (404|409|422)/], { scope: "test" }] });

/** What is typed into one form, and at which field the answer has to stand. */
interface Mistake {
  at: string;
  /** The form that has a field of this name. */
  typed: Record<string, string>;
  blames: string;
  says: RegExp;
}

const SCRIPT = "<script>alert(1)</script>";
const SCRIPT_SAYS = /digits 0-9/;

/** What is wrong with an amount, and what is answered. */
const AMOUNTS: [string, RegExp][] = [
  ["", /is empty/],
  ["-5", /must not be negative/],
  ["1.999", /more decimals/],
  ["99999999999999999", /too large/],
  [SCRIPT, SCRIPT_SAYS],
];

const amounts = (at: string, field: string, others: Record<string, string>): Mistake[] =>
  AMOUNTS.map(([amount, says]) => ({
    at,
    typed: { ...others, [field]: amount },
    blames: field,
    says,
  }));

const OPERATIONS: Mistake[] = [
  ...amounts("/holds/new", "amount", { merchant: "M100004", reason: "goods in dispute" }),
  { at: "/holds/new", typed: { merchant: "M100004", amount: "0", reason: "x" }, blames: "amount", says: /greater than zero/ },
  { at: "/holds/new", typed: { merchant: "M100004", amount: "1.00", reason: "" }, blames: "reason", says: /needs a reason/ },
  { at: "/holds/new", typed: { merchant: SCRIPT, amount: "1.00", reason: "x" }, blames: "merchant", says: /no such merchant|no merchant/i },
  ...amounts("/limits", "per_payment", { valid_from: "2027-01-01", source: "notice" }).slice(1),
  { at: "/limits", typed: { payments_min: "many", window_hours: "24", share: "90" }, blames: "payments_min", says: /whole number/ },
  ...amounts("/error-items/new", "ours", { day: "2026-01-05", number: "N1", note: "seen by hand" }).slice(1),
  { at: "/error-items/new", typed: { day: "", number: "N1", note: "x" }, blames: "day", says: /date must be written/ },
  { at: "/error-items/rules", typed: { amount: "-1", time: "24" }, blames: "amount", says: /negative/ },
  { at: "/reconciliation/new", typed: { day: "" , channel: "wechat"}, blames: "day", says: /date must be written/ },
  { at: "/reconciliation/new", typed: { day: "2026-01-05", channel: "" }, blames: "channel", says: /choose the channel/i },
  { at: "/files/import", typed: { account: "1", kind: "statement", day: "" }, blames: "day", says: /date must be written/ },
  { at: "/routing", typed: { name: "", channels: "bank 1" }, blames: "name", says: /name the rule/ },
  { at: "/routing", typed: { name: "night", channels: "bank 1", from: "25:99", to: SCRIPT }, blames: "from", says: /22:00/ },
  { at: "/routing", typed: { name: "night", channels: "bank 1", min: "1.999" }, blames: "min", says: /decimals/ },
  { at: "/channels/unionpay", typed: { valid_from: "2027-02-01", valid_until: "2027-01-01" }, blames: "valid_until", says: /before the first/ },
  { at: "/channels/unionpay", typed: { answers_min: "-5", window_seconds: "60" }, blames: "answers_min", says: /whole number/ },
  { at: "/channels/unionpay", typed: { window_seconds: "99999999999999999", answers_min: "5" }, blames: "window_seconds", says: /between 1 second and a day/ },
  { at: "/channels/unionpay", typed: { reason: "" }, blames: "reason", says: /say why/ },
  { at: "/notifications/addresses", typed: { merchant: "M100001", url: "javascript:alert(1)" }, blames: "url", says: /https/ },
];

const FINANCE: Mistake[] = [
  { at: "/reserve/settings", typed: { code: SCRIPT, name_en: "x", name_zh: "x" }, blames: "code", says: /2 to 20/ },
  { at: "/reserve/settings", typed: { share: "-5" }, blames: "share", says: /per cent/ },
  { at: "/payouts/stops", typed: { scope: "merchant", subject: "", reason: "fraud" }, blames: "subject", says: /say which/ },
  { at: "/payouts/stops", typed: { scope: "all", subject: "", reason: "" }, blames: "reason", says: /say why/ },
  { at: "/vouchers/rules", typed: { valid_from: "2027-01-01", rate: "6,5" }, blames: "rate", says: /per ?cent/ },
  { at: "/vouchers/rules", typed: { valid_from: "", rate: "6" }, blames: "valid_from", says: /date must be written/ },
  { at: "/vouchers/rules", typed: { period: "" }, blames: "period", says: /month must be written/ },
  { at: "/vouchers/accounts", typed: { u8_code: "12a" }, blames: "u8_code", says: /4 to 15 digits/ },
  { at: "/accounts/chart/1122.01", typed: { floor: "1.999" }, blames: "floor", says: /decimals/ },
];

const CHECKING: Mistake[] = [
  { at: "/approvals/stand-ins", typed: { from: "", until: "2026-12-31", reason: "away" }, blames: "from", says: /date must be written/ },
];

/** Previews are asked for in the address; the answer stands above, the form keeps what was typed. */
const PREVIEWS: [string, string, string, RegExp][] = [
  ["/adjustments/new?template=long_found&reason=bank_long&baseline=bank&channel=wechat&evidence=x&amount=", "amount", "-5", /negative/],
  ["/adjustments/new?template=long_found&reason=bank_long&baseline=bank&channel=wechat&evidence=x&amount=", "amount", "1.999", /decimals/],
  ["/reserve/documents/new?kind=fee_sweep&grounds=x&amount=", "amount", "99999999999999999", /too large/],
  ["/reserve/documents/new?kind=fee_sweep&grounds=x&amount=", "amount", SCRIPT, SCRIPT_SAYS],
];

const NOBODY = "00000000-0000-7000-8000-000000000000";

/** Records that are not there, by an id that is none and one that nobody has. */
const RECORDS = [
  "payments", "refunds", "orders", "merchants", "notifications", "channels", "reconciliation",
  "files", "files/arrivals", "files/lines", "error-items", "error-items/bulks",
  "error-items/sheets", "holds", "settlements",
];
const FINANCE_RECORDS = [
  "payouts", "payouts/batches", "payouts/files", "reserve", "reserve/documents", "accounts",
  "accounts/invariants", "accounts/chart", "journals", "adjustments", "vouchers", "approvals",
];

/** Filters nobody can mean. */
const FILTERS = [
  "/error-items?days=99999999999&day=2026-02-30&cause=zzz&channel=%3Cscript%3E&show=zzz",
  "/error-items?days=-5", "/payments?day=zzz&merchant=zzz&after=zzz&q=%27%3B--", "/payments?page=-1",
  "/reconciliation/home?days=70000&day=9999-12-31", "/reconciliation/home?days=-1&day=0001-01-01",
  "/reconciliation?of=zzz&leg=zzz&day=zzz&page=99999999999999999999", "/files?kind=zzz&day=zzz",
  "/holds?state=zzz&merchant=zzz", "/orders?state=zzz&day=zzz", "/settlements?page=9223372036854775807",
  "/search?text=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/routing?rule=zzz", "/limits?class=9",
  "/?day=2999-01-01", "/funnel?from=zzz",
];
const FINANCE_FILTERS = [
  "/payouts?state=zzz&q=%25%27", "/payouts?page=9223372036854775807", "/accounts/list?code=zzz",
  "/accounts/trial-balance?date=zzz", "/journals?from=2026-12-31&to=2026-01-01&entry=zzz",
  "/journals?kind=zzz&id=zzz", "/reserve/unreached?day=zzz", "/reserve/documents?kind=zzz",
  "/vouchers/comparison?period=zzz", "/adjustments?state=zzz&from=2026-12-31&to=2026-01-01",
];

for (const [login, mistakes] of [
  ["lin.ops", OPERATIONS],
  ["chen.maker", FINANCE],
  ["wang.checker", CHECKING],
] as const) {
  test(`what ${login} mistypes is answered at the field, in both languages, and kept`, async ({ page }) => {
    test.setTimeout(240_000);
    await as(page, login);
    for (const language of ["en", "zh-CN"]) {
      await speak(page, language);
      for (const mistake of mistakes) await test.step(say(mistake), () => refused(page, mistake, language));
    }
  });
}

test("a preview of wrong figures says what is wrong and keeps them", async ({ page }) => {
  await as(page, "chen.maker");
  for (const [address, field, typed, says] of PREVIEWS) {
    await page.goto(address + encodeURIComponent(typed));
    await expect(page.locator("main .failed")).toContainText(says);
    await expect(page.locator(`main [name="${field}"]`)).toHaveValue(typed);
  }
});

test("records that are not there and filters nobody can mean are answered with a page", async ({ page }) => {
  test.setTimeout(240_000);
  for (const [login, records, filters] of [
    ["lin.ops", RECORDS, FILTERS],
    ["chen.maker", FINANCE_RECORDS, FINANCE_FILTERS],
  ] as const) {
    await as(page, login);
    for (const kind of records) {
      for (const id of [NOBODY, "zzz"]) {
        const answer = await page.goto(`/${kind}/${id}`);
        expect(answer?.status(), `/${kind}/${id}`).toBe(404);
        await expect(page.locator("main .failed").first()).toContainText("There is no such page");
        await expect(page.locator("main .failed a").first()).toBeVisible();
      }
    }
    for (const address of filters) {
      const answer = await page.goto(address);
      expect(answer?.status(), address).toBeLessThan(500);
      await expect(page.locator("main h1"), address).toBeVisible();
    }
  }
  await page.goto("/accounts/trial-balance?date=2026-02-30");
  await expect(page.locator("main .filter")).toContainText("There is no such day");
});

/** The answer stands at the field to blame, in words of the language, and nothing typed is lost. */
async function refused(page: Page, mistake: Mistake, language: string): Promise<void> {
  const { at, typed, blames, says } = mistake;
  await open(page, at);
  const form = await fill(page, typed);
  await form.locator("button[type=submit]").first().click();
  const wrong = form.locator(`[data-wrong="${blames}"]`);
  await expect(wrong).not.toBeEmpty();
  if (language === "en") await expect(wrong).toHaveText(says);
  else await expect(wrong).toHaveText(/[\u4e00-\u9fff]/);
  await expect(form.locator(".form-refused")).not.toBeEmpty();
  await expect(page).toHaveURL(new RegExp(`${at}$`));
  for (const [name, value] of Object.entries(typed)) {
    await expect(form.locator(named(name)).first(), name).toHaveValue(value);
  }
}

/** Fills the form that has all these fields, past what the browser itself would refuse. */
async function fill(page: Page, typed: Record<string, string>): Promise<Locator> {
  let form = page.locator("main form.command");
  for (const name of Object.keys(typed)) form = form.filter({ has: page.locator(named(name)) });
  form = form.first();
  await form.evaluate((element: HTMLFormElement) => void (element.noValidate = true));
  for (const [name, value] of Object.entries(typed)) {
    const field = form.locator(named(name)).first();
    const kind = await field.evaluate((element) => element.tagName);
    if (kind === "SELECT") await field.selectOption(value);
    else await field.fill(value);
  }
  return form;
}

function named(name: string): string {
  return `[name="request[${name}]"], [name="${name}"]`;
}

function say({ at, typed, blames }: Mistake): string {
  return `${at} ${blames}: ${JSON.stringify(typed[blames])}`;
}

async function speak(page: Page, language: string): Promise<void> {
  const origin = new URL(page.url()).origin;
  await page.request.post("/preferences", {
    form: { lang: language },
    headers: { origin, referer: `${origin}/` },
  });
}
