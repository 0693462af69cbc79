import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { House } from "./support/house.ts";
import { report } from "./support/oracle.ts";
import {
  decide, desk, draft, payoutsAgree, release, submit, until, waiting, type Desk,
} from "./support/payouts.ts";

/** What people do at the same moment, and with rights they do not have any more. */
let house: House;
let people: Desk;

test.beforeAll(async () => {
  house = await House.open("faults_payout_people");
  people = await desk(house, 1_000_000);
});
test.afterAll(async () => house.close());

test("approved while the maker edits: the edit is told that it is too late", async () => {
  const rounds = 5;
  const account = await house.sql("select id from reserve_accounts where purpose = 'custody'");
  for (let round = 0; round < rounds; round += 1) {
    const ids = await draft(house, 2);
    const id = await submit(house, people.maker, ids);
    const hash = await house.sql(`select content_hash from approvals where id = '${id}'`);
    const batch = await house.sql(`select subject_id from approvals where id = '${id}'`);
    // The maker puts one of its payouts elsewhere, and submits the batch once more.
    const [yes, ...edits] = await Promise.all([
      decide(house, people.checker, [id, hash], "approve"),
      house.send(people.maker, "payouts/make_batch", {
        "request[account]": account, "request[payouts][0]": ids[0] ?? "",
      }),
      house.send(people.maker, "payouts/submit", {
        "request[id]": batch, "request[confirmed]": "yes",
      }),
    ]);
    expect(yes.status, await yes.text()).toBeLessThan(400);
    expect(edits.map(({ status }) => status)).toEqual([409, 409]);
    for (const one of ids) await until(async () => (await state(one)) === "accepted");
  }
  const { doubled, lost } = await payoutsAgree(house);
  const what = "payouts: approved while the maker edits";
  report({ experiment: 25, part: "payouts, edited", what, seeds: rounds, doubled, lost });
});

test("approved while the merchant is frozen: one wins, and what did not leave stays", async () => {
  const rounds = 5;
  const operations = await house.signIn("lin.ops");
  const manager = await house.signIn("liu.manager");
  const merchant = await house.sql("select id from merchants where code = 'M100004'");
  const status = "select status from merchants where code = 'M100004'";
  const propose = async (suspended: boolean): Promise<[string, string]> => {
    const form = { "request[id]": merchant, "request[suspended]": String(suspended) };
    const answer = await house.send(operations, "merchants/propose_suspension", form);
    expect(answer.status, await answer.text()).toBeLessThan(400);
    const [id, hash] = (await waiting(house, "merchant_change")).split("|");
    return [id ?? "", hash ?? ""];
  };
  let [paidOut, held] = [0, 0];
  for (let round = 0; round < rounds; round += 1) {
    const [one] = await draft(house, 1);
    const id = await submit(house, people.maker, [one ?? ""]);
    const hash = await house.sql(`select content_hash from approvals where id = '${id}'`);
    const freeze = await propose(true);
    // The freeze is decided some time before, at, or after the approval.
    const wait = (ms: number) => sleep(Math.max(0, ms));
    const [yes, frozen] = await Promise.all([
      wait(100 * (2 - round)).then(() => decide(house, people.checker, [id, hash], "approve")),
      wait(100 * (round - 2)).then(() => decide(house, manager, freeze, "approve")),
    ]);
    expect(frozen.status, await frozen.text()).toBeLessThan(400);
    expect([200, 302, 409], await yes.text()).toContain(yes.status);
    await until(async () => (await house.sql(status)) === "suspended");
    await sleep(1_000);
    const before = await state(one);
    const left = ["sending", "accepted", "unknown"].includes(before);
    if (left) paidOut += 1;
    else held += 1;
    // While it is frozen, nothing of what stayed leaves.
    await sleep(2_000);
    expect(["sending", "accepted", "unknown"].includes(await state(one))).toBe(left);
    await decide(house, manager, await propose(false), "approve");
    await until(async () => (await house.sql(status)) === "active");
    // What the checker could not approve is asked about again, as it is now.
    await release(house, people.checker, id);
    if (["drafted", "rejected"].includes(await state(one))) {
      await release(house, people.checker, await submit(house, people.maker, [one ?? ""]));
    }
    await until(async () => (await state(one)) === "accepted", 120_000);
  }
  expect(paidOut + held).toBe(rounds);
  const { doubled, lost } = await payoutsAgree(house);
  const what = "payouts: approved while the merchant is frozen by two people";
  report({
    experiment: 25, part: "payouts, frozen", what, seeds: rounds, doubled, lost, held,
  });
});

