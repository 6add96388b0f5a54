/**
 * The frame of the conformance tests: each test runs over both protocols, against the endpoint that
 * SLUICE_CONFORMANCE_URL names, or against a server of its own with all of AWS's quotas. The tests
 * compare with what AWS answers, and use nothing of the engine's, but for a queue that would take thousands
 * of calls to fill (minutes.ts). Before a server in the test's own process each of them goes the ways without
 * a socket as well (ways.ts), to the same broker.
 *
 * The own server's clock stands still until a test lets time pass, so that nothing runs out because
 * the machine is slow; its tests run one after the other. Under `npm run stress` it is a
 * `sluice serve` that goes by the machine's clock. There, and against an endpoint by name, the tests
 * of one file run side by side: most of their time is waiting. Queues get names of their own for each
 * run and are deleted at its end, so an endpoint that others use is left as it was.
 */
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Broker } from "../../engine/broker/broker.ts";
import { startClocked } from "../support/clocked.ts";
import type { Endpoint } from "../support/endpoint.ts";
import { patience } from "../support/patience.ts";
import { Serve } from "../support/serve.ts";
import { isTimed } from "../support/timing.ts";
import type { WireAnswer, WireMessage } from "../support/wire.ts";
import {
  type Outcome,
  openWays,
  openWaysInProcess,
  type Protocol,
  type Way,
  type WayName,
  waysInProcess,
  waysOver,
} from "./ways.ts";

export { noBytes } from "./ways.ts";

/** How the endpoint's time passes: by waiting, or by a clock that a test moves. */
interface Time {
  readonly isMoved: boolean;
  pass(seconds: number): Promise<void>;
}

/** How often a test that moves time looks for what comes by itself. */
const STEP_SECONDS = 0.1;

/** Calls by one of the ways. */
export class Client {
  readonly #way: Way;
  readonly #names: string[];
  readonly #time: Time;
  /** What the endpoint asks, where it is this process's: to fill a queue before it is looked at. */
  readonly broker: Broker | undefined;

  constructor(way: Way, names: string[], time: Time, broker?: Broker) {
    this.#way = way;
    this.#names = names;
    this.#time = time;
    this.broker = broker;
  }

  get protocol(): Protocol {
    return this.#way.protocol;
  }

  /** Takes raw HTTP; whatever the way is, its URL is the same. */
  get endpoint(): Endpoint {
    return this.#way.endpoint;
  }

  /** False where no call is ever made of bytes. */
  get hasBytes(): boolean {
    return this.#way.hasBytes;
  }

  /** Lets the endpoint's time pass: by its clock where a test can move it, else by waiting. */
  pass(seconds: number): Promise<void> {
    return this.#time.pass(seconds);
  }

  call(action: string, input: object): Promise<Outcome> {
    return this.#way.call(action, input);
  }

  /** A call that must succeed: its result. */
  async ok(action: string, input: object): Promise<WireAnswer> {
    const { status, code, message, result } = await this.call(action, input);
    if (status === 200) return result;
    throw new Error(`${action} answered ${status} ${code}: ${message}`);
  }

  /** A call that must fail with this status and code: its text. */
  async fails(action: string, input: object, status: number, code: string): Promise<string> {
    const outcome = await this.call(action, input);
    expect([outcome.status, outcome.code]).toEqual([status, code]);
    return outcome.message ?? "";
  }

  /** A name that no other queue has; the queue is deleted at the end of the file. */
  name(label: string, suffix = ""): string {
    const run = Math.floor(Math.random() * 2 ** 32).toString(36);
    const name = `conformance-${label}-${this.protocol}-${run}${suffix}`;
    this.#names.push(name);
    return name;
  }

  /** A new queue's URL. */
  async queue(label: string, Attributes: Readonly<Record<string, string>> = {}): Promise<string> {
    const suffix = Attributes.FifoQueue === undefined ? "" : ".fifo";
    const input = { QueueName: this.name(label, suffix), Attributes };
    return (await this.ok("CreateQueue", input)).QueueUrl ?? "";
  }

  /** One attribute of a queue; undefined when it is not set. */
  async attribute(QueueUrl: string, name: string): Promise<string | undefined> {
    const input = { QueueUrl, AttributeNames: [name] };
    return (await this.ok("GetQueueAttributes", input)).Attributes?.[name];
  }

  async send(QueueUrl: string, MessageBody: string, more: object = {}): Promise<WireAnswer> {
    return this.ok("SendMessage", { QueueUrl, MessageBody, ...more });
  }

