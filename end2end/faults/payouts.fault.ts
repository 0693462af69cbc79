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

/** What the bank did though it had refused it: only its statement tells. */
const refused: string[] = [];

/** How often the server is killed while payouts go out: `PAYOUT_KILLS`. */
const KILLS = Number(process.env["PAYOUT_KILLS"] ?? String(seeds()));

/** Servers that share the work while one after the other is killed. */
const CREW = 3;
/** Kills between two looks at what they led to. */
const ROUND = 250;
/** Payouts of one run that is made and approved while servers die. */
const SIZE = 20;
/** Payouts of one run that is queued before. */
const BACKLOG = 200;
/** Payouts queued before, for each kill. */
const PER_KILL = 2;
const SUBMITTED = "select count(*) from payouts where state = 'submitted'";

test("servers are killed again and again while payouts are released and sent", async () => {
  test.setTimeout(7_200_000);
  const crew = await house.crew(CREW);
  let [done, payouts, doubles, losses] = [0, 0, 0, 0];
  while (done < KILLS) {
    const kills = Math.min(ROUND, KILLS - done);
    // Enough is queued before the killing begins that there is always something on its way.
    const all = { "request[scope]": "all", "request[subject]": "", "request[reason]": "not yet" };
    await house.send(people.maker, "payouts/pull_stop", all);
    for (let queued = 0; queued < kills * PER_KILL; queued += BACKLOG) {
      const approval = await submit(house, people.maker, await draft(house, BACKLOG));
      await release(house, people.checker, approval);
      payouts += BACKLOG;
    }
    await until(async () => (await house.sql(SUBMITTED)) === "0", 600_000);
    await lift(house);
    const runs = [new Runs(house, people, SIZE)];
    house.bank.weather = { lateMs: 250 };
    await crew.kill(kills, (seed) => 100 + draws(done + seed)() * 900);
    house.bank.weather = {};
    done += kills;
    for (const run of runs) payouts += await run.stop();
    const { doubled, lost } = await payoutsAgree(house, 1_200_000);
    [doubles, losses] = [doubles + doubled, losses + lost];
    const interrupted = Number(await house.sql(INTERRUPTED));
    reportPayouts({
      kill_points: done, double_effects: doubles, lost_effects: losses, payouts, interrupted,
    });
    for (const [experiment, how] of [
      [1, "in the middle of a release"], [5, "while the ledger posts"],
    ] as const) {
      const what = `payouts: killed ${how}`;
      report({
        experiment, part: "payouts", what, seeds: done, doubled: doubles, lost: losses, payouts,
      });
    }
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
  const { doubled, lost } = await payoutsAgree(house, 240_000, refused);
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
  const { doubled, lost } = await payoutsAgree(house, 240_000, refused);
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
  const { doubled, lost } = await payoutsAgree(house, 240_000, refused);
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
  // Approved and taken back by the maker at once: the same.
  for (let round = 0; round < rounds; round += 1) {
    const id = await submit(house, people.maker, await draft(house, 1));
    const hash = await house.sql(`select content_hash from approvals where id = '${id}'`);
    const answers = await Promise.all([
      decide(house, people.checker, [id, hash], "approve"),
      house.send(people.maker, "approvals/withdraw", { id }),
    ]);
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status < 400).length, statuses.join()).toBe(1);
    expect(statuses.filter((status) => status === 409).length, statuses.join()).toBe(1);
  }
  const { doubled, lost } = await payoutsAgree(house, 240_000, refused);
  const what = "payouts: approved and rejected, or approved and taken back, at once";
  report({ experiment: 25, part: "payouts", what, seeds: 2 * rounds, doubled, lost });
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
  // Renamed, he is still the same person.
  await house.sql("update staff set name = 'Somebody Else' where login = 'he.checker'");
  expect((await decide(house, people.other, [id, hash], "approve")).status).toBe(409);
  // With a checker's role, the maker decides others' requests, and of several at once not the own.
  await house.sql(`insert into staff_roles select id, 'finance_checker' from staff
    where login = 'chen.maker'`);
  await house.sql(`insert into staff_roles select id, 'finance_maker' from staff
    where login = 'wang.checker'`);
  const other = await submit(house, people.checker, await draft(house, 1));
  const others = await house.sql(`select content_hash from approvals where id = '${other}'`);
  await house.send(people.maker, "approvals/approve_together", {
    "request[shown][0]": `${id}:${hash}`,
    "request[shown][1]": `${other}:${others}`,
    "request[note]": "all of them",
    "request[confirmed]": "yes",
  });
  const stands = (which: string) => house.sql(`select state from approvals where id = '${which}'`);
  expect(await stands(id), "the own one").toBe("pending");
  expect(await stands(other), "the colleague's").not.toBe("pending");
  await house.sql(`delete from staff_roles using staff where staff.id = staff_id
    and (login, role) in (('chen.maker', 'finance_checker'), ('wang.checker', 'finance_maker'))`);
  await house.sql("update staff set employee_no = null where login in ('he.checker', 'chen.maker')");
  await release(house, people.checker, id);
  const { doubled, lost } = await payoutsAgree(house, 240_000, refused);
  const what = "payouts: the maker as checker: same account, second account, renamed, in a bulk";
  report({ experiment: 26, part: "payouts", what, seeds: 4, doubled, lost });
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
  const { doubled, lost } = await payoutsAgree(house, 240_000, refused);
  const what = "payouts: approved from a page that was out of date";
  report({ experiment: 27, part: "payouts", what, seeds: 1, doubled, lost });
});