test("a right lent to the maker, or lent no longer, decides nothing", async () => {
  const day = (days: number) => house.sql(`select (now() + interval '${days} days')::date`);
  const [from, to] = [await day(-1), await day(10)];
  const lend = (who: string, standIn: string) => house.send(who, "approvals/lend", {
    "request[stand_in]": standIn, "request[from]": from, "request[until]": to,
    "request[reason]": "annual leave",
  });
  const give = (login: string, role: string) => house.sql(
    `insert into staff_roles select id, '${role}' from staff where login = '${login}'`,
  );
  const take = (login: string, role: string) => house.sql(
    `delete from staff_roles using staff where staff.id = staff_id
     and login = '${login}' and role = '${role}'`,
  );
  // To whoever decides nothing themselves no right is lent.
  expect((await lend(people.other, "chen.maker")).status).toBeGreaterThanOrEqual(400);
  // The maker as a checker with a lent right on top: still the maker of this one.
  await give("chen.maker", "finance_checker");
  expect((await lend(people.other, "chen.maker")).status).toBeLessThan(400);
  const id = await submit(house, people.maker, await draft(house, 1));
  const hash = await house.sql(`select content_hash from approvals where id = '${id}'`);
  expect((await decide(house, people.maker, [id, hash], "approve")).status).toBe(409);
  await take("chen.maker", "finance_checker");
  // The one who lent decides; the colleague who stands in for them gets no second part by it.
  expect((await lend(people.other, "wang.checker")).status).toBeLessThan(400);
  // A stand-in who lost their own role has nothing to decide with, lent right or not.
  await take("wang.checker", "finance_checker");
  expect((await decide(house, people.checker, [id, hash], "approve")).status).toBe(403);
  await give("wang.checker", "finance_checker");
  // A right of the second level that is lent, and is over when they click.
  const rules = await levels(house);
  const two = await submit(house, people.maker, await draft(house, 1));
  const shown = await house.sql(`select content_hash from approvals where id = '${two}'`);
  const over = await house.sql(`update approval_delegations
    set from_at = now() - interval '2 days', until_at = now() - interval '1 second'
    where revoked_at is null returning 1`);
  expect(over).not.toBe("");
  expect((await decide(house, people.checker, [two, shown], "approve")).status).toBe(409);
  expect(await house.sql(`select state from approvals where id = '${two}'`)).toBe("pending");
  // Lent again, it counts.
  expect((await lend(people.other, "wang.checker")).status).toBeLessThan(400);
  const now = await decide(house, people.checker, [two, shown], "approve");
  expect(now.status, await now.text()).toBeLessThan(400);
  await rules();
  await house.sql("update approval_delegations set revoked_at = now() where revoked_at is null");
  await release(house, people.checker, id);
  const { doubled, lost } = await payoutsAgree(house);
  const what = "payouts: a right lent to the maker, to one without a role, and past its time";
  report({ experiment: 26, part: "payouts, lent", what, seeds: 4, doubled, lost });
});

/**
 * Every payout takes a person of the second level from now on, as he.checker is; gives back what
 * takes that away again.
 */
async function levels(house: House): Promise<() => Promise<string>> {
  const last = "(select * from approval_rule_books order by version desc limit 1)";
  const before = await house.sql(`select version from ${last} b`);
  const rule = JSON.stringify([{
    name: "second level", when: { kinds: ["payout_batch"] }, steps: [{ level: "L2" }], hours: 72,
  }]);
  const insert = (rules: string, from: string) => house.sql(
    `insert into approval_rule_books (version, rules, authorities, made_at)
     select (select max(version) + 1 from approval_rule_books), ${rules}, authorities, now()
     from approval_rule_books where version = ${from}`,
  );
  await insert(`rules || '${rule}'`, before);
  return () => insert("rules", before);
}

function state(id: string | undefined): Promise<string> {
  return house.sql(`select state from payouts where id = '${id}'`);
}
