/**
 * Heartbeats, over the compiled engine and at given moments: what is held and has run for a third of its
 * time is extended to the whole of it, and nothing that anybody else has changed.
 */
import { beforeEach, describe, expect, test } from "vitest";
import {
  HELD_BYTES,
  HELD_COUNT,
  HELD_DUE,
  HELD_EXTENDED_COUNT,
  HELD_EXTENDED_DUE,
  HELD_EXTENDED_INCARNATION,
  HELD_EXTENDED_SEQUENCE,
  HELD_SEQUENCE,
  HIDDEN_MS_MAX,
  RESULT_APPLIED,
  RESULT_STALE,
  STATUS_STALE,
  THREAD_HELD,
  THREAD_HELD_BYTES,
  THREAD_HELD_USED,
} from "../../assembly/layout.ts";
import { HELD_MAX } from "../../bindings/held.ts";
import type { QueueHandle } from "../../bindings/shapes.ts";
import { Holder, KINDS, START_MS, TIMEOUT_MS } from "./heldRun.ts";

const THIRD_MS = TIMEOUT_MS / 3;
const NEVER = Number.POSITIVE_INFINITY;

let holder: Holder;

beforeEach(async () => {
  holder = await Holder.open();
});

describe.each(KINDS)("a held message of a %s queue", (kind) => {
  let queue: QueueHandle;

  beforeEach(() => {
    queue = holder.create(kind);
  });

  /** Sends and holds so many; their records. */
  function hold(count: number, visibilityMs = TIMEOUT_MS): number[] {
    holder.send(queue, count, START_MS);
    const records = holder.hold(queue, START_MS, count, visibilityMs);
    expect(records).toHaveLength(count);
    return records;
  }

  test("is extended to a whole timeout when a third has passed, and not before", () => {
    hold(25);
    const { engine } = holder;
    expect(engine.heartbeat(START_MS)).toBe(START_MS + THIRD_MS);
    expect(engine.heartbeat(START_MS + THIRD_MS - 1)).toBe(START_MS + THIRD_MS);
    expect(holder.count(queue, START_MS + TIMEOUT_MS - 1)).toEqual({ visible: 0, inFlight: 25 });
    expect(holder.verify()).toBe(0);
  });

  test("and once more a third later, as long as it is held", () => {
    const [record = -1] = hold(25);
    const { engine } = holder;
    for (let nowMs = START_MS + THIRD_MS; nowMs < START_MS + 3 * TIMEOUT_MS; nowMs += THIRD_MS) {
      expect(engine.heartbeat(nowMs)).toBe(nowMs + THIRD_MS);
      expect(engine.heartbeat(nowMs + THIRD_MS - 1)).toBe(nowMs + THIRD_MS);
      expect(holder.count(queue, nowMs + THIRD_MS - 1)).toEqual({ visible: 0, inFlight: 25 });
    }
    const lastMs = START_MS + 3 * TIMEOUT_MS - THIRD_MS;
    engine.held.withdraw(record);
    engine.heartbeat(lastMs + THIRD_MS);
    expect(holder.count(queue, lastMs + TIMEOUT_MS)).toEqual({ visible: 1, inFlight: 24 });
    expect(holder.verify()).toBe(0);
  });

  test("is extended from when its whole timeout is over on, while it is still in flight", () => {
    hold(1);
    const lateMs = kind === "FIFO" ? TIMEOUT_MS - 1 : TIMEOUT_MS + 1;
    holder.engine.heartbeat(START_MS + lateMs);
    expect(holder.count(queue, START_MS + lateMs + TIMEOUT_MS - 1).inFlight).toBe(1);
    expect(holder.count(queue, START_MS + lateMs + TIMEOUT_MS).visible).toBe(1);
  });

  test("is not extended without a heartbeat", () => {
    hold(3, 0);
    expect(holder.engine.heartbeat(START_MS + TIMEOUT_MS - 1)).toBe(NEVER);
    expect(holder.count(queue, START_MS + TIMEOUT_MS)).toEqual({ visible: 3, inFlight: 0 });
  });

  test("stays as its handler hid it, longer or shorter, also when it did so after a heartbeat", () => {
    const records = hold(4);
    const changeAll = (nowMs: number): void => {
      records.slice(0, 2).forEach((record, index) => {
        const ms = index === 0 ? 4_000 : 100_000;
        expect(holder.change(queue, record, ms, nowMs)).toBe(RESULT_APPLIED);
      });
    };
    const { engine } = holder;
    engine.heartbeat(START_MS + THIRD_MS);
    const changedMs = START_MS + THIRD_MS + 1_000;
    changeAll(changedMs);
    const nextMs = changedMs + 3_999;
    expect(engine.heartbeat(nextMs)).toBe(START_MS + 2 * THIRD_MS);
    expect(holder.count(queue, nextMs)).toEqual({ visible: 0, inFlight: 4 });
    expect(holder.count(queue, nextMs + 1)).toEqual({ visible: 1, inFlight: 3 });
    for (let nowMs = nextMs; nowMs < changedMs + 99_999; nowMs += THIRD_MS) engine.heartbeat(nowMs);
    expect(holder.count(queue, changedMs + 99_999)).toEqual({ visible: 1, inFlight: 3 });
    expect(holder.count(queue, changedMs + 100_000)).toEqual({ visible: 2, inFlight: 2 });
  });

  test("stays as it is when its handler deleted it or made it visible, received it or not", () => {
    const records = hold(3);
    const [deleted = -1, failed = -1, again = -1] = records;
    const nowMs = START_MS + THIRD_MS;
    holder.delete(queue, deleted, nowMs - 2);
    for (const record of [failed, again]) {
      expect(holder.change(queue, record, 0, nowMs - 2)).toBe(RESULT_APPLIED);
    }
    expect(holder.receive(queue, nowMs - 1, 1, 5_000)).toBe(1);
    expect(holder.engine.heartbeat(nowMs)).toBe(NEVER);
    expect(holder.count(queue, nowMs)).toEqual({ visible: 1, inFlight: 1 });
    expect(holder.count(queue, nowMs + 4_999)).toEqual({ visible: 2, inFlight: 0 });
  });

  test("and so does another one in its slot", () => {
    const [record = -1] = hold(1);
    const slot = holder.engine.held.slot(record);
    holder.delete(queue, record, START_MS + 1);
    holder.send(queue, 1, START_MS + 1);
    expect(holder.receive(queue, START_MS + 1, 1)).toBe(1);
    expect(holder.inbox.slot(0)).toBe(slot);
    expect(holder.engine.heartbeat(START_MS + 2 * THIRD_MS)).toBe(NEVER);
    expect(holder.count(queue, START_MS + TIMEOUT_MS + 1).visible).toBe(1);
  });

  test("comes back when its queue was purged or deleted, and nothing is asked again", () => {
    hold(2);
    const other = holder.create(kind);
    holder.send(other, 1, START_MS);
    holder.hold(other, START_MS);
    const { engine } = holder;
    engine.cut(queue, START_MS + 1);
    engine.deleteQueue(engine.queues.catalogueVersion(), other, START_MS);
    const operations = (): number => holder.operation(queue);
    engine.heartbeat(START_MS + THIRD_MS);
    const before = operations();
    expect(engine.heartbeat(START_MS + THIRD_MS + 1)).toBe(NEVER);
    expect(operations()).toBe(before);
  });

  test("takes no lock while nothing is due", () => {
    hold(20);
    const { engine } = holder;
    const before = holder.operation(queue);
    for (let step = 0; step < 100; step++) engine.heartbeat(START_MS + step);
    expect(holder.operation(queue)).toBe(before);
    engine.heartbeat(START_MS + THIRD_MS);
    // Ten a section.
    expect(holder.operation(queue)).toBe(before + 2);
  });

  test("comes back twelve hours after its receive, and is not asked for again and again", () => {
    const [record = -1] = hold(1);
    const { engine } = holder;
    let nowMs = START_MS + THIRD_MS;
    let beats = 0;
    for (let next = nowMs; next !== NEVER && beats < 10_000; beats++) {
      nowMs = next;
      next = engine.heartbeat(nowMs);
    }
    // The last one was refused: a heartbeat hides for a whole timeout.
    expect(beats).toBe((HIDDEN_MS_MAX - TIMEOUT_MS) / THIRD_MS + 2);
    const before = holder.operation(queue);
    expect(engine.heartbeat(nowMs + 1)).toBe(NEVER);
    expect(holder.operation(queue)).toBe(before);
    // Who gives it back still may: nobody else has changed it.
    expect(holder.count(queue, START_MS + HIDDEN_MS_MAX - 1).inFlight).toBe(1);
    expect(holder.changeHeld(queue, record, 0, START_MS + HIDDEN_MS_MAX - 1)).toBe(RESULT_APPLIED);
    expect(holder.count(queue, START_MS + HIDDEN_MS_MAX - 1).visible).toBe(1);
  });

  test("is extended though one of another queue, with its sequence, was refused in its record", () => {
    const [record = -1] = hold(1);
    const { engine } = holder;
    const other = holder.create(kind);
    // Somebody is faster than the section, where the look before it can't tell: by a purge.
    engine.cut(queue, START_MS + 1);
    engine.heartbeat(START_MS + THIRD_MS);
    engine.held.withdraw(record);
    holder.send(other, 1, START_MS + THIRD_MS);
    expect(holder.hold(other, START_MS + THIRD_MS, 1)).toEqual([record]);
    expect(engine.held.sequenceLow(record)).toBe(1);
    expect(engine.heartbeat(START_MS + 2 * THIRD_MS)).toBe(START_MS + 3 * THIRD_MS);
    expect(holder.count(other, START_MS + THIRD_MS + TIMEOUT_MS).inFlight).toBe(1);
  });

  test("is given back behind a heartbeat, but not when its handler hid it itself", () => {
    const [kept = -1, changed = -1, back = -1] = hold(3);
    const { engine } = holder;
    let nowMs = START_MS + THIRD_MS;
    engine.heartbeat(nowMs);
    expect(holder.change(queue, changed, 50_000, nowMs + 1)).toBe(RESULT_APPLIED);
    nowMs += 2;
    expect(holder.changeHeld(queue, kept, 5_000, nowMs)).toBe(RESULT_APPLIED);
    expect(holder.changeHeld(queue, changed, 5_000, nowMs)).toBe(RESULT_STALE);
    expect(holder.changeHeld(queue, back, 0, nowMs)).toBe(RESULT_APPLIED);
    expect(holder.count(queue, nowMs)).toEqual({ visible: 1, inFlight: 2 });
    // It is visible, so nothing hides it again.
    expect(holder.changeHeld(queue, back, 5_000, nowMs)).not.toBe(RESULT_APPLIED);
    expect(holder.count(queue, nowMs + 5_000)).toEqual({ visible: 2, inFlight: 1 });
    expect(holder.count(queue, nowMs + 49_998)).toEqual({ visible: 2, inFlight: 1 });
    expect(holder.count(queue, nowMs + 49_999)).toEqual({ visible: 3, inFlight: 0 });
    expect(holder.verify()).toBe(0);
  });

  test("follows what a hide that named its record said", () => {
    const [record = -1] = hold(1);
    const { engine } = holder;
    expect(holder.changeHeld(queue, record, 60_000, START_MS)).toBe(RESULT_APPLIED);
    expect(engine.heartbeat(START_MS + THIRD_MS)).toBe(START_MS + 60_000 - 2 * THIRD_MS);
    engine.heartbeat(START_MS + 60_000 - 2 * THIRD_MS);
    expect(holder.count(queue, START_MS + 60_000).inFlight).toBe(1);
  });

  /** A section that was about a record's former message may store it when the record has a new one. */
  test.each([
    ["sequence", HELD_EXTENDED_SEQUENCE],
    ["receive count", HELD_EXTENDED_COUNT],
    ["incarnation", HELD_EXTENDED_INCARNATION],
  ])("does not take a due time for its own that is another message's by its %s", (_, field) => {
    const [record = -1] = hold(1);
    const { u32, f64 } = holder;
    const at = holder.area + THREAD_HELD + record * HELD_BYTES;
    u32.copyWithin(
      (at + HELD_EXTENDED_SEQUENCE) >> 2,
      (at + HELD_SEQUENCE) >> 2,
      (at + HELD_DUE) >> 2,
    );
    u32[(at + HELD_EXTENDED_COUNT) >> 2] = u32[(at + HELD_COUNT) >> 2] as number;
    u32[(at + HELD_EXTENDED_INCARNATION) >> 2] = queue.incarnation;
    f64[(at + HELD_EXTENDED_DUE) >> 3] = START_MS + 12_345;
    // Were it this message's, somebody else had hidden it.
    expect(holder.engine.heartbeat(START_MS + THIRD_MS)).toBe(NEVER);
    const word = (at + field) >> 2;
    u32[word] = (u32[word] as number) + 1;
    expect(holder.engine.heartbeat(START_MS + THIRD_MS)).toBe(START_MS + 2 * THIRD_MS);
    expect(holder.count(queue, START_MS + TIMEOUT_MS).inFlight).toBe(1);
  });

  test("ends with its thread, whether that dies or leaves", () => {
    for (const end of ["dies", "leaves"] as const) {
      const other = holder.join();
      holder.send(queue, 2, START_MS);
      expect(other.hold(queue, START_MS, 2)).toHaveLength(2);
      const { thread } = other.engine;
      if (end === "dies") {
        // From the moment on at which it is said to be dead.
        holder.engine.registry.markDead(thread);
        expect(holder.engine.heartbeat(START_MS + THIRD_MS)).toBe(NEVER);
        holder.engine.recover(thread);
      } else holder.engine.release(thread);
      const first = (other.area + THREAD_HELD) >> 2;
      const words = holder.u32.slice(first, first + (THREAD_HELD_BYTES >> 2));
      expect(words.every((word) => word === 0)).toBe(true);
      expect(holder.u32[(other.area + THREAD_HELD_USED) >> 2]).toBe(0);
      // The next one with its number holds nothing.
      expect(holder.join().engine.thread).toBe(thread);
      expect(holder.engine.heartbeat(START_MS + THIRD_MS)).toBe(NEVER);
      expect(holder.count(queue, START_MS + TIMEOUT_MS).visible).toBeGreaterThanOrEqual(2);
      holder.engine.release(thread);
    }
  });

  test("of another thread is extended from here", () => {
    const other = holder.join();
    holder.send(queue, 12, START_MS);
    other.hold(queue, START_MS, 12);
    expect(holder.engine.heartbeat(START_MS + THIRD_MS)).toBe(START_MS + 2 * THIRD_MS);
    expect(holder.count(queue, START_MS + TIMEOUT_MS).inFlight).toBe(12);
    // What this thread settles by its handle records after that is nobody's held message.
    const [record = -1] = ((): number[] => {
      holder.send(queue, 1, START_MS + TIMEOUT_MS);
      return holder.hold(queue, START_MS + TIMEOUT_MS, 1);
    })();
    expect(holder.change(queue, record, 7_000, START_MS + TIMEOUT_MS)).toBe(RESULT_APPLIED);
  });

  test("goes with others of several queues, however they are mixed", () => {
    const queues = [queue, holder.create("Standard"), holder.create("FIFO")];
    for (let round = 0; round < 5; round++) {
      for (const one of queues) {
        holder.send(one, 3, START_MS);
        expect(holder.hold(one, START_MS, 3)).toHaveLength(3);
      }
    }
    holder.engine.heartbeat(START_MS + THIRD_MS);
    for (const one of queues) {
      expect(holder.count(one, START_MS + TIMEOUT_MS)).toEqual({ visible: 0, inFlight: 15 });
    }
    expect(holder.verify()).toBe(0);
  });
});