test("the bank pays and answers oddly, in every way it can", async () => {
  const odd = [
    "timeout_after", "server_error", "bad_gateway", "empty_answer", "other_number", "other_amount",
    "other_currency", "answer_twice", "not_found_first", "refuse_and_do", "answer_late",
  ];
  // A reply after ten minutes finds nobody who waits: our deadline was long over.
  const lateMs: Record<string, number> = { not_found_first: 3_000, answer_late: 600_000 };
  for (const kind of odd) {
    await misbehave({ kind, next: 2, ...(kind in lateMs && { late_ms: lateMs[kind] }) });
    const ids = await draft(house, 2);
    await release(house, people.checker, await submit(house, people.maker, ids));
    await until(async () => (await state(ids[0])) !== "queued", 60_000);
    await sleep(500);
    await fetch(`${house.sandboxUrl}/control/misbehave`, { method: "DELETE" });
    if (kind === "answer_late") {
      for (const id of ids) await until(async () => (await state(id)) === "accepted", 120_000);
    }
    if (kind !== "refuse_and_do") continue;
    // What the bank refused and did all the same its statement tells; it is not sent again.
    for (const id of ids) {
      await until(async () => (await state(id)) === "rejected");
      refused.push(await house.sql(`select number from payouts where id = '${id}'`));
    }
  }
  const { doubled, lost } = await payoutsAgree(house, 240_000, refused);
  const what = "payouts: the bank pays and answers oddly";
  report({ experiment: 20, part: "payouts", what, seeds: odd.length, doubled, lost });
});

test("what the bank does not know at first and then has paid is not sent again in between", async () => {
  const times = 3;
  for (let seed = 1; seed <= times; seed += 1) {
    // The five minutes of the experiment, shortened: our questions come after 2, 4, 8, 16 seconds.
    await misbehave({ kind: "not_found_first", late_ms: 12_000, next: 1 });
    const [id] = await draft(house, 1);
    await release(house, people.checker, await submit(house, people.maker, [id ?? ""]));
    await until(async () => (await state(id)) === "unknown");
    const asked = `select queries from payouts where id = '${id}'`;
    await until(async () => Number(await house.sql(asked)) >= 2, 30_000);
    expect(await state(id), "not found is not failed").toBe("unknown");
    await until(async () => (await state(id)) === "accepted", 120_000);
    const sent = `select count(*) from payout_steps where payout_id = '${id}' and state = 'sending'`;
    expect(await house.sql(sent), "sent once").toBe("1");
    await fetch(`${house.sandboxUrl}/control/misbehave`, { method: "DELETE" });
  }
  const { doubled, lost } = await payoutsAgree(house, 240_000, refused);
  const what = "payouts: not found at first, paid later";
  report({ experiment: 21, part: "payouts", what, seeds: times, doubled, lost });
});

