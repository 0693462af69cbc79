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

test("the bank answers late, twice, or not at all after doing it", async () => {
  for (const kind of ["timeout_after", "answer_twice"]) {
    await control(house, "misbehave", {
      channel: "wechat", operation: "payment", kind, rate_permille: 150,
    });
  }
  await control(house, "misbehave", {
    channel: "wechat", operation: "payment", kind: "answer_late", late_ms: 6_000, rate_permille: 150,
  });
  const load = await Load.start(house, "odd");
  await sleep(20_000);
  const placed = await load.stop();
  await fetch(`${house.sandboxUrl}/control/misbehave`, { method: "DELETE" });
  const { doubled, lost } = await agree(house, placed);
  const what = "the bank's answers come late, twice or never";
  report({ experiment: 20, what, seeds: placed.length, doubled, lost, orders: placed.length });
});

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
