import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { control } from "../support/merchant.ts";
import { House } from "./support/house.ts";
import { report, reportPayouts, seeds } from "./support/oracle.ts";
import {
  decide, desk, draft, payoutsAgree, release, Runs, submit, until, type Desk,
} from "./support/payouts.ts";
import { draws } from "./support/relay.ts";

let house: House;
let people: Desk;

test.beforeAll(async () => {
  house = await House.open("faults_payouts");
  people = await desk(house, 10_000_000);
});
test.afterAll(async () => house.close());
test.afterEach(async () => {
  house.bank.weather = {};
  await fetch(`${house.sandboxUrl}/control/misbehave`, { method: "DELETE" });
});

/** How often the server is killed while payouts go out: `PAYOUT_KILLS`. */
const KILLS = Number(process.env["PAYOUT_KILLS"] ?? String(seeds()));

/** Servers that share the work while one after the other is killed. */
const CREW = 3;
/** Kills between two looks at what they led to. */
const ROUND = 250;

test("servers are killed again and again while payouts are released and sent", async () => {
  test.setTimeout(7_200_000);
  const crew = await house.crew(CREW);
  let [done, payouts, doubles, losses] = [0, 0, 0, 0];
  while (done < KILLS) {
    const runs = new Runs(house, people);
    for (const end = Math.min(KILLS, done + ROUND); done < end; ) {
      done += 1;
      await sleep(20 + draws(done)() * 400);
      await crew.crash(done);
    }
    await crew.whole();
    payouts += await runs.stop();
    const { doubled, lost } = await payoutsAgree(house, 1_200_000);
    [doubles, losses] = [doubles + doubled, losses + lost];
    const interrupted = Number(await house.sql(INTERRUPTED));
    reportPayouts({
      kill_points: done, double_effects: doubles, lost_effects: losses, payouts, interrupted,
    });
  }
  await crew.leave();
  expect(payouts).toBeGreaterThan(0);
});

/** Payouts whose worker was killed between writing "sending" and writing the answer. */
const INTERRUPTED = `select count(distinct payout_id) from payout_steps
  where note = 'the worker was interrupted while it was sending'`;

test("killed after a payout is marked as sending and before the bank hears of it", async () => {
  const times = Math.ceil(seeds() / 10);
  for (let seed = 1; seed <= times; seed += 1) {
    house.bank.weather = { hole: true };
    const [id] = await draft(house, 1);
    await release(house, people.checker, await submit(house, people.maker, [id ?? ""]));
    await until(async () => (await state(id)) === "sending");
    await house.server.kill();
    house.bank.breakAll();
    house.bank.weather = {};
    await house.start();
    await until(async () => (await state(id)) === "unknown", 120_000);
  }
  const { doubled, lost } = await payoutsAgree(house);
  const what = "payouts: killed between the attempt's commit and the call to the bank";
  report({ experiment: 2, part: "payouts", what, seeds: times, doubled, lost });
});

test("killed after the bank paid and before we wrote its answer down", async () => {
  const times = Math.ceil(seeds() / 10);
  for (let seed = 1; seed <= times; seed += 1) {
    await misbehave({ kind: "answer_late", late_ms: 4_000, next: 1 });
    const before = (await house.effects()).filter(paid).length;
    const [id] = await draft(house, 1);
    await release(house, people.checker, await submit(house, people.maker, [id ?? ""]));
    await until(async () => (await house.effects()).filter(paid).length > before);
    await house.crash();
    await until(async () => (await state(id)) === "accepted", 120_000);
  }
  const { doubled, lost } = await payoutsAgree(house);
  const what = "payouts: killed after the bank accepted and before our commit";
  report({ experiment: 3, part: "payouts", what, seeds: times, doubled, lost });
});

test("a hundred approvals of one batch by two checkers at once release it once", async () => {
  const id = await submit(house, people.maker, await draft(house, 5));
  const hash = await house.sql(`select content_hash from approvals where id = '${id}'`);
  const answers = await Promise.all(Array.from({ length: 100 }, (_, at) =>
    decide(house, at % 2 ? people.checker : people.other, [id, hash], "approve")));
  expect(answers.filter(({ status }) => status < 400).length).toBe(1);
  // The others are told that another was quicker (409), or to come back (503): never an error.
  const odd = answers.map(({ status }) => status).filter((status) => status >= 400);
  expect(odd.filter((status) => status !== 409 && status !== 503)).toEqual([]);
  const { doubled, lost } = await payoutsAgree(house);
  const what = "payouts: 100 approvals of one batch at once by two checkers";
  report({ experiment: 24, part: "payouts", what, seeds: 1, doubled, lost });
});