test("a run of many is stopped at four tenths, the server is killed, and it goes on", async () => {
  const rows = 300;
  const ids = await draft(house, rows);
  await release(house, people.checker, await submit(house, people.maker, ids));
  const of = (states: string) => house.sql(
    `select count(*) from payouts where state in (${states})
     and id in (${ids.map((id) => `'${id}'`).join(",")})`,
  );
  await until(async () => Number(await of("'accepted', 'unknown'")) >= rows * 0.4, 240_000);
  await house.send(people.maker, "payouts/pull_stop", {
    "request[scope]": "all", "request[subject]": "", "request[reason]": "an experiment",
  });
  await until(async () => (await of("'sending'")) === "0");
  const held = await of("'queued'");
  expect(Number(held)).toBeGreaterThan(0);
  await house.crash();
  await sleep(2_000);
  expect(await of("'queued'"), "a stop outlives the server").toBe(held);
  await lift(house);
  await until(async () => (await of("'accepted'")) === String(rows), 400_000);
  const { doubled, lost } = await payoutsAgree(house, 240_000, refused);
  const steps = await house.sql(
    `select count(*) from payout_steps where state = 'sending'
     and payout_id in (${ids.map((id) => `'${id}'`).join(",")})`,
  );
  expect(Number(steps), "one step for each").toBe(rows);
  const what = "payouts: a run of many stopped at 40 %, killed, resumed";
  report({ experiment: 43, part: "payouts", what, seeds: 1, doubled, lost, rows });
});

test("runs chosen from the same drafts at once: each payout is in one of them or in none", async () => {
  const ids = await draft(house, 60);
  const account = await house.sql("select id from reserve_accounts where purpose = 'custody'");
  const choices = Array.from({ length: 10 }, (_, at) => ids.slice(at * 5, at * 5 + 15));
  const answers = await Promise.all(choices.map((chosen) => {
    const fields: Record<string, string> = { "request[account]": account };
    chosen.forEach((id, at) => { fields[`request[payouts][${at}]`] = id; });
    return house.send(people.maker, "payouts/make_batch", fields);
  }));
  const made = answers.filter(({ status }) => status < 400).length;
  expect(made).toBeGreaterThan(0);
  const list = ids.map((id) => `'${id}'`).join(",");
  const sizes = await house.sql(
    `select count(*) from payouts where batch_id is not null and id in (${list}) group by batch_id`,
  );
  expect(sizes.split("\n"), "whole or not at all").toEqual(Array(made).fill("15"));
  const twice = await house.sql(
    `select count(*) from (select payout_id from payout_batch_items where payout_id in (${list})
     group by payout_id having count(*) > 1) twice`,
  );
  expect(twice).toBe("0");
  const { doubled, lost } = await payoutsAgree(house, 240_000, refused);
  const what = "payouts: chosen for several runs at once";
  report({ experiment: 44, part: "payouts", what, seeds: choices.length, doubled, lost });
});

