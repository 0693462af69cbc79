import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { House } from "./support/house.ts";
import { report } from "./support/oracle.ts";
import { desk, payoutsAgree, Runs, type Desk } from "./support/payouts.ts";
import { draws } from "./support/relay.ts";

let house: House;
let people: Desk;

test.beforeAll(async () => {
  house = await House.open("faults_payout_storms");
  people = await desk(house, 1_000_000);
});
test.afterAll(async () => house.close());
test.afterEach(() => {
  house.database.weather = {};
  house.bank.weather = {};
});

/** Process ids of the server's connections. */
const OURS = `select pid from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and application_name <> 'psql'`;

test("connections are ended every 200 ms while payouts are released and sent", async () => {
  const runs = new Runs(house, people);
  const draw = draws(9);
  let ended = 0;
  for (const until = Date.now() + 30_000; Date.now() < until; await sleep(200)) {
    const pids = (await house.sql(OURS)).split("\n").filter(Boolean);
    const pid = pids[Math.floor(draw() * pids.length)];
    if (pid) await house.sql(`select pg_terminate_backend(${pid})`);
    ended += 1;
  }
  await agreed(9, "pg_terminate_backend of random connections", [ended, await runs.stop()]);
});

test("the connection breaks exactly at COMMIT while payouts are released and sent", async () => {
  const draw = draws(10);
  let cuts = 0;
  const runs = new Runs(house, people);
  house.database.weather = {
    cutsAfter: (piece) => {
      const cut = piece.includes("COMMIT") && draw() < 0.1;
      if (cut) cuts += 1;
      return cut;
    },
  };
  await sleep(40_000);
  house.database.weather = {};
  const payouts = await runs.stop();
  expect(cuts).toBeGreaterThan(10);
  await agreed(10, "the connection breaks exactly at COMMIT", [cuts, payouts]);
});

test("slow and broken connections between server and bank, and between server and database", async () => {
  const draw = draws(22);
  const storms = [
    () => { house.bank.weather = { lateMs: 2_000 }; },
    () => { house.bank.weather = { breaks: () => draw() < 0.05 }; },
    () => { house.database.weather = { lateMs: 50 }; },
    () => { house.database.weather = { breaks: () => draw() < 0.002 }; },
  ];
  let payouts = 0;
  for (const storm of storms) {
    const runs = new Runs(house, people);
    storm();
    await sleep(15_000);
    house.bank.weather = {};
    house.database.weather = {};
    payouts += await runs.stop();
  }
  await agreed(22, "slow and broken connections", [storms.length, payouts]);
});

test("two servers send, and one sleeps past its lease with payouts in its hands", async () => {
  const second = await house.second();
  const runs = new Runs(house, people);
  house.bank.weather = { lateMs: 500 };
  await sleep(5_000);
  process.kill(second.server.pid, "SIGSTOP");
  await sleep(25_000);
  process.kill(second.server.pid, "SIGCONT");
  house.bank.weather = {};
  const payouts = await runs.stop();
  await agreed(23, "a worker sleeps past its lease and wakes up", [1, payouts]);
  await second.server.stop();
});

/** Looks at what an experiment led to, and writes it down. */
async function agreed(
  experiment: number,
  how: string,
  [times, payouts]: [number, number],
): Promise<void> {
  expect(payouts).toBeGreaterThan(0);
  const { doubled, lost } = await payoutsAgree(house, 600_000);
  const what = `payouts: ${how}`;
  report({ experiment, part: "payouts", what, seeds: times, doubled, lost, payouts });
}