test("records are used again, and are 256", () => {
  const queue = holder.create("Standard");
  holder.send(queue, 300, START_MS);
  const { held } = holder.engine;
  const records = holder.hold(queue, START_MS, 256);
  expect(new Set(records)).toEqual(new Set(Array.from({ length: HELD_MAX }, (_, index) => index)));
  expect(held.used).toBe(HELD_MAX);
  expect(holder.hold(queue, START_MS, 1)).toEqual([-1]);
  held.withdraw(7);
  held.withdraw(200);
  expect(held.used).toBe(HELD_MAX - 2);
  expect(holder.hold(queue, START_MS, 3)).toEqual([200, 7, -1]);
  expect(held.slot(7)).toBe(holder.inbox.slot(1));
  expect(held.receiveCount(7)).toBe(holder.inbox.receiveCount(1));
  expect(held.sequenceLow(7)).toBe(holder.inbox.sequenceLow(1));
  expect(held.sequenceHigh(7)).toBe(holder.inbox.sequenceHigh(1));
});

test("the steward is to look as often as the living thread says that wants it most", () => {
  const { registry } = holder.engine;
  const others = [holder.join(), holder.join()].map(({ engine }) => engine);
  expect(registry.heldLookMs).toBe(NEVER);
  others.forEach(({ held }, index) => {
    held.lookEveryMs = 100 + 50 * index;
  });
  expect(registry.heldLookMs).toBe(100);
  const [dying, leaving] = others.map(({ thread }) => thread) as [number, number];
  registry.markDead(dying);
  expect(registry.heldLookMs).toBe(150);
  holder.engine.recover(dying);
  holder.engine.release(leaving);
  [holder.join(), holder.join()].map(({ engine }) => expect(others).not.toContain(engine));
  expect(registry.heldLookMs).toBe(NEVER);
});