test("the same form fifty times at once, and again with another content", async () => {
  const ids = await draft(house, 3);
  const account = await house.sql("select id from reserve_accounts where purpose = 'custody'");
  const fields: Record<string, string> = { "request[account]": account };
  ids.forEach((id, at) => { fields[`request[payouts][${at}]`] = id; });
  const fifty = <T>(once: () => Promise<T>) => Promise.all(Array.from({ length: 50 }, once));
  const made = await fifty(() => house.send(people.maker, "payouts/make_batch", fields));
  expect(made.filter(({ status }) => status < 400).length).toBe(1);
  const batch = await house.sql(`select batch_id from payouts where id = '${ids[0]}'`);
  const form = { "request[id]": batch, "request[confirmed]": "yes" };
  const sent = await fifty(() => house.send(people.maker, "payouts/submit", form));
  expect(sent.filter(({ status }) => status < 400).length).toBe(1);
  expect(await house.sql(`select count(*) from approvals where subject_id = '${batch}'`)).toBe("1");
  // Another content under the same batch: refused, by the maker and by a colleague.
  const fewer = { "request[account]": account, "request[payouts][0]": ids[0] ?? "" };
  expect((await house.send(people.maker, "payouts/make_batch", fewer)).status).toBe(409);
  expect((await house.send(people.other, "payouts/submit", form)).status).toBe(403);
  const approval = await house.sql(`select approval_id from payout_batches where id = '${batch}'`);
  await release(house, people.checker, approval);
  const { doubled, lost } = await payoutsAgree(house, 240_000, refused);
  const what = "payouts: the same form fifty times at once, by another, with another content";
  report({ experiment: 45, part: "payouts", what, seeds: 100, doubled, lost });
});

test("clicked twice, sent again after the network dropped, sent from a second tab", async () => {
  const rounds = 5;
  for (let round = 0; round < rounds; round += 1) {
    const [id] = await draft(house, 1);
    const approval = await submit(house, people.maker, [id ?? ""]);
    const hash = await house.sql(`select content_hash from approvals where id = '${approval}'`);
    const click = () => decide(house, people.checker, [approval, hash], "approve");
    // Twice in one blink, and once more when the answer never came.
    const [first, second] = await Promise.all([click(), click()]);
    const statuses = [first.status, second.status].sort();
    expect(statuses[0], statuses.join()).toBeLessThan(400);
    expect(statuses[1], statuses.join()).toBe(409);
    expect((await click()).status).toBe(409);
    await until(async () => (await state(id)) === "accepted");
    expect(await house.sql(
      `select count(*) from payout_steps where payout_id = '${id}' and state = 'queued'`,
    )).toBe("1");
  }
  const { doubled, lost } = await payoutsAgree(house, 240_000, refused);
  const what = "payouts: double click, resent after the network dropped, second tab";
  report({ experiment: 46, part: "payouts", what, seeds: rounds, doubled, lost });
});

test("roles that change between page and click count as they are at the click", async () => {
  const id = await submit(house, people.maker, await draft(house, 1));
  const hash = await house.sql(`select content_hash from approvals where id = '${id}'`);
  const give = (login: string, role: string) => house.sql(
    `insert into staff_roles select id, '${role}' from staff where login = '${login}'`,
  );
  const take = (login: string, role: string) => house.sql(
    `delete from staff_roles using staff where staff.id = staff_id
     and login = '${login}' and role = '${role}'`,
  );
  // The maker becomes a checker: still the maker of this one.
  await give("chen.maker", "finance_checker");
  expect((await decide(house, people.maker, [id, hash], "approve")).status).toBe(409);
  await take("chen.maker", "finance_checker");
  // The checker is none any more when they click.
  await take("wang.checker", "finance_checker");
  expect((await decide(house, people.checker, [id, hash], "approve")).status).toBe(403);
  expect(await house.sql(`select state from approvals where id = '${id}'`)).toBe("pending");
  await give("wang.checker", "finance_checker");
  await release(house, people.checker, id);
  const { doubled, lost } = await payoutsAgree(house, 240_000, refused);
  const what = "payouts: roles swapped between page and click";
  report({ experiment: 57, part: "payouts", what, seeds: 2, doubled, lost });
});

/** Two people lift the one stop in force. */
async function lift(house: House): Promise<void> {
  const stop = await house.sql("select id from payout_stops where lifted_at is null");
  for (const cookie of [people.checker, people.other]) {
    const fields = { "request[id]": stop, "request[confirmed]": "yes" };
    expect((await house.send(cookie, "payouts/lift_stop", fields)).status).toBeLessThan(400);
  }
}

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
