import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { accepts, freePort, given, Service, sql, withoutOurs } from "../../support/stack.ts";
import { Relay } from "./relay.ts";

const run = promisify(execFile);

/** One effect in the sandbox's own books. */
export interface Effect {
  operation: "payment" | "refund" | "payout";
  /** Our number of it. */
  number: string;
  /** What the order said it is for. */
  subject: string;
  /** In minor units. */
  minor: bigint;
}

/**
 * A Countinghouse whose every connection can be disturbed: to its database, to its bank. Its
 * server can be killed and started again; its sandbox keeps its own books of what took effect.
 */
export class House {
  readonly url: string;
  readonly sandboxUrl: string;
  /** The database itself, past the relay: for looking at what happened. */
  readonly databaseUrl: string;
  readonly database: Relay;
  readonly bank: Relay;
  server!: Service;
  readonly #name: string;
  readonly #program = given("END2END_SERVER");
  readonly #logs: string;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  #sandbox!: Service;

  private constructor(parts: {
    name: string; logs: string; folder: string; port: number; sandboxPort: number;
    bankPort: number; database: Relay; bank: Relay;
  }) {
    const cluster = given("DATABASE_URL");
    this.#name = parts.name;
    this.#logs = parts.logs;
    this.#folder = parts.folder;
    this.database = parts.database;
    this.bank = parts.bank;
    this.url = `http://127.0.0.1:${parts.port}`;
    this.sandboxUrl = `http://127.0.0.1:${parts.sandboxPort}`;
    this.databaseUrl = cluster.replace(/\/postgres\?/, `/${parts.name}?`);
    this.#env = {
      ...withoutOurs(process.env),
      DATABASE_URL: `postgres://postgres@localhost/${parts.name}?host=${parts.folder}`,
      COUNTINGHOUSE_LISTEN: `127.0.0.1:${parts.port}`,
      COUNTINGHOUSE_SITE_ROOT: given("END2END_SITE"),
      COUNTINGHOUSE_SANDBOX_LISTEN: `127.0.0.1:${parts.sandboxPort}`,
      COUNTINGHOUSE_SANDBOX_URL: `http://127.0.0.1:${parts.bankPort}`,
      COUNTINGHOUSE_SANDBOX_STORE: join(parts.logs, "sandbox-store"),
      COUNTINGHOUSE_DEMO: "true",
      COUNTINGHOUSE_LOG: "warn",
    };
  }

  /** Opens a house with the demo institution and a whole day behind it. */
  static async open(name: string): Promise<House> {
    const cluster = given("DATABASE_URL");
    const socket = new URL(cluster.replace(/^postgres:/, "http:")).searchParams.get("host");
    if (!socket) throw new Error("the faults need a cluster on a unix socket");
    const logs = join(given("END2END_LOGS"), name);
    rmSync(logs, { recursive: true, force: true });
    mkdirSync(logs, { recursive: true });
    const folder = mkdtempSync(join(tmpdir(), "faults-"));
    const [port, sandboxPort, bankPort] = [await freePort(), await freePort(), await freePort()];
    const database = await Relay.between(join(folder, ".s.PGSQL.5432"), {
      path: join(socket, ".s.PGSQL.5432"),
    });
    const bank = await Relay.between(bankPort, { port: sandboxPort, host: "127.0.0.1" });
    await sql(cluster, `drop database if exists "${name}" with (force)`);
    await sql(cluster, `create database "${name}"`);
    const house = new House({ name, logs, folder, port, sandboxPort, bankPort, database, bank });
    await house.command("migrate");
    house.#sandbox = new Service("sandbox", house.#program, house.#env, logs);
    await house.#sandbox.until(() => accepts(sandboxPort));
    await house.command("demo");
    await house.start();
    return house;
  }

  /** Runs the command line of the product against this house. */
  command(...words: string[]): Promise<{ stdout: string; stderr: string }> {
    return run(this.#program, words, { env: this.#env, maxBuffer: 64 << 20 });
  }

  /** Starts the server and waits until it answers. */
  async start(): Promise<void> {
    this.server = new Service("serve", this.#program, this.#env, this.#logs);
    await this.server.until(async () => (await fetch(`${this.url}/healthz`)).ok);
  }

  /** Another server on the same database, on a port of its own. */
  async second(): Promise<{ server: Service; url: string }> {
    const port = await freePort();
    const env = { ...this.#env, COUNTINGHOUSE_LISTEN: `127.0.0.1:${port}` };
    const server = new Service("serve", this.#program, env, join(this.#logs));
    const url = `http://127.0.0.1:${port}`;
    await server.until(async () => (await fetch(`${url}/healthz`)).ok);
    return { server, url };
  }

  /** The server and others beside it, all at the same work, each to be killed on its own. */
  async crew(size: number): Promise<Crew> {
    const others = Array.from({ length: size - 1 }, () => freePort());
    const ports = await Promise.all(others);
    const start = async (port: number | undefined): Promise<Service> => {
      if (port === undefined) {
        await this.start();
        return this.server;
      }
      const env = { ...this.#env, COUNTINGHOUSE_LISTEN: `127.0.0.1:${port}` };
      const server = new Service("serve", this.#program, env, this.#logs);
      await server.until(async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok);
      return server;
    };
    const first = { start: () => start(undefined), up: Promise.resolve(this.server) };
    const rest = ports.map((port) => ({ start: () => start(port), up: start(port) }));
    await Promise.all(rest.map(({ up }) => up));
    return new Crew([first, ...rest]);
  }

  /** Kills the server and starts it again. */
  async crash(): Promise<void> {
    await this.server.kill();
    await this.start();
  }

  /** Signs a person in and gives the cookie of the session. */
  async signIn(login: string): Promise<string> {
    const response = await fetch(`${this.url}/sign-in`, {
      method: "POST",
      redirect: "manual",
      headers: { origin: this.url, accept: "text/html" },
      body: new URLSearchParams({ login, password: "abacus-ledger-2026" }),
    });
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
    if (cookies.length === 0) throw new Error(`${login} is not signed in: ${response.status}`);
    return cookies.join("; ");
  }

  /** Sends a command as a signed-in person's page does. */
  async send(cookie: string, command: string, fields: Record<string, string>): Promise<Response> {
    return fetch(`${this.url}/api/fn/${command}`, {
      method: "POST",
      redirect: "manual",
      headers: { origin: this.url, accept: "application/json", cookie },
      body: new URLSearchParams(fields),
    });
  }

  sql(statement: string): Promise<string> {
    return sql(this.databaseUrl, statement);
  }

  /** What took effect at the channels, by their own books. */
  async effects(): Promise<Effect[]> {
    const response = await fetch(`${this.sandboxUrl}/control/books`);
    const { effects } = (await response.json()) as { effects: Told[] };
    return effects.flatMap(carriedOut);
  }

  /**
   * Waits until nothing is on its way any more. What the channel never heard of stays unknown, and
   * is not sent again: only the bill of the day can tell that it never came.
   */
  async settled(limitMs = 240_000): Promise<void> {
    const limit = Date.now() + limitMs;
    // Several times in a row: what a caller gave up waiting for may not have reached the tables yet.
    for (let quiet = 0; quiet < 8; ) {
      quiet = (await this.#onTheirWay().catch(() => 1)) > 0 ? 0 : quiet + 1;
      if (Date.now() > limit) throw new Error("payments or jobs are still on their way");
      await sleep(250);
    }
  }

  async #onTheirWay(): Promise<number> {
    const moving = Number(
      await this.sql(
        `select (select count(*) from payments where state in ('created', 'sending'))
           + (select count(*) from jobs where state = 'running' and kind like 'payments.%')`,
      ),
    );
    const unknown = await this.sql("select number from payments where state = 'unknown'");
    const numbers = new Set(unknown.split("\n").filter(Boolean));
    if (moving > 0 || numbers.size === 0) return moving;
    return (await this.effects()).filter(({ number }) => numbers.has(number)).length;
  }

  async close(): Promise<void> {
    await this.server?.stop();
    await this.#sandbox?.stop();
    await this.database.stop();
    await this.bank.stop();
    await sql(given("DATABASE_URL"), `drop database if exists "${this.#name}" with (force)`);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Servers that share the work of one house. */
export class Crew {
  readonly #members: { start: () => Promise<Service>; up: Promise<Service> }[];

  constructor(members: { start: () => Promise<Service>; up: Promise<Service> }[]) {
    this.#members = members;
  }

  /**
   * Kills them again and again, each some time after it came up, until that many died. `life` says
   * how long, by the number of the kill.
   */
  async kill(times: number, life: (seed: number) => number): Promise<void> {
    let dead = 0;
    await Promise.all(this.#members.map(async (member) => {
      let server = await member.up;
      while (dead < times) {
        dead += 1;
        await sleep(life(dead));
        await server.kill();
        server = await member.start();
      }
      member.up = Promise.resolve(server);
    }));
  }

  /** Stops all but the house's own. */
  async leave(): Promise<void> {
    const [, ...others] = this.#members;
    await Promise.all(others.map(async ({ up }) => (await up).stop()));
  }
}

/** The order that an effect carried out, if it did. */
function carriedOut(effect: Told): Effect[] {
  if (effect.effect !== "ordered" || effect.outcome?.result !== "done") return [];
  const { operation, order, amount } = effect;
  if (!operation || !order || !amount) throw new Error("the sandbox's books are not understood");
  return [{ operation, number: order.number, subject: order.text ?? "", minor: BigInt(amount.minor) }];
}

/** An effect as the sandbox tells it. */
interface Told {
  effect: string;
  operation?: Effect["operation"];
  order?: { number: string; text?: string };
  amount?: { minor: string };
  outcome?: { result: string };
}
