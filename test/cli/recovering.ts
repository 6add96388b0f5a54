/** A server that reads its journal, asked how far it is until it is done. Needs a build. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Broker } from "../../engine/broker/broker.ts";
import { Endpoint } from "../support/endpoint.ts";
import { patience } from "../support/patience.ts";
import type { WireAnswer } from "../support/wire.ts";

const BATCH = 10;

export interface Health {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly json: WireAnswer;
}

/** Puts so many messages of a hundred bytes into the queue `orders` of a directory. */
export async function fillDirectory(
  directory: string,
  messages: number,
  memoryBytes: number,
): Promise<void> {
  const broker = await Broker.open({ directory, memoryBytes });
  const orders = await broker.createQueue("orders");
  const bodies = Array.from({ length: BATCH }, () => "x".repeat(100));
  let sent = 0;
  while (sent < messages) {
    const count = orders.sync.sendBatch(bodies, Math.min(BATCH, messages - sent));
    // The journal has not read what is in its way; where there is no memory this throws.
    if (count === 0) await orders.send(bodies[0] as string);
    sent += Math.max(1, count);
  }
  await broker.close();
}

/** What /health answers, from the first answer on until it is 200; `onFirst` is called behind that. */
export async function healthUntilUp(url: string, onFirst?: () => void): Promise<Health[]> {
  const endpoint = new Endpoint(url);
  const found: Health[] = [];
  const untilMs = performance.now() + patience();
  while (found.at(-1)?.status !== 200) {
    if (performance.now() > untilMs) throw new Error(`Nobody is up at ${url}.`);
    const health = await healthOf(endpoint);
    if (health === undefined) continue;
    if (found.push(health) === 1) onFirst?.();
  }
  endpoint.disconnect();
  return found;
}

/** Undefined while nobody listens. */
async function healthOf(endpoint: Endpoint): Promise<Health | undefined> {
  try {
    const { status, headers, json } = await endpoint.send({ method: "GET", path: "/health" });
    return { status, retryAfter: headers["retry-after"], json };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ECONNREFUSED" || code === "ECONNRESET") return undefined;
    throw error;
  }
}

/** A port that nobody had a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
