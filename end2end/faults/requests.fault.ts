import { expect, test } from "@playwright/test";
import { House } from "./support/house.ts";
import { place } from "./support/load.ts";
import { agree, report } from "./support/oracle.ts";

let house: House;
let bearer: string;

test.beforeAll(async () => {
  house = await House.open("faults_requests");
  bearer = (await house.command("api-key", "M100006")).stdout.trim();
});
test.afterAll(async () => house.close());

test("a key that is used again: fifty at once, for another body, by another merchant", async () => {
  const rounds = 5;
  for (let round = 1; round <= rounds; round += 1) {
    const order = `key-${round}`;
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => place(house.url, bearer, order)),
    );
    const payments = new Set(answers.flatMap(({ payment }) => payment ?? []));
    expect(payments.size).toBe(1);
    // Taken once; whoever came while that was being done is told so, or gets the same answer.
    expect(answers.filter(({ status }) => ![200, 201, 202, 409].includes(status))).toEqual([]);
    const other = await place(house.url, bearer, order, { amount: "9.99" });
    expect(other.status).toBe(422);
    const stranger = (await house.command("api-key", "M100004")).stdout.trim();
    const theirs = await place(house.url, stranger, order, { subject: `stranger-${order}` });
    expect([...payments]).not.toContain(theirs.payment);
  }
  const { doubled, lost } = await agree(house);
  const what = "an idempotency key is used again";
  report({ experiment: 45, what, seeds: rounds, doubled, lost });
});

test("amounts that are none are refused with the field, and nothing is stored", async () => {
  const before = await house.sql("select count(*) from orders");
  const amounts = [
    "-1", "0", "0.001", "1e3", "9223372036854775807", "9223372036854775808", "１００", "1,000.00",
    "٣", "", "NaN", "Infinity", "0x10", "9".repeat(400),
  ];
  for (const [at, amount] of amounts.entries()) {
    const answer = await place(house.url, bearer, `amount-${at}`, { amount });
    expect([400, 422], amount).toContain(answer.status);
    expect(JSON.stringify(answer.body), amount).toContain("amount");
  }
  expect(await house.sql("select count(*) from orders")).toBe(before);
  const { doubled, lost } = await agree(house);
  const what = "amounts that are none";
  report({ experiment: 47, what, seeds: amounts.length, doubled, lost });
});
