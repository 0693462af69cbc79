import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { House } from "./support/house.ts";
import { Load, place } from "./support/load.ts";
import { agree, report } from "./support/oracle.ts";

let house: House;

test.beforeAll(async () => {
  house = await House.open("faults_workers");
});
test.afterAll(async () => house.close());

test("two servers share the work, and one sleeps past its lease with work in its hands", async () => {
  const second = await house.second();
  const load = await Load.start(house, "sleeper");
  const rounds = 2;
  for (let round = 0; round < rounds; round += 1) {
    await sleep(2_000);
    process.kill(second.server.pid, "SIGSTOP");
    await sleep(25_000);
    process.kill(second.server.pid, "SIGCONT");
  }
  const placed = await load.stop();
  const { doubled, lost } = await agree(house, placed);
  await second.server.stop();
  const what = "a worker sleeps past its lease and wakes up";
  report({ experiment: 23, what, seeds: rounds, doubled, lost, orders: placed.length });
});

test("a hundred approvals of one refund by two people at once decide it once", async () => {
  const bearer = (await house.command("api-key", "M100006")).stdout.trim();
  const rounds = 3;
  for (let round = 1; round <= rounds; round += 1) {
    const order = `approved-${round}`;
    const { payment } = await place(house.url, bearer, order);
    await house.settled();
    const approval = await request(payment ?? "", order);
    const [id, hash] = approval.split("|");
    const checkers = [await house.signIn("wang.checker"), await house.signIn("liu.manager")];
    const fields = {
      "request[id]": id ?? "",
      "request[shown_hash]": hash ?? "",
      "request[verdict]": "approve",
      "request[note]": "",
      "request[confirmed]": "yes",
    };
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        house.send(checkers[at % 2] ?? "", "approvals/decide", fields),
      ),
    );
    const decided = answers.filter(({ status }) => status < 400).length;
    expect(decided).toBe(1);
    // 503 is an answer on a crowded machine: nothing was done, come again.
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status >= 500 && status !== 503)).toEqual([]);
    await refunded(order);
    const effects = await house.effects();
    expect(effects.filter(({ operation }) => operation === "refund").length).toBe(round);
  }
  const { doubled, lost } = await agree(house);
  const what = "100 approvals of one refund at once by two checkers";
  report({ experiment: 24, what, seeds: rounds, doubled, lost });
});

/** Asks for a refund as operations do; gives the approval's id and what will be shown. */
async function request(payment: string, order: string): Promise<string> {
  const cookie = await house.signIn("lin.ops");
  const answer = await house.send(cookie, "payments/request_refund", {
    "request[payment]": payment,
    "request[currency]": "CNY",
    "request[merchant_refund_no]": `R-${order}`,
    "request[amount]": "1.23",
    "request[reason]": "an experiment",
    "request[confirmed]": "yes",
  });
  expect(answer.status).toBeLessThan(400);
  return house.sql(
    "select id, content_hash from approvals where state = 'pending' order by made_at desc limit 1",
  );
}

async function refunded(order: string): Promise<void> {
  const limit = Date.now() + 30_000;
  const query = `select state from refunds where merchant_refund_no = 'R-${order}'`;
  while ((await house.sql(query)) !== "succeeded") {
    if (Date.now() > limit) throw new Error("the refund was never made");
    await sleep(100);
  }
}