  /** What a receive of up to ten messages gives, waiting for as long as it is told. */
  async poll(QueueUrl: string, more: object = {}): Promise<readonly WireMessage[]> {
    const input = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0, ...more };
    return (await this.ok("ReceiveMessage", input)).Messages ?? [];
  }

  /** What receives of up to ten messages give now, or within `WaitTimeSeconds`. */
  async receive(
    QueueUrl: string,
    more: { readonly WaitTimeSeconds?: number; readonly [name: string]: unknown } = {},
  ): Promise<readonly WireMessage[]> {
    if (!this.#time.isMoved) return this.poll(QueueUrl, more);
    const { WaitTimeSeconds = 0 } = more;
    let messages = await this.poll(QueueUrl, { ...more, WaitTimeSeconds: 0 });
    for (let step = 0; messages.length === 0 && step * STEP_SECONDS < WaitTimeSeconds; step++) {
      await this.pass(STEP_SECONDS);
      messages = await this.poll(QueueUrl, { ...more, WaitTimeSeconds: 0 });
    }
    return messages;
  }

  /** The one message that comes within `seconds`. */
  async one(QueueUrl: string, more: object = {}, seconds = 5): Promise<WireMessage> {
    const messages = await this.receive(QueueUrl, { WaitTimeSeconds: seconds, ...more });
    expect(messages).toHaveLength(1);
    return messages[0] as WireMessage;
  }
}

/** The bodies of messages. */
export function bodies(messages: readonly WireMessage[]): string[] {
  return messages.map(({ Body }) => Body);
}

/** What became of a batch's entries: the Ids that succeeded, and Id, code and fault of the others. */
export function entries({ Successful, Failed }: WireAnswer): unknown {
  return {
    successful: Successful?.map(({ Id }) => Id),
    failed: Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault]),
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Reads again until it reads what is expected, as long as it has patience; then fails with what it read. */
export async function eventually(read: () => Promise<unknown>, expected: unknown): Promise<void> {
  const end = performance.now() + patience();
  let value = await read();
  while (!isDeepStrictEqual(value, expected) && performance.now() < end) {
    await pause(50);
    value = await read();
  }
  expect(value).toEqual(expected);
}

/** A server of a file's own. */
export interface OwnServer {
  readonly url: string;
  /** Absent where it is another process's. */
  readonly broker?: Broker;
  /** Absent where time passes by itself. */
  pass?(seconds: number): Promise<void>;
  stop(): Promise<unknown>;
}

export const givenUrl = process.env.SLUICE_CONFORMANCE_URL;

async function startServe(): Promise<OwnServer> {
  const serve = await Serve.start(["--quotas", "aws"]);
  return { url: serve.url, stop: () => serve.stop("SIGKILL") };
}

const waits: Time = { isMoved: false, pass: (seconds) => pause(seconds * 1_000) };

function timeOf({ pass }: OwnServer): Time {
  return pass === undefined ? waits : { isMoved: true, pass };
}

/** One endpoint for a file, and its tests once for each way. `start` makes its own server. */
export function contract(
  title: string,
  tests: (sqs: () => Client, protocol: Protocol) => void,
  start: () => Promise<OwnServer> = isTimed ? startServe : startClocked,
): void {
  const isWaiting = givenUrl !== undefined || start === startServe;
  const names: string[] = [];
  const ways = new Map<WayName, Way>();
  let own: OwnServer | undefined;
  let time = waits;

  beforeAll(async () => {
    if (givenUrl === undefined) own = await start();
    if (own !== undefined) time = timeOf(own);
    const url = (givenUrl ?? own?.url ?? "").replace(/\/$/, "");
    const opened = [...openWays(url)];
    if (own?.broker !== undefined) opened.push(...openWaysInProcess(own.broker, url));
    for (const [name, way] of opened) ways.set(name, way);
  });

  afterAll(async () => {
    const way = ways.get("json");
    if (way === undefined) return;
    const cleaner = new Client(way, [], waits);
    if (givenUrl !== undefined) {
      await Promise.all(names.map((name) => removeQueue(cleaner, name)));
    }
    for (const each of ways.values()) each.close();
    await own?.stop();
  });

  const group = isWaiting ? describe.concurrent : describe;
  for (const name of isWaiting ? waysOver : [...waysOver, ...waysInProcess]) {
    const sqs = (): Client => {
      const way = ways.get(name);
      if (way === undefined) throw new Error(`there is no way ${name}`);
      return new Client(way, names, time, own?.broker);
    };
    group(`${title} (${name})`, () => tests(sqs, name.startsWith("query") ? "query" : "json"));
  }
}

async function removeQueue(client: Client, QueueName: string): Promise<void> {
  const { result } = await client.call("GetQueueUrl", { QueueName });
  if (result.QueueUrl === undefined) return;
  await client.call("DeleteQueue", { QueueUrl: result.QueueUrl });
}
