/**
 * The frame of the conformance tests: each test runs over both protocols, against the endpoint that
 * SLUICE_CONFORMANCE_URL names, or against a server of its own with all of AWS's quotas. The tests
 * compare with what AWS answers, and use nothing of the engine's.
 *
 * The own server's clock stands still until a test lets time pass, so that nothing runs out because
 * the machine is slow; its tests run one after the other. Under `npm run stress` it is a
 * `sluice serve` that goes by the machine's clock. There, and against an endpoint by name, the tests
 * of one file run side by side: most of their time is waiting. Queues get names of their own for each
 * run and are deleted at its end, so an endpoint that others use is left as it was.
 */
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { startClocked } from "../support/clocked.ts";
import { Endpoint, type RawRequest } from "../support/endpoint.ts";
import { patience } from "../support/patience.ts";
import { Serve } from "../support/serve.ts";
import { isTimed } from "../support/timing.ts";
import type { Answer, WireAnswer, WireMessage } from "../support/wire.ts";

export type Protocol = "json" | "query";

/** What came of a call, in the terms that both protocols share. */
export interface Outcome {
  readonly status: number;
  /** The code that boto3, the AWS CLI and Go see; undefined for a success. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly result: WireAnswer;
  /** The answer as it came. */
  readonly answer: Answer;
}

/** Emulators take the region from here; AWS itself would want a signature. */
const authorization =
  "AWS4-HMAC-SHA256 Credential=conformance/20261122/us-east-1/sqs/aws4_request, " +
  "SignedHeaders=host, Signature=00";

/** How the endpoint's time passes: by waiting, or by a clock that a test moves. */
interface Time {
  readonly isMoved: boolean;
  pass(seconds: number): Promise<void>;
}

/** How often a test that moves time looks for what comes by itself. */
const STEP_SECONDS = 0.1;

class ConformanceEndpoint extends Endpoint {
  override send(raw: RawRequest): Promise<Answer> {
    return super.send({ ...raw, headers: { Authorization: authorization, ...raw.headers } });
  }
}

/** Calls over one of the protocols. */
export class Client {
  readonly protocol: Protocol;
  readonly endpoint: Endpoint;
  readonly #names: string[];
  readonly #time: Time;

  constructor(protocol: Protocol, endpoint: Endpoint, names: string[], time: Time) {
    this.protocol = protocol;
    this.endpoint = endpoint;
    this.#names = names;
    this.#time = time;
  }

  /** The same endpoint over another protocol. */
  over(protocol: Protocol): Client {
    return new Client(protocol, this.endpoint, this.#names, this.#time);
  }

  /** Lets the endpoint's time pass: by its clock where a test can move it, else by waiting. */
  pass(seconds: number): Promise<void> {
    return this.#time.pass(seconds);
  }

  async call(action: string, input: object): Promise<Outcome> {
    if (this.protocol === "query") {
      const answer = await this.endpoint.query(action, input);
      const { code, message, result } = answer.xml;
      return { status: answer.status, code, message, result, answer };
    }
    const answer = await this.endpoint.call(action, input);
    const header = answer.headers["x-amzn-query-error"];
    const code = typeof header === "string" ? header.split(";")[0] : undefined;
    const message = answer.json.message;
    return { status: answer.status, code, message, result: answer.json, answer };
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

/** One endpoint for a file, and its tests once for each protocol. `start` makes its own server. */
export function contract(
  title: string,
  tests: (sqs: () => Client, protocol: Protocol) => void,
  start: () => Promise<OwnServer> = isTimed ? startServe : startClocked,
): void {
  const names: string[] = [];
  let client: Client | undefined;
  let own: OwnServer | undefined;

  beforeAll(async () => {
    if (givenUrl === undefined) own = await start();
    const endpoint = new ConformanceEndpoint((givenUrl ?? own?.url ?? "").replace(/\/$/, ""));
    client = new Client("json", endpoint, names, own === undefined ? waits : timeOf(own));
  });

  afterAll(async () => {
    if (client === undefined) return;
    const { endpoint } = client;
    const cleaner = new Client("json", endpoint, [], waits);
    if (givenUrl !== undefined) {
      await Promise.all(names.map((name) => removeQueue(cleaner, name)));
    }
    endpoint.disconnect();
    await own?.stop();
  });

  for (const protocol of ["json", "query"] as const) {
    const sqs = (): Client => {
      if (client === undefined) throw new Error("there is no endpoint");
      return client.over(protocol);
    };
    const isWaiting = givenUrl !== undefined || start === startServe;
    const group = isWaiting ? describe.concurrent : describe;
    group(`${title} (${protocol})`, () => tests(sqs, protocol));
  }
}

async function removeQueue(client: Client, QueueName: string): Promise<void> {
  const { result } = await client.call("GetQueueUrl", { QueueName });
  if (result.QueueUrl === undefined) return;
  await client.call("DeleteQueue", { QueueUrl: result.QueueUrl });
}
