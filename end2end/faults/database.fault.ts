import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { sql } from "../support/stack.ts";
import { House } from "./support/house.ts";
import { Load, place } from "./support/load.ts";
import { agree, report } from "./support/oracle.ts";
import { draws } from "./support/relay.ts";

let house: House;

test.beforeAll(async () => {
  house = await House.open("faults_database");
});
test.afterAll(async () => house.close());
test.afterEach(() => {
  house.database.weather = {};
});

/** Process ids of the server's connections. */
const OURS = `select pid from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and application_name <> 'psql'`;

test("PostgreSQL crashes under load and recovers; so does the server, by itself", async () => {
  const load = await Load.start(house, "crash");
  const times = 5;
  for (let seed = 1; seed <= times; seed += 1) {
    await sleep(1_000 + draws(seed)() * 1_000);
    // A backend that dies by SIGKILL makes PostgreSQL end all others and recover from its log.
    const [pid] = (await house.sql(OURS)).split("\n");
    process.kill(Number(pid), "SIGKILL");
    await sleep(500);
    await recovered();
  }
  const placed = await load.stop();
  const { doubled, lost } = await agree(house, placed);
  const what = "PostgreSQL crashes and recovers under load";
  report({ experiment: 7, what, seeds: times, doubled, lost, orders: placed.length });
});

test("the database is away for a minute: not ready, but alive, and nothing is lost", async () => {
  const load = await Load.start(house, "away");
  await sleep(1_000);
  house.database.weather = { down: true };
  house.database.breakAll();
  await sleep(8_000);
  expect((await fetch(`${house.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${house.url}/readyz`)).status).toBe(503);
  const page = await fetch(`${house.url}/sign-in`, { headers: { accept: "text/html" } });
  expect((await page.text()).length).toBeGreaterThan(200);
  const refused = await place(house.url, load.bearer, "away-refused");
  expect(refused.status).toBe(503);
  await sleep(52_000);
  house.database.weather = {};
  await recovered();
  expect((await fetch(`${house.url}/readyz`)).status).toBe(200);
  const placed = await load.stop();
  const { doubled, lost } = await agree(house, placed);
  const what = "the database is away for 60 s";
  report({ experiment: 8, what, seeds: 1, doubled, lost, orders: placed.length });
});

test("connections are ended every 200 ms", async () => {
  const load = await Load.start(house, "ended");
  const draw = draws(9);
  let ended = 0;
  for (const until = Date.now() + 20_000; Date.now() < until; await sleep(200)) {
    const pids = (await house.sql(OURS)).split("\n").filter(Boolean);
    const pid = pids[Math.floor(draw() * pids.length)];
    if (pid) await house.sql(`select pg_terminate_backend(${pid})`);
    ended += 1;
  }
  const placed = await load.stop();
  const { doubled, lost } = await agree(house, placed);
  const what = "pg_terminate_backend of random connections";
  report({ experiment: 9, what, seeds: ended, doubled, lost, orders: placed.length });
});

test("the connection breaks exactly at COMMIT, whose outcome nobody hears", async () => {
  const draw = draws(10);
  let cuts = 0;
  const load = await Load.start(house, "commit");
  house.database.weather = {
    cutsAfter: (piece) => {
      const cut = piece.includes("COMMIT") && draw() < 0.1;
      if (cut) cuts += 1;
      return cut;
    },
  };
  await sleep(30_000);
  house.database.weather = {};
  const placed = await load.stop();
  const { doubled, lost } = await agree(house, placed);
  expect(cuts).toBeGreaterThan(10);
  const what = "the connection breaks exactly at COMMIT";
  report({ experiment: 10, what, seeds: cuts, doubled, lost, orders: placed.length });
});

test("two hundred callers share a slow database: some are served, the others told to come again", async () => {
  const bearer = (await house.command("api-key", "M100006")).stdout.trim();
  // A house that is at work: its writers have their connections.
  const early = [];
  for (const at of [1, 2, 3]) early.push(await place(house.url, bearer, `early-${at}`));
  house.database.weather = { lateMs: 100 };
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, at) =>
      place(house.url, bearer, `crowd-${at}`).catch(() => ({ order: `crowd-${at}`, status: 0, payment: undefined })),
    ),
  );
  const busy = answers.filter(({ status }) => status === 503).length;
  expect(answers.filter(({ status }) => status >= 500 && status !== 503)).toEqual([]);
  expect(answers.filter(({ status }) => status === 0)).toEqual([]);
  expect(answers.filter(({ status }) => status < 300).length).toBeGreaterThan(0);
  house.database.weather = {};
  await recovered();
  const { doubled, lost } = await agree(house, [...early, ...answers]);
  const what = "more callers than connections";
  report({ experiment: 11, what, seeds: 1, doubled, lost, orders: 200, told_busy: busy });
});

test("a table is locked: the page says so in time, and other pages are alive", async () => {
  const cookie = await house.signIn("lin.ops");
  const holding = house.sql("begin; lock table payments in access exclusive mode; select pg_sleep(20)");
  await sleep(500);
  const began = Date.now();
  const page = await fetch(`${house.url}/payments`, { headers: { cookie, accept: "text/html" } });
  const text = await page.text();
  const took = Date.now() - began;
  expect(took).toBeLessThan(15_000);
  expect(page.status).toBe(503);
  // The rest of the page is there: its menu, its heading, and a panel that says what is wrong.
  expect(text).toContain('href="/merchants"');
  expect(text).toContain('role="alert"');
  const alive = await fetch(`${house.url}/merchants`, { headers: { cookie, accept: "text/html" } });
  expect(alive.status).toBe(200);
  await holding;
  const again = await fetch(`${house.url}/payments`, { headers: { cookie, accept: "text/html" } });
  expect(again.status).toBe(200);
  const { doubled, lost } = await agree(house);
  const what = "a list's table is locked";
  report({ experiment: 12, what, seeds: 1, doubled, lost, answered_in_ms: took });
});

test("another program takes the balances in the other order: deadlocks are tried again", async () => {
  const before = await deadlocks();
  const load = await Load.start(house, "deadlock");
  const rounds = 15;
  for (let round = 0; round < rounds; round += 1) {
    await house
      .sql(
        `begin; set local deadlock_timeout = '10s';
         select 1 from ledger_balances b join ledger_accounts a on a.id = b.account_id
           where a.code = '6021.01' for update of b;
         select pg_sleep(0.2);
         select 1 from ledger_balances b join ledger_accounts a on a.id = b.account_id
           where a.code = '2241.02' for update of b;
         commit`,
      )
      .catch(() => undefined);
  }
  const placed = await load.stop();
  const { doubled, lost } = await agree(house, placed);
  const what = "deadlocks with another program";
  const met = (await deadlocks()) - before;
  report({ experiment: 13, what, seeds: rounds, doubled, lost, orders: placed.length, deadlocks: met });
});

async function deadlocks(): Promise<number> {
  const query = "select deadlocks from pg_stat_database where datname = current_database()";
  return Number(await house.sql(query));
}

/** Waits until the server does its work again. */
async function recovered(): Promise<void> {
  const limit = Date.now() + 60_000;
  for (;;) {
    const ready = await fetch(`${house.url}/readyz`).catch(() => undefined);
    if (ready?.ok && (await sql(house.databaseUrl, "select 1").catch(() => "")) === "1") return;
    if (Date.now() > limit) throw new Error("it does not recover");
    await sleep(200);
  }
}
