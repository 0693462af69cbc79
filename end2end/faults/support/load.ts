import { setTimeout as sleep } from "node:timers/promises";
import type { House } from "./house.ts";

/** An order of the load and the first answer about it that was no excuse. */
export interface Placed {
  order: string;
  status: number;
  payment: string | undefined;
}

/** A merchant's system that goes on placing orders, each under one key until it is answered. */
export class Load {
  readonly placed: Placed[] = [];
  /** Answers that asked to try again: what a person would have seen as trouble. */
  excuses = 0;
  readonly #house: House;
  readonly #bearer: string;
  readonly #name: string;
  #going = true;
  #count = 0;
  #callers: Promise<void>[] = [];

  private constructor(house: House, bearer: string, name: string) {
    this.#house = house;
    this.#bearer = bearer;
    this.#name = name;
  }

  /** Starts callers that place one order after the other. */
  static async start(house: House, name: string, callers = 6): Promise<Load> {
    const { stdout } = await house.command("api-key", "M100006");
    const load = new Load(house, stdout.trim(), name);
    load.#callers = Array.from({ length: callers }, () => load.#call());
    return load;
  }

  /** The key the load signs its requests with. */
  get bearer(): string {
    return this.#bearer;
  }

  /** Lets every caller finish its order. */
  async stop(): Promise<Placed[]> {
    this.#going = false;
    await Promise.all(this.#callers);
    return this.placed;
  }

  async #call(): Promise<void> {
    while (this.#going) {
      this.#count += 1;
      await this.#place(`${this.#name}-${this.#count}`);
    }
  }

  /** Asks again under the same key until there is an answer that counts. */
  async #place(order: string): Promise<void> {
    const limit = Date.now() + 240_000;
    for (;;) {
      const answer = await place(this.#house.url, this.#bearer, order).catch(() => undefined);
      if (answer && answer.status < 500 && answer.status !== 429 && answer.status !== 409) {
        this.placed.push(answer);
        return;
      }
      this.excuses += 1;
      if (Date.now() > limit) throw new Error(`order ${order} was never answered`);
      await sleep(100);
    }
  }
}

/** Places one order of 1.23 under a key of the same name. */
export async function place(
  url: string,
  bearer: string,
  order: string,
  more: { key?: string; amount?: string; subject?: string } = {},
): Promise<Placed & { body: Record<string, unknown> }> {
  const response = await fetch(`${url}/api/v1/payments`, {
    method: "POST",
    signal: AbortSignal.timeout(20_000),
    headers: {
      authorization: `Bearer ${bearer}`,
      "content-type": "application/json",
      "idempotency-key": more.key ?? order,
    },
    body: JSON.stringify({
      merchant_order_no: order,
      product: "wechat_pay",
      amount: more.amount ?? "1.23",
      currency: "CNY",
      subject: more.subject ?? order,
    }),
  });
  const body = (await response.json()) as Record<string, unknown>;
  const payment = typeof body["id"] === "string" ? body["id"] : undefined;
  return { order, status: response.status, payment, body };
}
