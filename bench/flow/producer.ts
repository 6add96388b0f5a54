/**
 * One who sends: as fast as consumers take it (closed loop), at fixed moments (open loop), or so many.
 * Each message has the producer's next number. Sends in bursts, and looks for orders in between.
 */
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import type { Queue, SendEntry } from "../../engine/index.ts";
import { BodyMaker } from "./bodies.ts";
import {
  callsOf,
  clockMs,
  type FlowSpec,
  GroupNames,
  type Injection,
  type Schedule,
} from "./words.ts";

/** Between two looks for orders. */
const BURST_CALLS = 32;
const PAUSE_MS = 1;
/** Many producers look less often each, or looking would be most of what the machine does. */
const PAUSE_MS_MAX = 10;
/** Shorter than this a thread does not sleep but looks at the clock: sleeping takes a millisecond. */
const SPIN_MS = 2;
/** Numbers at which a fault is made. */
export const INJECTED = 200;

export class Producer {
  sent = 0;
  refused = 0;
  isStopped = false;
  onRefused: () => void = () => {};
  readonly #queue: Queue;
  readonly #batch: number;
  readonly #burstCalls: number;
  readonly #isAsync: boolean;
  readonly #maker: BodyMaker;
  readonly #names: GroupNames | undefined;
  readonly #entries: (string | Buffer | SendEntry)[] = [];
  readonly #injection: Injection | undefined;
  readonly #schedule: Schedule | undefined;
  readonly #pauseMs: number;

  constructor(queue: Queue, { case: one, body, face, injection, schedule }: FlowSpec, id: number) {
    this.#queue = queue;
    this.#batch = one.batch;
    this.#burstCalls = callsOf(BURST_CALLS, one.batch * one.bodyBytes);
    this.#isAsync = face === "async";
    // Twice: what an injection keeps back must not be written over.
    this.#maker = new BodyMaker(body, one.bodyBytes, id, 2 * one.batch);
    this.#names = queue.isFifo ? new GroupNames(one.groups ?? 1, id) : undefined;
    this.#injection = id === 0 ? injection : undefined;
    this.#schedule = schedule;
    this.#pauseMs = Math.min(PAUSE_MS_MAX, PAUSE_MS * one.producers);
  }

  async fill(messages: number): Promise<void> {
    while (this.sent < messages && !this.isStopped) {
      if (!(await this.#burst(messages))) await sleep(this.#pauseMs);
      await turn();
    }
  }

  /** While no more than `aheadMax` messages are in the queue, whoever sent them. */
  async closed(aheadMax: number): Promise<void> {
    await this.#while(() => {
      const { messagesSent, messagesDeleted } = this.#queue.totals();
      return messagesSent - messagesDeleted < aheadMax;
    });
  }

  /** One message for each two that are deleted, so that what waits gets less all the while. */
  async half(filled: number): Promise<void> {
    await this.#while(() => {
      const { messagesSent, messagesDeleted } = this.#queue.totals();
      return messagesSent - filled < messagesDeleted / 2;
    });
  }

  async scheduled(): Promise<void> {
    if (this.#schedule === undefined) throw new Error("this flow has no schedule");
    const { fromMs, everyMs } = this.#schedule;
    while (!this.isStopped) {
      const dueMs = fromMs + this.sent * everyMs;
      const aheadMs = dueMs - clockMs();
      if (aheadMs > SPIN_MS) await sleep(aheadMs - SPIN_MS);
      while (clockMs() < dueMs);
      const calls = 1 + Math.floor((clockMs() - dueMs) / (this.#batch * everyMs));
      if (!(await this.#burst(this.sent + calls * this.#batch))) await sleep(this.#pauseMs);
      await turn();
    }
  }

  async #while(mayGoOn: () => boolean): Promise<void> {
    while (!this.isStopped) {
      if (mayGoOn() && (await this.#burst(Number.POSITIVE_INFINITY))) await turn();
      else await sleep(this.#pauseMs);
    }
  }

  /** Up to that number; false: there was no room, or a quota refused. */
  async #burst(until: number): Promise<boolean> {
    for (let call = 0; call < this.#burstCalls && this.sent < until; call++) {
      const count = Math.min(this.#batch, until - this.sent);
      this.#prepare(count);
      const accepted = this.#isAsync ? await this.#sendAsync() : this.#send(this.#entries.length);
      // Of a batch that came in part the rest is made again.
      this.sent += this.#entries.length === count ? accepted : count;
      if (accepted < this.#entries.length) {
        if (this.refused++ === 0) this.onRefused();
        return false;
      }
    }
    return true;
  }

  #prepare(count: number): void {
    const entries = this.#entries;
    entries.length = count;
    for (let index = 0; index < count; index++) entries[index] = this.#entry(this.sent + index);
    const from = this.sent;
    if (this.#injection !== undefined && from <= INJECTED && INJECTED < from + count) {
      this.#inject(INJECTED - from);
    }
  }

  #entry(number: number): string | Buffer | SendEntry {
    const body = this.#maker.make(number);
    return this.#names === undefined ? body : this.#names.entry(number, body);
  }

  #send(count: number): number {
    if (count > 1) return this.#queue.sync.sendBatch(this.#entries);
    const [entry] = this.#entries;
    if (entry === undefined) return 0;
    if (typeof entry === "string" || Buffer.isBuffer(entry)) {
      return this.#queue.sync.send(entry) ? 1 : 0;
    }
    const { body, ...options } = entry as SendEntry;
    return this.#queue.sync.send(body, options) ? 1 : 0;
  }

  async #sendAsync(): Promise<number> {
    const entries = this.#entries;
    const { successful } = await this.#queue.sendBatch(entries, { waitForCapacity: true });
    if (successful.length < entries.length) throw new Error("a send failed that waits for room");
    return successful.length;
  }

  /** Makes the one fault that was asked for, at `index` of what is about to be sent. */
  #inject(index: number): void {
    const entries = this.#entries;
    const number = this.sent + index;
    switch (this.#injection) {
      case "loss":
        entries.splice(index, 1);
        break;
      case "duplicate":
        entries.push(this.#again(number));
        break;
      case "reorder":
        entries.push(...entries.splice(index, 1));
        break;
      case "wrong byte":
        entries[index] = spoilt(entries[index] as string | Buffer | SendEntry);
        break;
      default:
    }
  }

  /** Once more, and so that no deduplication drops it. */
  #again(number: number): string | Buffer | SendEntry {
    const entry = this.#entry(number);
    if (this.#names === undefined) return entry;
    return { ...(entry as SendEntry), messageDeduplicationId: "again" };
  }
}

function spoilt(entry: string | Buffer | SendEntry): string | Buffer | SendEntry {
  if (typeof entry === "string") return `${entry.slice(0, -1)}!`;
  if (!Buffer.isBuffer(entry)) {
    const { body } = entry as SendEntry;
    return { ...(entry as SendEntry), body: spoilt(body as string | Buffer) as string | Buffer };
  }
  const bytes = Buffer.from(entry);
  bytes[bytes.length - 1] = 33;
  return bytes;
}
