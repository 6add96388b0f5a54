/**
 * The end of the journal's thread, as if it had been killed: it says nothing, and everybody who waits is told
 * nevertheless, in whatever thread, also while the thread that opened the broker blocks and hears of no event.
 */
import { afterEach, describe, expect, test } from "vitest";
import { Engine } from "../../../bindings/engine.ts";
import { JOURNAL_GONE, OWNER_GONE, OWNER_OPEN } from "../../../bindings/index.ts";
import { MessageBatch } from "../../../engine/broker/messages/batch.ts";
import type { Message, Queue } from "../../../engine/types.ts";
import { patience } from "../../support/patience.ts";
import { shareSoon, startThread } from "../threads/start.ts";
import { DIE, PASS } from "./gate.ts";
import { fillRing, hasSettled, Ruled } from "./kept.ts";

const ended = expect.objectContaining({
  code: "InternalFailure",
  message: expect.stringContaining("The journal's thread"),
});

let ruled: Ruled | undefined;

afterEach(async () => {
  ruled?.gate.set(PASS);
  await ruled?.broker.close();
  ruled = undefined;
});

async function opened(): Promise<{ ruled: Ruled; jobs: Queue }> {
  const one = await Ruled.open();
  ruled = one;
  return { ruled: one, jobs: await one.broker.createQueue("jobs") };
}

/** A word that a thread raises, and this one blocks on. */
function newWord(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4));
}

describe("while the opener blocks", () => {
  test("another thread's calls end", async () => {
    const { ruled: one } = await opened();
    const done = newWord();
    const thread = startThread<string>(one.broker, "sendOne", { queue: "jobs", done });
    await thread.ready;
    one.gate.set(DIE);
    thread.worker.postMessage("go");
    // No event comes to this thread meanwhile.
    expect(Atomics.wait(done, 0, 0, patience(60_000))).toBe("ok");
    expect(await thread.result).toBe("InternalFailure");
    await thread.exit;
  });

  test("its own blocking receive ends, whether or not there are other threads", async () => {
    for (const isShared of [false, true]) {
      const { ruled: one, jobs } = await opened();
      const other = await one.broker.createQueue("other");
      if (isShared) one.broker.share().port.close();
      one.gate.set(DIE);
      jobs.sync.send("x");
      const batch = new MessageBatch(1);
      expect(() => other.sync.receiveBlocking(batch, 1, patience(60_000))).toThrow(ended);
      await one.broker.close();
    }
  });
});

describe("with a full ring of effects", () => {
  async function filled(): Promise<{ ruled: Ruled; jobs: Queue; message: Message }> {
    const { ruled: one, jobs } = await opened();
    return { ruled: one, jobs, message: await fillRing(one, jobs) };
  }

  test("who waits for room in it is told", async () => {
    const { ruled: one, jobs, message } = await filled();
    const waiting = [
      jobs.send("y", { waitForCapacity: true }),
      jobs.delete(message),
      jobs.changeVisibility(message, 0),
      jobs.purge(),
    ];
    for (const promise of waiting) {
      promise.catch(() => undefined);
      expect(await hasSettled(promise)).toBe(false);
    }
    one.gate.set(DIE);
    for (const promise of waiting) await expect(promise).rejects.toEqual(ended);
  });

  test("and going on, a thread that dies gives its number back: the steward waits for nothing", async () => {
    const { ruled: one, jobs, message } = await filled();
    const threads = Array.from({ length: 5 }, () =>
      startThread(one.broker, "waitForever", { queue: "jobs" }),
    );
    await Promise.all(threads.map(({ ready }) => ready));
    expect(() => one.broker.share()).toThrow("All threads");
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
    for (let thread = 0; thread < threads.length; thread++) await shareSoon(one.broker);
    const removed = jobs.delete(message);
    expect(await hasSettled(removed)).toBe(false);
    one.gate.set(PASS);
    await removed;
    await jobs.send("y", { waitForCapacity: true });
  });
});

describe("what all threads can see of it", () => {
  async function journaled() {
    const sizes = { memoryBytes: 2 ** 25, messagesMax: 1_000, threadsMax: 3, queuesMax: 2 };
    const identity = { secret: new Uint8Array(32), epoch: 1, isClockVirtual: false };
    const engine = await Engine.open(sizes, identity);
    const share = engine.share();
    if (share === undefined) throw new Error("no thread record is free");
    Engine.attach(share).effects.begin();
    return { engine, thread: share.thread };
  }

  test("is that the broker has ended, why, and that its locks are to be taken over", async () => {
    const { engine, thread } = await journaled();
    expect(engine.durable.hasEnded).toBe(false);
    // By the opener and the watch, at once.
    for (let times = 0; times < 2; times++) {
      expect(engine.registry.endJournal(thread)).toBe(true);
      expect(engine.durable.failure).toBe(JOURNAL_GONE);
      expect(engine.ownerState).toBe(OWNER_GONE);
      expect(engine.registry.isDead(thread)).toBe(true);
    }
  });

  test("is nothing where it had ended in order, and what it said itself where it did", async () => {
    const orderly = await journaled();
    orderly.engine.durable.end();
    expect(orderly.engine.registry.endJournal(orderly.thread)).toBe(false);
    expect(orderly.engine.ownerState).toBe(OWNER_OPEN);
    const failed = await journaled();
    failed.engine.durable.fail("The disk is gone.");
    expect(failed.engine.registry.endJournal(failed.thread)).toBe(true);
    expect(failed.engine.durable.failure).toBe("The disk is gone.");
  });
});
