import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "./stack.ts";

/** What the merchant API answered. */
export interface Answer {
  status: number;
  body: { id: string; status: string; amount: string; error?: { code: string; message: string } };
}

/** A merchant's own system, with a key of its own. */
export class Merchant {
  readonly #stack: Stack;
  readonly #bearer: string;

  private constructor(stack: Stack, bearer: string) {
    this.#stack = stack;
    this.#bearer = bearer;
  }

  static async of(stack: Stack, code: string): Promise<Merchant> {
    const { stdout } = await stack.command("api-key", code);
    return new Merchant(stack, stdout.trim());
  }

  /** Asks for a payment, under a key that is the order's number unless told otherwise. */
  async pay(
    order: string,
    product: string,
    amount: string,
    more: { seller?: string; key?: string } = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.#stack.url}/api/v1/payments`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${this.#bearer}`,
        "content-type": "application/json",
        "idempotency-key": more.key ?? order,
      },
      body: JSON.stringify({
        merchant_order_no: order,
        product,
        amount,
        currency: "CNY",
        subject: `Order ${order}`,
        ...(more.seller ? { seller: more.seller } : {}),
      }),
    });
    return { status: response.status, body: (await response.json()) as Answer["body"] };
  }

  /** Asks for a payment and then how it ended, as long as that is not known. */
  async collect(...order: Parameters<Merchant["pay"]>): Promise<Answer["body"]> {
    let { body } = await this.pay(...order);
    const limit = Date.now() + 45_000;
    while (!["succeeded", "failed"].includes(body.status) && Date.now() < limit) {
      await sleep(100);
      const response = await fetch(`${this.#stack.url}/api/v1/payments/${body.id}`, {
        headers: { authorization: `Bearer ${this.#bearer}` },
      });
      body = (await response.json()) as Answer["body"];
    }
    return body;
  }
}

/** Tells the sandbox channels what to do. */
export async function control(stack: Pick<Stack, "sandboxUrl">, what: string, order: object): Promise<void> {
  const response = await fetch(`${stack.sandboxUrl}/control/${what}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(order),
  });
  if (!response.ok) throw new Error(`sandbox ${what}: ${response.status} ${await response.text()}`);
}
