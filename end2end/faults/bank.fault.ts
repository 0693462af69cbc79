import { setTimeout as sleep } from "node:timers/promises";
import { test } from "@playwright/test";
import { control } from "../support/merchant.ts";
import { House } from "./support/house.ts";
import { Load } from "./support/load.ts";
import { agree, report } from "./support/oracle.ts";
import { draws, type Weather } from "./support/relay.ts";

let house: House;

test.beforeAll(async () => {
  house = await House.open("faults_bank");
});
test.afterAll(async () => house.close());
test.afterEach(() => {
  house.bank.weather = {};
  house.database.weather = {};
});

/** Every way to answer oddly about something that was done. */
const ODD = [
  "timeout_after", "answer_twice", "server_error", "bad_gateway", "empty_answer", "other_number",
  "other_amount", "other_currency", "refuse_and_do",
];

test("the bank does it and answers oddly, in every way it can", async () => {
  let orders = 0;
  let doubled = 0;
  let lost = 0;
  for (const kind of ODD) {
    await misbehave({ kind, rate_permille: 500 });
    const load = await Load.start(house, `odd-${kind}`);
    await sleep(3_000);
    const placed = await load.stop();
    await fetch(`${house.sandboxUrl}/control/misbehave`, { method: "DELETE" });
    const found = await agree(house, placed);
    orders += placed.length;
    doubled += found.doubled;
    lost += found.lost;
  }
  const what = "the bank does it and answers oddly";
  report({ experiment: 20, what, seeds: ODD.length, doubled, lost, orders });
});

test("the bank does not know the number at first, and has done it after all", async () => {
  await misbehave({ kind: "not_found_first", late_ms: 20_000, next: 5 });
  const load = await Load.start(house, "hidden", 5);
  await sleep(4_000);
  const placed = await load.stop();
  await fetch(`${house.sandboxUrl}/control/misbehave`, { method: "DELETE" });
  const { doubled, lost } = await agree(house, placed);
  const what = "not found, and paid after all";
  report({ experiment: 21, what, seeds: 5, doubled, lost, orders: placed.length });
});

/** Tells the channel of the load how to misbehave. */
async function misbehave(rule: object): Promise<void> {
  await control(house, "misbehave", { channel: "wechat", operation: "payment", ...rule });
}

test("slow, broken and dead connections between server, database and bank", async () => {
  const draw = draws(22);
  const breaks = () => draw() < 0.05;
  const storms: [string, "bank" | "database", Weather][] = [
    ["slow bank", "bank", { lateMs: 2_000 }],
    ["bank resets", "bank", { breaks }],
    ["dead bank", "bank", { hole: true }],
    ["slow database", "database", { lateMs: 200 }],
    ["database resets", "database", { breaks: () => draw() < 0.005 }],
    ["dead database", "database", { hole: true }],
  ];
  let orders = 0;
  let doubled = 0;
  let lost = 0;
  for (const [name, where, weather] of storms) {
    const load = await Load.start(house, name.replace(" ", "-"));
    await sleep(1_000);
    house[where].weather = weather;
    await sleep(10_000);
    house[where].breakAll();
    house[where].weather = {};
    const placed = await load.stop();
    const found = await agree(house, placed);
    orders += placed.length;
    doubled += found.doubled;
    lost += found.lost;
  }
  const what = "late, broken and dead connections";
  report({ experiment: 22, what, seeds: storms.length, doubled, lost, orders });
});