test("a receive says until when its messages are hidden, a repeated attempt too", () => {
  const queue = holder.create("FIFO");
  const { engine, inbox } = holder;
  holder.send(queue, 3, START_MS);
  const receive = (nowMs: number, attempt: string): number =>
    engine.receive(inbox, queue, 2, -1, nowMs, attempt);
  expect(receive(START_MS, "attempt")).toBe(2);
  expect([0, 1].map((index) => inbox.dueMs(index))).toEqual(Array(2).fill(START_MS + TIMEOUT_MS));
  const [record = -1] = [engine.held.publish(inbox, 0, queue.incarnation, TIMEOUT_MS)];
  engine.held.withdraw(record);
  expect(receive(START_MS + 5, "attempt")).toBe(2);
  expect(inbox.dueMs(1)).toBe(START_MS + 5 + TIMEOUT_MS);
  inbox.moveOut();
  expect(inbox.dueMs(1)).toBe(START_MS + 5 + TIMEOUT_MS);
  // The same message in the same record, hidden for another time: it is the new one that counts.
  expect(engine.held.publish(inbox, 0, queue.incarnation, TIMEOUT_MS)).toBe(record);
  engine.heartbeat(START_MS + 5 + THIRD_MS);
  expect(holder.count(queue, START_MS + 5 + TIMEOUT_MS)).toEqual({ visible: 2, inFlight: 1 });
  // A heartbeat is somebody who changed it.
  expect(receive(START_MS + 5 + TIMEOUT_MS, "attempt")).toBe(STATUS_STALE);
});
