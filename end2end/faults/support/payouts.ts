import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "@playwright/test";
import type { House } from "./house.ts";

/** The merchant who is paid in these experiments. */
const MERCHANT = "M100004";

/** Maker and checkers, signed in once: sessions outlive the server. */
export interface Desk {
  maker: string;
  checker: string;
  other: string;
}

/** Signs the desk in and gives the merchant a balance by an adjustment of two people. */
export async function desk(house: House, fen: number): Promise<Desk> {
  const maker = await house.signIn("chen.maker");
  const checker = await house.signIn("wang.checker");
  const other = await house.signIn("he.checker");
  const merchant = await house.sql(`select id from merchants where code = '${MERCHANT}'`);
  const document = {
    id: randomUUID(),
    baseline: "bank",
    reason: "other",
    evidence: "an experiment",
    lines: [{
      debit: { code: "1012.01", owner: "" },
      credit: { code: "2241.03", owner: merchant },
      amount: { minor: String(fen), currency: "CNY" },
      memo: "money to be paid out",
    }],
  };
  const proposed = await house.send(maker, "adjustments/propose", {
    "request[confirmed]": "yes",
    "request[document]": JSON.stringify(document),
  });
  expect(proposed.status, await proposed.text()).toBeLessThan(400);
  await approve(house, checker, "adjustment");
  const booked = `select state from adjustments where id = '${document.id}'`;
  await until(async () => (await house.sql(booked)) === "executed");
  return { maker, checker, other };
}

/** Has the latest waiting request of a kind approved. */
export async function approve(house: House, cookie: string, kind: string): Promise<void> {
  const [id, hash] = (await waiting(house, kind)).split("|");
  const answer = await decide(house, cookie, [id ?? "", hash ?? ""], "approve");
  expect(answer.status, await answer.text()).toBeLessThan(400);
}

/** Id and hash of the latest waiting request of a kind. */
export function waiting(house: House, kind: string): Promise<string> {
  return house.sql(
    `select id, content_hash from approvals where state = 'pending' and kind = '${kind}'
     order by made_at desc, id desc limit 1`,
  );
}

/** Decides a request as the form does. */
export function decide(
  house: House,
  cookie: string,
  [id, hash]: [string, string],
  verdict: "approve" | "reject",
): Promise<Response> {
  return house.send(cookie, "approvals/decide", {
    "request[id]": id,
    "request[shown_hash]": hash,
    "request[verdict]": verdict,
    "request[note]": "seen",
    "request[confirmed]": "yes",
  });
}

/** Drafts payouts of 0.01 each, past settlement: what is tried here begins with the batch. */
export async function draft(house: House, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  const values = ids.map((id) => `('${id}'::uuid)`).join(",");
  await house.sql(
    `insert into payouts (id, merchant_id, source, source_id, from_code, amount_minor, currency,
        payee_account, payee_name, payee_bank, number, state, created_at, updated_at)
     select v.id, m.id, 'settlement', gen_random_uuid(), '2241.03', 1, 'CNY',
        m.settlement_account_no, m.settlement_account_name, m.settlement_bank,
        replace(gen_random_uuid()::text, '-', ''), 'drafted', now(), now()
     from (values ${values}) v (id), merchants m where m.code = '${MERCHANT}'`,
  );
  return ids;
}

/** Puts payouts into a batch and submits it; asks again as often as the server is away. */
export async function submit(house: House, maker: string, ids: string[]): Promise<string> {
  const account = await house.sql("select id from reserve_accounts where purpose = 'custody'");
  const fields: Record<string, string> = { "request[account]": account };
  ids.forEach((id, at) => { fields[`request[payouts][${at}]`] = id; });
  const of = (column: string) => house.sql(
    `select b.${column} from payout_batches b join payouts p on p.batch_id = b.id
     where p.id = '${ids[0]}'`,
  );
  await insist(async () => {
    await house.send(maker, "payouts/make_batch", fields);
    return (await of("id")) !== "";
  });
  const batch = await of("id");
  await insist(async () => {
    await house.send(maker, "payouts/submit", {
      "request[id]": batch,
      "request[confirmed]": "yes",
    });
    return (await of("state")) !== "drafted";
  });
  return of("approval_id");
}

/** Has a batch approved; asks again as often as the server is away. */
export async function release(house: House, checker: string, approval: string): Promise<void> {
  await insist(async () => {
    const row = await house.sql(
      `select state, content_hash from approvals where id = '${approval}'`,
    );
    const [state, hash] = row.split("|");
    if (state !== "pending") return true;
    await decide(house, checker, [approval, hash ?? ""], "approve");
    return false;
  });
}

async function insist(holds: () => Promise<boolean>): Promise<void> {
  const limit = Date.now() + 900_000;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > limit) throw new Error("it never came to that");
    await sleep(50);
  }
}

/** Waits until something holds. */
export async function until(holds: () => Promise<boolean>, limitMs = 60_000): Promise<void> {
  const limit = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > limit) throw new Error("it never came to that");
    await sleep(50);
  }
}

/** Payout runs that follow each other, whatever happens to the server. */
export class Runs {
  payouts = 0;
  readonly #going: Promise<void>;
  #stopped = false;

  constructor(house: House, desk: Desk, size = 10) {
    this.#going = this.#run(house, desk, size);
  }

  async stop(): Promise<number> {
    this.#stopped = true;
    await this.#going;
    return this.payouts;
  }

  async #run(house: House, desk: Desk, size: number): Promise<void> {
    while (!this.#stopped) {
      const approval = await submit(house, desk.maker, await draft(house, size));
      await release(house, desk.checker, approval);
      this.payouts += size;
    }
  }
}

/**
 * What must be true of payouts after every experiment: each took effect once or never at the bank,
 * our books and the bank's name the same ones, and the invariants hold. What the bank never heard
 * of stays unknown: only a statement can prove that it was not paid. What the bank did though it
 * had `refused` it, only its statement tells.
 */
export async function payoutsAgree(
  house: House,
  limitMs = 240_000,
  refused: string[] = [],
): Promise<{ doubled: number; lost: number }> {
  const effects = async () => (await house.effects()).filter(
    ({ operation, number }) => operation === "payout" && !refused.includes(number),
  );
  await until(async () => {
    const moving = await house.sql(
      `select (select count(*) from payouts where state in ('submitted', 'queued', 'sending'))
         + (select count(*) from jobs where state = 'running' and kind like 'payouts.%')`,
    );
    if (Number(moving) > 0) return false;
    const unknown = await house.sql("select number from payouts where state = 'unknown'");
    const numbers = new Set(unknown.split("\n").filter(Boolean));
    return numbers.size === 0 || !(await effects()).some(({ number }) => numbers.has(number));
  }, limitMs);
  const { stdout } = await house.command("doctor");
  expect(stdout).not.toContain("FAIL");
  const times = new Map<string, number>();
  for (const { number } of await effects()) times.set(number, (times.get(number) ?? 0) + 1);
  const doubled = [...times.values()].filter((count) => count > 1).length;
  const text = await house.sql(
    "select number from payouts where state in ('accepted', 'paid', 'returned')",
  );
  const ours = new Set(text.split("\n").filter(Boolean));
  const onlyOurs = [...ours].filter((number) => !times.has(number));
  const onlyTheirs = [...times.keys()].filter((number) => !ours.has(number));
  expect({ doubled, onlyOurs, onlyTheirs }).toEqual({ doubled: 0, onlyOurs: [], onlyTheirs: [] });
  return { doubled, lost: onlyOurs.length + onlyTheirs.length };
}
