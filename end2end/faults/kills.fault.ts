import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { control } from "../support/merchant.ts";
import { House } from "./support/house.ts";
import { Load, place } from "./support/load.ts";
import { agree, report, seeds } from "./support/oracle.ts";
import { draws } from "./support/relay.ts";

let house: House;

test.beforeAll(async () => {
  house = await House.open("faults_kills");
});
test.afterAll(async () => house.close());

test("the server is killed again and again while payments are taken and booked", async () => {
  const load = await Load.start(house, "kill");
  const times = seeds();
  for (let seed = 1; seed <= times; seed += 1) {
    await sleep(100 + draws(seed)() * 1_400);
    await house.crash();
  }
  const placed = await load.stop();
  const { doubled, lost } = await agree(house, placed);
  expect(placed.length).toBeGreaterThan(times / 4);
  for (const [experiment, what] of [
    [1, "killed in the middle of a stream of payments"],
    [5, "killed while the ledger posts under load"],
  ] as const) {
    report({ experiment, what, seeds: times, doubled, lost, orders: placed.length });
  }
});

test("killed after an attempt is written down and before the bank hears of it", async () => {
  const bearer = (await house.command("api-key", "M100006")).stdout.trim();
  const times = Math.ceil(seeds() / 5);
  for (let seed = 1; seed <= times; seed += 1) {
    house.bank.weather = { hole: true };
    const order = `unheard-${seed}`;
    void place(house.url, bearer, order).catch(() => undefined);
    await until(async () => (await state(order)) === "sending");
    await sleep(draws(seed)() * 300);
    await house.server.kill();
    house.bank.breakAll();
    house.bank.weather = {};
    await house.start();
  }
  const { doubled, lost } = await agree(house);
  const what = "killed between the attempt's commit and the call to the bank";
  report({ experiment: 2, what, seeds: times, doubled, lost });
});

test("killed after the bank did it and before we wrote its answer down", async () => {
  const bearer = (await house.command("api-key", "M100006")).stdout.trim();
  const times = Math.ceil(seeds() / 5);
  for (let seed = 1; seed <= times; seed += 1) {
    const order = `unwritten-${seed}`;
    await control(house, "misbehave", {
      channel: "wechat", operation: "payment", kind: "answer_late", late_ms: 4_000, next: 1,
    });
    void place(house.url, bearer, order).catch(() => undefined);
    await until(async () => (await house.effects()).some(({ subject }) => subject === order));
    await sleep(draws(seed)() * 300);
    await house.crash();
  }
  const { doubled, lost } = await agree(house);
  for (let seed = 1; seed <= times; seed += 1) {
    expect(await state(`unwritten-${seed}`)).toBe("succeeded");
  }
  const what = "killed after the bank accepted and before our commit";
  report({ experiment: 3, what, seeds: times, doubled, lost });
});

test("told to stop under load, the server finishes what it is at and ends in time", async () => {
  const load = await Load.start(house, "term");
  await sleep(2_000);
  const began = Date.now();
  await house.server.stop();
  const took = Date.now() - began;
  expect(took).toBeLessThan(9_900);
  await house.start();
  await sleep(1_000);
  const { doubled, lost } = await agree(house, await load.stop());
  const what = "told to stop under load";
  report({ experiment: 6, what, seeds: 1, doubled, lost, stopped_in_ms: took });
});

async function state(order: string): Promise<string> {
  return house.sql(
    `select p.state from payments p join orders o on o.id = p.order_id
     where o.merchant_order_no = '${order}'`,
  );
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const limit = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > limit) throw new Error("it never came to that");
    await sleep(20);
  }
}
