import { chromium } from "@playwright/test";
const base = process.env.BASE ?? "http://127.0.0.1:4000";
const lang = process.env.L ?? "zh-CN", theme = process.env.T ?? "light", out = process.env.OUT ?? "/tmp/shots", login = process.env.WHO ?? "lin.ops";
const paths = (process.env.P ?? "/").split(",");
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--headless","--no-sandbox","--disable-gpu","--disable-quic","--no-first-run","--disable-background-networking","--disable-component-update","--disable-sync"] });
const c = await b.newContext({ viewport: { width: 1440, height: 900 } });
const p = await c.newPage();
p.on("console", m => { if (m.type()==="error") console.log("CONSOLE", p.url(), m.text()); });
await p.goto(base + "/sign-in");
await p.locator('[name*="login"]').fill(login); await p.locator('[type=password]').fill("abacus-ledger-2026");
await p.locator('main button[type=submit]').first().click(); await p.waitForURL(u => !u.pathname.includes("sign-in"));
await p.request.post(base + "/preferences", { form: { lang }, headers: { origin: base, referer: base + "/" } });
await p.request.post(base + "/preferences", { form: { theme }, headers: { origin: base, referer: base + "/" } });
for (let path of paths) {
  let click = false; if (path.endsWith("*")) { click = true; path = path.slice(0, -1); }
  await p.goto(base + path);
  if (click) { const l = p.locator("main table tbody tr a.link").first(); if (await l.count()) { await l.click(); await p.waitForLoadState("load"); } else console.log("no row on", path); }
  await p.waitForTimeout(300);
  const name = `${out}/${path.replaceAll("/", "_").replace(/\?.*/, "")}${click ? "-detail" : ""}-${lang}-${theme}.png`;
  await p.screenshot({ path: name, fullPage: true });
  const text = await p.locator("main").innerText();
  if (lang === "zh-CN") { const en = text.split("\n").filter(l => (l.match(/[a-z]{3,}/gi) ?? []).length >= 3 && !/^[0-9a-f-]{36}$/.test(l)); if (en.length) console.log(path, "EN:", [...new Set(en)].slice(0, 12).join(" | ")); }
  console.log(name);
}
await b.close();