test("approved and rejected at once, one wins and the other is told", async () => {
  const rounds = 5;
  for (let round = 0; round < rounds; round += 1) {
    const id = await submit(house, people.maker, await draft(house, 1));
    const hash = await house.sql(`select content_hash from approvals where id = '${id}'`);
    const [yes, no] = await Promise.all([
      decide(house, people.checker, [id, hash], "approve"),
      decide(house, people.other, [id, hash], "reject"),
    ]);
    expect([yes.status, no.status].filter((status) => status < 400).length).toBe(1);
    expect([yes.status, no.status].filter((status) => status === 409).length).toBe(1);
  }
  const { doubled, lost } = await payoutsAgree(house);
  const what = "payouts: approved and rejected at once";
  report({ experiment: 25, part: "payouts", what, seeds: rounds, doubled, lost });
});

test("the maker approves nothing, by no account of theirs and in no batch of decisions", async () => {
  const id = await submit(house, people.maker, await draft(house, 1));
  const hash = await house.sql(`select content_hash from approvals where id = '${id}'`);
  const own = await decide(house, people.maker, [id, hash], "approve");
  expect(own.status).toBe(409);
  await house.command("name-person", "he.checker", "E-0001");
  await house.command("name-person", "chen.maker", "E-0001");
  const second = await decide(house, people.other, [id, hash], "approve");
  expect(second.status).toBe(409);
  expect(await house.sql(`select state from approvals where id = '${id}'`)).toBe("pending");
  await release(house, people.checker, id);
  const { doubled, lost } = await payoutsAgree(house);
  const what = "payouts: the maker as checker, by the same person's second account";
  report({ experiment: 26, part: "payouts", what, seeds: 2, doubled, lost });
});

test("an account changed while the page was open is shown and asked about again", async () => {
  const id = await submit(house, people.maker, await draft(house, 1));
  const hash = await house.sql(`select content_hash from approvals where id = '${id}'`);
  const account = "select settlement_account_no from merchants where code = 'M100004'";
  const before = await house.sql(account);
  const set = (no: string) => house.sql(
    `update merchants set settlement_account_no = '${no}' where code = 'M100004'`,
  );
  await set("6222999900001");
  const stale = await decide(house, people.checker, [id, hash], "approve");
  expect(stale.status).toBe(409);
  expect(await stale.text()).toContain("6222999900001");
  expect(await house.sql(`select revision from approvals where id = '${id}'`)).toBe("2");
  await set(before);
  await release(house, people.checker, id);
  const { doubled, lost } = await payoutsAgree(house);
  const what = "payouts: approved from a page that was out of date";
  report({ experiment: 27, part: "payouts", what, seeds: 1, doubled, lost });
});

test("the bank pays and answers oddly, in every way it can", async () => {
  const odd = [
    "timeout_after", "server_error", "bad_gateway", "empty_answer", "other_number", "other_amount",
  ];
  for (const kind of odd) {
    await misbehave({ kind, next: 2 });
    const ids = await draft(house, 2);
    await release(house, people.checker, await submit(house, people.maker, ids));
    await until(async () => (await state(ids[0])) !== "queued", 60_000);
    await sleep(500);
    await fetch(`${house.sandboxUrl}/control/misbehave`, { method: "DELETE" });
  }
  const { doubled, lost } = await payoutsAgree(house);
  const what = "payouts: the bank pays and answers oddly";
  report({ experiment: 20, part: "payouts", what, seeds: odd.length, doubled, lost });
});

function paid({ operation }: { operation: string }): boolean {
  return operation === "payout";
}

function state(id: string | undefined): Promise<string> {
  return house.sql(`select state from payouts where id = '${id}'`);
}

/** Tells the bank of payouts how to misbehave. */
async function misbehave(rule: object): Promise<void> {
  await control(house, "misbehave", { channel: "bank", operation: "payout", ...rule });
}
