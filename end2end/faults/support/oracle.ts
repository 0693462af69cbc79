import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect } from "@playwright/test";
import { given } from "../../support/stack.ts";
import type { House } from "./house.ts";
import type { Placed } from "./load.ts";

/** What an experiment came to. */
export interface Finding {
  /** Its number in the list of experiments. */
  experiment: number;
  what: string;
  /** How often it was done, each time at another moment. */
  seeds: number;
  /** Orders that took effect more than once at a channel. */
  doubled: number;
  /** Orders whose effect one side knows and the other does not. */
  lost: number;
  [more: string]: string | number;
}

/**
 * What must be true after every experiment: the invariants of the books hold; no order took effect
 * twice at the channels; our books and theirs name the same payments and the same sums; whoever was
 * told that an order is taken finds it.
 */
export async function agree(house: House, placed: Placed[] = []): Promise<{ doubled: number; lost: number }> {
  await house.settled();
  // It ends with an error when something is wrong; what is wrong stands in its words.
  const words = (error: { stdout?: string }) => ({ stdout: error.stdout ?? "FAIL" });
  const { stdout } = await house.command("doctor").catch(words);
  expect(stdout).not.toContain("FAIL");

  const theirs = (await house.effects()).filter((effect) => effect.operation === "payment");
  const bySubject = new Map<string, number>();
  for (const { subject } of theirs) bySubject.set(subject, (bySubject.get(subject) ?? 0) + 1);
  const doubled = [...bySubject.values()].filter((times) => times > 1).length;

  const text = await house.sql("select number, amount_minor from payments where state = 'succeeded'");
  const ours = new Map(text.split("\n").filter(Boolean).map((line) => {
    const [number, minor] = line.split("|");
    return [number ?? "", BigInt(minor ?? "0")];
  }));
  const known = new Map(theirs.map(({ number, minor }) => [number, minor]));
  const onlyOurs = [...ours].filter(([number, minor]) => known.get(number) !== minor);
  // A channel that did what it had refused is a difference that a person has to settle.
  const opened = new Set((await house.sql(OPENED)).split("\n"));
  const onlyTheirs = [...known].filter(
    ([number, minor]) => ours.get(number) !== minor && !opened.has(number),
  );

  const orders = new Set((await house.sql("select merchant_order_no from orders")).split("\n"));
  const forgotten = placed.filter(({ status, order }) => status < 300 && !orders.has(order));
  const lost = onlyOurs.length + onlyTheirs.length + forgotten.length;
  expect({ doubled, onlyOurs, onlyTheirs, forgotten }).toEqual({
    doubled: 0, onlyOurs: [], onlyTheirs: [], forgotten: [],
  });
  return { doubled, lost };
}

/** Payments about which an error item was opened. */
const OPENED = `select p.number from error_items e join payments p on p.id = e.payment_id`;

/** Writes a finding down for the report. */
export function report(finding: Finding): void {
  const file = given("FAULTS_REPORT");
  let report: Record<string, Finding> = {};
  try {
    report = JSON.parse(readFileSync(file, "utf8")) as Record<string, Finding>;
  } catch {
    // The first finding of this run.
  }
  const part = finding["part"];
  report[part ? `${finding.experiment} ${part}` : String(finding.experiment)] = finding;
  write(file, report);
}

/** Writes down what the killing of payouts came to, under a name of its own. */
export function reportPayouts(finding: {
  kill_points: number; double_effects: number; lost_effects: number; payouts: number;
  interrupted: number;
}): void {
  const file = given("FAULTS_REPORT");
  let report: Record<string, object> = {};
  try {
    report = JSON.parse(readFileSync(file, "utf8")) as Record<string, object>;
  } catch {
    // The first finding of this run.
  }
  write(file, { ...report, payouts: finding });
}

/** By the experiment's number; what has none comes last. */
function write(file: string, report: Record<string, object>): void {
  const place = (key: string) => Number.parseInt(key, 10) || Number.MAX_SAFE_INTEGER;
  const ordered = Object.fromEntries(
    Object.entries(report).sort(([left], [right]) =>
      place(left) - place(right) || left.localeCompare(right)),
  );
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(ordered, undefined, 2)}\n`);
}

/** How often the killing experiments kill: `FAULTS_SEEDS`. */
export function seeds(): number {
  return Number(process.env["FAULTS_SEEDS"] ?? "20");
}
