import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A whole Countinghouse of its own: database, sandbox channels, server. */
export interface Stack {
  url: string;
  sandboxUrl: string;
  databaseUrl: string;
  /** Runs the command line of the product against this stack and returns what it printed. */
  command(...words: string[]): Promise<{ stdout: string; stderr: string }>;
  /** Stops the channels: from now on nobody reaches them. */
  silence(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the product on free ports, with a new database of this name in the test cluster, the demo
 * institution loaded. `make browser` provides the cluster, the server and the site.
 */
export async function startStack(database: string): Promise<Stack> {
  const cluster = given("DATABASE_URL");
  const server = given("END2END_SERVER");
  const logs = join(given("END2END_LOGS"), database);
  const store = join(logs, "sandbox-store");
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });

  await sql(cluster, `drop database if exists "${database}" with (force)`);
  await sql(cluster, `create database "${database}"`);
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const databaseUrl = cluster.replace(/\/postgres\?/, `/${database}?`);
  const env = {
    ...withoutOurs(process.env),
    DATABASE_URL: databaseUrl,
    COUNTINGHOUSE_LISTEN: `127.0.0.1:${port}`,
    COUNTINGHOUSE_SITE_ROOT: given("END2END_SITE"),
    COUNTINGHOUSE_SANDBOX_LISTEN: `127.0.0.1:${sandboxPort}`,
    COUNTINGHOUSE_SANDBOX_URL: `http://127.0.0.1:${sandboxPort}`,
    COUNTINGHOUSE_SANDBOX_STORE: store,
    COUNTINGHOUSE_DEMO: "true",
  };

  const command = (...words: string[]) => run(server, words, { env, maxBuffer: 64 << 20 });
  const services: Service[] = [];
  const stop = async () => {
    for (const service of services.splice(0).reverse()) await service.stop();
    await sql(cluster, `drop database if exists "${database}" with (force)`);
  };
  try {
    await command("migrate");
    const sandbox = new Service("sandbox", server, env, logs);
    services.push(sandbox);
    await sandbox.until(() => accepts(sandboxPort));
    await command("demo");
    const serve = new Service("serve", server, env, logs);
    services.push(serve);
    const url = `http://127.0.0.1:${port}`;
    await serve.until(async () => (await fetch(`${url}/healthz`)).ok);
    return { url, sandboxUrl: `http://127.0.0.1:${sandboxPort}`, databaseUrl, command, silence: () => sandbox.stop(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A long-running subcommand, with its words in a log; it dies with this process. */
export class Service {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #log: string;

  constructor(name: string, program: string, env: NodeJS.ProcessEnv, logs: string) {
    this.#name = name;
    this.#log = join(logs, `${name}.log`);
    const log = openSync(this.#log, "a");
    const words = ["--pdeathsig", "TERM", "--", program, name];
    this.#child = spawn("setpriv", words, { env, stdio: ["ignore", log, log] });
    closeSync(log);
  }

  async until(ready: () => Promise<boolean>): Promise<void> {
    const limit = Date.now() + 60_000;
    while (!(await ready().catch(() => false))) {
      if (this.#ended()) throw new Error(`${this.#name} ended by itself.\n${this.#lastWords()}`);
      if (Date.now() > limit) throw new Error(`${this.#name} is silent.\n${this.#lastWords()}`);
      await sleep(50);
    }
  }

  /** Its process. */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#name} was never started`);
    return this.#child.pid;
  }

  /** Ends it as the kernel does when memory is short: at once, without a word. */
  async kill(): Promise<void> {
    if (this.#ended()) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  async stop(): Promise<void> {
    if (this.#ended()) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const hard = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(hard);
  }

  #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #lastWords(): string {
    const lines = readFileSync(this.#log, "utf8").split("\n").slice(-30);
    return `The end of ${this.#log}:\n${lines.join("\n")}`;
  }
}

/** Runs one statement against a database. */
export async function sql(databaseUrl: string, statement: string): Promise<string> {
  const words = ["--no-psqlrc", "-qtA", "-v", "ON_ERROR_STOP=1", "-c", statement, databaseUrl];
  return (await run("psql", words)).stdout.trim();
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** Whether somebody listens on a port. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } finally {
    socket.destroy();
  }
}

/** The product refuses settings it does not know, and none from outside shall reach it. */
export function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const entries = Object.entries(env).filter(([name]) => !/^(COUNTINGHOUSE|END2END)_/.test(name));
  return Object.fromEntries(entries);
}

/** A setting that the build tool gives. */
export function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the browser tests with make browser`);
  return value;
}
