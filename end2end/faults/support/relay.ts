import { createConnection, createServer, type NetConnectOpts, type Server, type Socket } from "node:net";
import { rmSync } from "node:fs";
import { once } from "node:events";

/** What a relay does to what passes it. */
export interface Weather {
  /** Nobody is there: connections break at once. */
  down?: boolean;
  /** What is sent disappears; the connection stays open. */
  hole?: boolean;
  /** Every piece arrives this much later. */
  lateMs?: number;
  /** Whether the connection breaks instead of passing this piece on. */
  breaks?: (piece: Buffer, toServer: boolean) => boolean;
  /** Whether the connection breaks right after this piece was passed on to the server. */
  cutsAfter?: (piece: Buffer) => boolean;
}

/** Stands between two programs and passes on what they say, as the weather lets it. */
export class Relay {
  weather: Weather = {};
  readonly #server: Server;
  readonly #to: NetConnectOpts;
  readonly #open = new Set<Socket>();

  private constructor(to: NetConnectOpts) {
    this.#to = to;
    this.#server = createServer((socket) => this.#pass(socket));
  }

  /** Listens on a port of the loopback, or at the path of a unix socket. */
  static async between(at: number | string, to: NetConnectOpts): Promise<Relay> {
    const relay = new Relay(to);
    if (typeof at === "string") {
      rmSync(at, { force: true });
      relay.#server.listen(at);
    } else {
      relay.#server.listen(at, "127.0.0.1");
    }
    await once(relay.#server, "listening");
    return relay;
  }

  /** Breaks every connection there is. */
  breakAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  async stop(): Promise<void> {
    this.breakAll();
    this.#server.close();
    await once(this.#server, "close");
  }

  #pass(caller: Socket): void {
    if (this.weather.down) {
      caller.destroy();
      return;
    }
    const callee = createConnection(this.#to);
    const both = [caller, callee];
    const end = () => both.forEach((socket) => socket.destroy());
    for (const socket of both) {
      this.#open.add(socket);
      socket.on("error", end);
      socket.on("close", () => {
        this.#open.delete(socket);
        end();
      });
    }
    this.#pipe(caller, callee, true, end);
    this.#pipe(callee, caller, false, end);
  }

  #pipe(from: Socket, to: Socket, toServer: boolean, end: () => void): void {
    // One after the other, however late each piece is.
    let before: Promise<void> = Promise.resolve();
    from.on("data", (piece: Buffer) => {
      const { down, hole, lateMs, breaks, cutsAfter } = this.weather;
      if (down || breaks?.(piece, toServer)) return end();
      if (hole) return;
      if (lateMs === undefined) {
        const cut = toServer && cutsAfter?.(piece);
        to.write(piece, () => {
          if (cut) end();
        });
        return;
      }
      const due = Date.now() + lateMs;
      before = before
        .then(() => new Promise((resolve) => setTimeout(resolve, Math.max(0, due - Date.now()))))
        .then(() => {
          if (!to.destroyed) to.write(piece);
        });
    });
  }
}

/** Draws that are the same for the same seed (mulberry32): from 0 up to, without, 1. */
export function draws(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
