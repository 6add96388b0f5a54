/**
 * The fuzz test: a broker and its server in this process, and mutated requests from many connections
 * at once. Each request must be answered in time, in its protocol's form, with no status of 500 or
 * more but the refusal of a full memory; afterwards the shared memory must verify.
 */

import fc from "fast-check";
import { XMLValidator } from "fast-xml-parser";
import { expect } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { Server } from "../../../engine/server/http/server.ts";
import { Gauges } from "../../recovery/witness/gauges.ts";
import { Endpoint } from "../../support/endpoint.ts";
import { patience } from "../../support/patience.ts";
import { readXml } from "../../support/query.ts";
import type { Answer } from "../../support/wire.ts";
import { encode } from "./encode.ts";
import { actionNames, fifoName, queueNames, type Shot, shots } from "./requests.ts";

/** Little, and most of it filled before the first shot, so that it is full now and then. */
const sizes = { memoryBytes: 4 * 1_048_576, messagesMax: 2_000, queuesMax: 64, threadsMax: 4 };
const connections = 16;
const chunk = 2_000;
const answerMs = patience();
const handlesKept = 64;
const ballastBytes = 16_384;
/** So many of these are taken away again once memory is full. */
const ballastSpare = 32;

export interface Tally {
  readonly requests: number;
  /** Answered with 200. */
  readonly successes: number;
  /** Refused because memory was full. */
  readonly refusals: number;
  /** Actions of which no request was answered with 200. */
  readonly unseen: readonly string[];
}

class Fuzz {
  readonly #endpoint: Endpoint;
  readonly #protocol: "json" | "query";
  readonly #handles: string[] = [];
  readonly #succeeded = new Set<string>();
  requests = 0;
  successes = 0;
  refusals = 0;

  constructor(endpoint: Endpoint, protocol: "json" | "query") {
    this.#endpoint = endpoint;
    this.#protocol = protocol;
  }

  /** The actions of which no request was answered with 200. */
  get unseen(): string[] {
    return actionNames.filter((name) => !this.#succeeded.has(name));
  }

  async fire(shot: Shot): Promise<void> {
    const request = encode(shot, this.#protocol, this.#handles);
    const signal = AbortSignal.timeout(answerMs);
    const answer = await this.#endpoint.send({ ...request, signal }).catch((error: unknown) => {
      throw new Error(`no answer to ${JSON.stringify(shot)}`, { cause: error });
    });
    this.requests += 1;
    const complaint = this.#complaintOf(answer);
    if (complaint !== undefined) {
      throw new Error(`${complaint}: ${JSON.stringify(shot)} -> ${answer.status} ${answer.text}`);
    }
    if (answer.status === 503) this.refusals += 1;
    if (answer.status !== 200) return;
    this.successes += 1;
    this.#succeeded.add(shot.action);
    const isXml = answer.headers["content-type"] === "text/xml";
    const { Messages } = isXml ? readXml(shot.action, answer.text).result : answer.json;
    for (const { ReceiptHandle } of Messages ?? []) {
      this.#handles.unshift(ReceiptHandle);
      this.#handles.length = Math.min(this.#handles.length, handlesKept);
    }
  }

  /** What is wrong with the answer; undefined for nothing. */
  #complaintOf({ status, headers, text }: Answer): string | undefined {
    if (headers["x-amzn-requestid"] === undefined) return "no request id";
    if (status >= 500 && !(status === 503 && text.includes("CapacityExceeded"))) return "a fault";
    const type = headers["content-type"] ?? "";
    if (type === "text/xml") {
      return XMLValidator.validate(text) === true ? undefined : "broken XML";
    }
    if (!type.startsWith("application/")) return `the type ${type}`;
    if (text === "" && status === 200) return undefined;
    try {
      JSON.parse(text);
    } catch {
      return "broken JSON";
    }
    const isError = status !== 200 && type === "application/x-amz-json-1.0";
    if (isError && headers["x-amzn-query-error"] === undefined) return "an error without a code";
    return undefined;
  }

  /** As many at a time as there are connections. */
  async volley(some: readonly Shot[]): Promise<void> {
    const queue = [...some];
    const work = async () => {
      for (let shot = queue.pop(); shot !== undefined; shot = queue.pop()) await this.fire(shot);
    };
    await Promise.all(Array.from({ length: connections }, work));
  }
}

/** Fills memory with messages of a queue that no shot names, but for a little. */
async function fill(broker: Broker): Promise<void> {
  const ballast = await broker.createQueue("ballast");
  const body = "x".repeat(ballastBytes);
  for (let isFull = false; !isFull; ) {
    isFull = await ballast.send(body).then(
      () => false,
      () => true,
    );
  }
  const options = { maxNumberOfMessages: ballastSpare };
  for (const message of await ballast.receive(options)) await message.delete();
}

/** Fires so many requests over one protocol, and looks at the memory afterwards. */
export async function runFuzz(
  protocol: "json" | "query",
  requests: number,
  seed: number,
): Promise<Tally> {
  const broker = await Broker.open(sizes);
  await fill(broker);
  const faults: unknown[] = [];
  const onFault = (error: unknown) => faults.push(error);
  const server = await Server.listen({ broker, host: "127.0.0.1", port: 0, onFault });
  const endpoint = new Endpoint(server.url);
  const fuzz = new Fuzz(endpoint, protocol);
  try {
    for (let fired = 0; fired < requests; fired += chunk) {
      for (const name of queueNames) await broker.createQueue(name).catch(() => {});
      await broker.createQueue(fifoName, { fifoQueue: true }).catch(() => {});
      const numRuns = Math.min(chunk, requests - fired);
      await fuzz.volley(fc.sample(shots, { numRuns, seed: seed + fired }));
    }
    expect(faults).toEqual([]);
    expect((await endpoint.send({ method: "GET", path: "/health" })).status).toBe(200);
    const gauges = new Gauges(broker);
    expect(gauges.verify()).toBe(0);
    gauges.close();
  } finally {
    endpoint.disconnect();
    await server.close();
    await broker.close();
  }
  const { requests: fired, successes, refusals, unseen } = fuzz;
  return { requests: fired, successes, refusals, unseen };
}
