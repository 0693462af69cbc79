import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { bill, upload } from "./support/bills.ts";
import { House } from "./support/house.ts";
import { report, seeds } from "./support/oracle.ts";
import { draws } from "./support/relay.ts";

let house: House;
let cookie: string;
let merchant: string;

/** Rows of the bill that is killed into: `FAULTS_ROWS`. A row has some 250 bytes. */
const ROWS = Number(process.env["FAULTS_ROWS"] ?? "200000");
/** Bytes of the largest upload: `FAULTS_BYTES`. */
const BYTES = Number(process.env["FAULTS_BYTES"] ?? String(2 * 1024 ** 3));
/** How much a server may grow while any file comes in. */
const GROWS_MB = 64;

test.beforeAll(async () => {
  house = await House.open("faults_import");
  cookie = await house.signIn("lin.ops");
  merchant = await house.sql("select our_merchant_no from channels where code = 'wechat'");
});
test.afterAll(async () => house.close());

test("killed again and again while a long bill is received, looked at and imported", async () => {
  const [times, limit] = [Math.ceil(seeds() / 4), Date.now() + 1_500_000];
  const met = new Map<string, number>();
  let kills = 0;
  for (let seed = 1; seed <= times; seed += 1) {
    const day = `2027-01-${String(seed).padStart(2, "0")}`;
    const name = `killed-${seed}.csv`;
    kills += await receive(seed, { name, day });
    // Two kills into the look at it and three into its import, then it is left alone.
    const left = new Map([["reading", 2], ["importing", 3]]);
    let killed = "";
    while ((await arrival(name)) !== "imported" && Date.now() < limit) {
      const busy = async () => ![killed, ""].includes(await working());
      await until(async () => (await busy()) || ["waiting", "imported"].includes(await arrival(name)));
      const state = await arrival(name);
      if (state === "waiting") await decide(name);
      const more = left.get(state) ?? 0;
      if (more > 0 && (await busy())) {
        await sleep(draws(seed * 7 + kills)() * 1_500);
        met.set(state, (met.get(state) ?? 0) + 1);
        killed = await working();
        await house.crash();
        left.set(state, more - 1);
        kills += 1;
      }
      expect(await allOrNone(day), state).toBe(true);
    }
    expect(await arrival(name)).toBe("imported");
    expect(await rows(day)).toBe(ROWS);
  }
  const { stdout } = await house.command("doctor");
  expect(stdout).not.toContain("FAIL");
  const seen = Object.fromEntries([...met].map(([state, count]) => [`killed_${state}`, count]));
  const what = "killed while a long bill is received, looked at and imported";
  report({
    experiment: 4, what, seeds: kills, doubled: 0, lost: 0, bills: times, rows: ROWS, ...seen,
  });
});


test("a file of the largest length comes in without the server growing, and one more byte does not", async () => {
  const told = await upload(house, cookie, {
    name: "too-long.csv", channel: "wechat", day: "2027-02-01", parts: [], length: 3 * 1024 ** 3,
  });
  expect(told.broke || told.status >= 300).toBe(true);
  expect(await arrival("too-long.csv"), "refused before a byte of it was kept").toBe("");

  await house.crash();
  const before = memory();
  const began = Date.now();
  const line = Buffer.alloc(1 << 16, "0123456789,abcdef\n");
  const sent = await upload(house, cookie, {
    name: "long.csv", channel: "wechat", day: "2027-02-02",
    parts: (function* all() {
      for (let left = BYTES; left > 0; left -= line.length) {
        yield left < line.length ? line.subarray(0, left) : line;
      }
    })(),
  });
  const seconds = Math.round((Date.now() - began) / 1_000);
  expect(sent.broke).toBe(false);
  await until(async () => ["unreadable", "waiting"].includes(await arrival("long.csv")));
  const grown = memory() - before;
  expect(grown, `grew by ${grown} MB`).toBeLessThan(GROWS_MB);
  const what = "a file of the largest length is uploaded and looked at";
  report({
    experiment: 41, what, seeds: 1, doubled: 0, lost: 0,
    megabytes: Math.round(BYTES / 1_000_000), seconds, grown_mb: grown,
  });
});

/** Brings a bill in; into every other upload the server is killed. Says how often it was. */
async function receive(seed: number, file: { name: string; day: string }): Promise<number> {
  const send = () =>
    upload(house, cookie, { ...file, channel: "wechat", parts: bill(file.day, merchant, ROWS) });
  if (seed % 2 === 0) {
    const killed = sleep(draws(seed)() * 600).then(() => house.crash());
    const sent = await send();
    await killed;
    if (sent.location.includes("/files/arrivals/")) return 1;
    expect(await rows(file.day), "nothing of a broken upload is seen").toBe(0);
  }
  const sent = await send();
  expect(sent.location).toContain("/files/arrivals/");
  return seed % 2 === 0 ? 1 : 0;
}

/** The most memory the server has had, in MB. */
function memory(): number {
  const status = readFileSync(`/proc/${house.server.pid}/status`, "utf8");
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? "0") / 1_024);
}

async function decide(name: string): Promise<void> {
  const id = await house.sql(
    `select id from file_arrivals where name = '${name}' and state = 'waiting' limit 1`,
  );
  await house.send(cookie, "reconciliation/decide_arrival", {
    "request[id]": id, "request[decision]": "import",
  });
}

/** How far the latest file of a name is. */
function arrival(name: string): Promise<string> {
  return house.sql(
    `select state from file_arrivals where name = '${name}' order by received_at desc limit 1`,
  );
}

async function rows(day: string): Promise<number> {
  return Number(await house.sql(`select count(*) from bill_rows where clearing_date = '${day}'`));
}

/** Whether all rows of each bill of a day are there, or none of a bill that is not. */
async function allOrNone(day: string): Promise<boolean> {
  const [rows, bills] = (
    await house.sql(
      `select (select count(*) from bill_rows where clearing_date = '${day}'),
              (select count(*) from source_files where kind = 'bill' and clearing_date = '${day}')`,
    )
  ).split("|");
  return Number(rows) === Number(bills) * ROWS;
}

/** Which try of which job is at a file; nothing when none is. */
function working(): Promise<string> {
  const jobs = "'reconciliation.read_arrival', 'reconciliation.import_arrival'";
  return house.sql(
    `select id || ' ' || fence from jobs where state = 'running' and kind in (${jobs}) limit 1`,
  );
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const limit = Date.now() + 900_000;
  while (!(await holds())) {
    if (Date.now() > limit) throw new Error("it never came to that");
    await sleep(50);
  }
}
