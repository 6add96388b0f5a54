/**
 * The frame of the conformance tests: each test runs over both protocols, against the endpoint that
 * SLUICE_CONFORMANCE_URL names, or against a `sluice serve` of its own with all of AWS's quotas. The
 * tests compare with what AWS answers, and use nothing of the engine's.
 *
 * Queues get names of their own for each run and are deleted at its end, so an endpoint that others
 * use is left as it was. Tests of one file run side by side: most of their time is waiting.
 */
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { Endpoint, type RawRequest } from "../support/endpoint.ts";
import { Serve } from "../support/serve.ts";
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

  constructor(protocol: Protocol, endpoint: Endpoint, names: string[]) {
    this.protocol = protocol;
    this.endpoint = endpoint;
    this.#names = names;
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

  /** What a receive of up to ten messages gives now. */
  async receive(QueueUrl: string, more: object = {}): Promise<readonly WireMessage[]> {
    const input = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0, ...more };
    return (await this.ok("ReceiveMessage", input)).Messages ?? [];
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

/** Reads again until it reads what is expected, for ten seconds; then fails with what it read. */
export async function eventually(read: () => Promise<unknown>, expected: unknown): Promise<void> {
  const end = performance.now() + 10_000;
  let value = await read();
  while (!isDeepStrictEqual(value, expected) && performance.now() < end) {
    await pause(50);
    value = await read();
  }
  expect(value).toEqual(expected);
}

/**
 * One endpoint for a file, and its tests once for each protocol. `options` are for a server of the
 * file's own.
 */
export function contract(
  title: string,
  tests: (sqs: () => Client, protocol: Protocol) => void,
  options: readonly string[] = ["--quotas", "aws"],
): void {
  const { SLUICE_CONFORMANCE_URL: given } = process.env;
  const names: string[] = [];
  let endpoint: Endpoint | undefined;
  let serve: Serve | undefined;

  beforeAll(async () => {
    if (given === undefined) serve = await Serve.start(options);
    endpoint = new ConformanceEndpoint((given ?? serve?.url ?? "").replace(/\/$/, ""));
  });

  afterAll(async () => {
    if (endpoint === undefined) return;
    const client = new Client("json", endpoint, []);
    if (given !== undefined) await Promise.all(names.map((name) => removeQueue(client, name)));
    endpoint.disconnect();
    await serve?.stop("SIGKILL");
  });

  for (const protocol of ["json", "query"] as const) {
    const sqs = (): Client => {
      if (endpoint === undefined) throw new Error("there is no endpoint");
      return new Client(protocol, endpoint, names);
    };
    describe.concurrent(`${title} (${protocol})`, () => tests(sqs, protocol));
  }
}

async function removeQueue(client: Client, QueueName: string): Promise<void> {
  const { result } = await client.call("GetQueueUrl", { QueueName });
  if (result.QueueUrl === undefined) return;
  await client.call("DeleteQueue", { QueueUrl: result.QueueUrl });
}
