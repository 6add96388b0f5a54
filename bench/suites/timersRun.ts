/**
 * Does the work of `timers`, in the child process. Time stands still but when it is moved (a
 * VirtualClock), so nothing expires while something else is measured. Each operation is measured in
 * slices, all operations in turn; what an operation needs before it is not in its time:
 *
 * - `send`: nothing is armed; what arming is compared with.
 * - `arm by delay`: a send with a delay.
 * - `arm by receive`: a receive, which hides.
 * - `re-arm`: another visibility timeout for what is in flight.
 * - `cancel`: a delete of what is in flight.
 * - `expire`: all timers become due in one moment; until every message is visible.
 */
import {
  Broker,
  MessageBatch,
  type Queue,
  type SendEntry,
  VirtualClock,
} from "../../engine/index.ts";
import { clockMs } from "../flow/words.ts";
import type { Case } from "../result/schema.ts";
import type { Pace } from "../run/pace.ts";
import type { Sampled, TimersWork } from "./work.ts";

const BODY_BYTES = 64;
const BODY = "message ".padEnd(BODY_BYTES, "abcdefghijklmnopqrstuvwxyz");
const BATCH = 10;
/** Of one slice: batches that are held at one time. */
const SLICE_BATCHES = 200;
const SLICE = SLICE_BATCHES * BATCH;
const SLICES_MIN = 5;
const WARM_SLICES = 3;
/** Expired in parts, each of which is a sample. */
const PARTS = 5;
/** Deadlines of a part are spread over so many seconds; parts lie a whole span apart. */
const SPAN_SECONDS = 60;
/** Longer than everything here. */
const VISIBILITY_SECONDS = 43_200;
/** When there are none to expire beside. */
const EXPIRED_MIN = 20_000;

type Operation = "send" | "arm by delay" | "arm by receive" | "re-arm" | "cancel";

/** The same spread in every run. */
function spread(index: number): number {
  return (Math.imul(index, 0x9e3779b1) >>> 0) / 2 ** 32;
}

class Timers {
  readonly samples = new Map<string, number[]>();
  readonly #queue: Queue;
  readonly #clock: VirtualClock;
  readonly #bodies = Array.from({ length: BATCH }, () => BODY);
  readonly #held = Array.from({ length: SLICE_BATCHES }, () => new MessageBatch(BATCH));
  #salt = 0;

  constructor(queue: Queue, clock: VirtualClock) {
    this.#queue = queue;
    this.#clock = clock;
  }

  /** Half in flight, half delayed, in parts that become due one after the other. */
  arm(count: number): void {
    const batch = new MessageBatch(BATCH);
    for (let index = 0; index < count / 2; index += BATCH) {
      this.#send(this.#bodies);
      if (this.#queue.sync.receive(batch, BATCH, this.#dueSeconds(index, count / 2)) !== BATCH) {
        throw new Error("a message was lost");
      }
      this.#send(this.#delayed((at) => this.#dueSeconds(index + at, count / 2)));
    }
  }

  slice(): void {
    const { sync } = this.#queue;
    this.#timed("send", () => {
      for (let call = 0; call < SLICE_BATCHES; call++) this.#send(this.#bodies);
    });
    this.#timed("arm by receive", () => {
      for (const batch of this.#held) {
        if (sync.receive(batch, BATCH, VISIBILITY_SECONDS / 2) !== BATCH) throw new Error("lost");
      }
    });
    this.#timed("re-arm", () => {
      for (const [index, batch] of this.#held.entries()) {
        sync.changeVisibility(batch, VISIBILITY_SECONDS / 2 + index);
      }
    });
    let gone = 0;
    this.#timed("cancel", () => {
      for (const batch of this.#held) gone += sync.delete(batch);
    });
    if (gone !== SLICE) throw new Error(`of ${SLICE} messages ${gone} could be deleted`);
    const entries = this.#delayed(() => 900);
    this.#timed("arm by delay", () => {
      for (let call = 0; call < SLICE_BATCHES; call++) this.#send(entries);
    });
  }

  forget(): void {
    this.samples.clear();
  }

  /** Moves time past one part after the other, and waits for all of it to be visible. */
  async expire(count: number): Promise<void> {
    const share = count / PARTS;
    const before = this.#queue.counts().visible;
    for (let part = 1; part <= PARTS; part++) {
      await this.#clock.advance(SPAN_SECONDS * 2 * 1e3);
      const beganMs = clockMs();
      let { visible } = this.#queue.counts();
      while (visible < before + part * share - BATCH) ({ visible } = this.#queue.counts());
      this.#add("expire", ((clockMs() - beganMs) * 1e6) / share);
    }
  }

  #send(entries: readonly (string | SendEntry)[]): void {
    if (this.#queue.sync.sendBatch(entries) !== entries.length) throw new Error("memory was full");
  }

  #delayed(seconds: (at: number) => number): SendEntry[] {
    return this.#bodies.map((body, at) => ({ body, delaySeconds: seconds(at) }));
  }

  /** Part p is due between p and p + 1 double spans, but for its second half. */
  #dueSeconds(index: number, count: number): number {
    const part = Math.floor((index / count) * PARTS);
    return part * SPAN_SECONDS * 2 + SPAN_SECONDS / 2 + spread(this.#salt++) * SPAN_SECONDS;
  }

  #timed(operation: Operation, act: () => void): void {
    const beganMs = clockMs();
    act();
    this.#add(operation, ((clockMs() - beganMs) * 1e6) / SLICE);
  }

  #add(operation: string, ns: number): void {
    const own = this.samples.get(operation) ?? [];
    own.push(ns);
    this.samples.set(operation, own);
  }
}

export async function doesTimers({ armed }: TimersWork, pace: Pace): Promise<Sampled[]> {
  const clock = new VirtualClock();
  await using broker = await Broker.open({
    memoryBytes: 2 ** 31,
    messagesMax: 2 ** 21 + 2 ** 20,
    clock,
  });
  const queue = await broker.createQueue("timers", { visibilityTimeout: VISIBILITY_SECONDS });
  const timers = new Timers(queue, clock);
  timers.arm(armed);
  for (let slice = 0; slice < WARM_SLICES; slice++) timers.slice();
  timers.forget();
  const untilMs = clockMs() + pace.windows * pace.windowMs;
  const most = 2 ** 20 / SLICE - WARM_SLICES;
  for (let slice = 0; slice < SLICES_MIN || (clockMs() < untilMs && slice < most); slice++) {
    timers.slice();
  }
  const expired = armed > 0 ? armed : EXPIRED_MIN;
  if (armed === 0) timers.arm(expired);
  await timers.expire(expired);
  return [...timers.samples].map(([load, samples]) => {
    const one: Case = {
      type: "standard",
      quotas: "off",
      durability: "memory",
      transport: "in-thread sync text",
      batch: BATCH,
      bodyBytes: BODY_BYTES,
      backlog: armed,
      handler: "none",
      load,
    };
    return { case: one, unit: "ns/message", samples, max: Math.max(...samples) };
  });
}
