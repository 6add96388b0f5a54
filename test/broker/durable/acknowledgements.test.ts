/**
 * Whom an acknowledgement lets go and when, rule by rule, before a memory that the test holds in its hands: what is
 * durable is what it says. With a journal behind it: waiting.test.ts.
 */
import { beforeEach, expect, test } from "vitest";
import { OWNER_OPEN } from "../../../bindings/index.ts";
import { Acknowledgements } from "../../../engine/broker/durable/acknowledgements.ts";
import type { Member } from "../../../engine/broker/threads/member.ts";
import type { Bell } from "../../../engine/broker/waiting/bell.ts";
import { hasSettled } from "./kept.ts";

const QUEUE = 0;

/** How far the queue is, how far that is durable, and what was asked of the journal. */
class Memory {
  readonly isKept = true;
  readonly catalogueVersion = 1;
  operationNow = 0;
  admittedNow = 0;
  durableNow = 0;
  asked: string[] = [];
  /** The word that the journal's ring changes. */
  word = 0;
  onNote: () => void = () => {};

  operation(): number {
    return this.operationNow;
  }
  admitted(): number {
    return this.admittedNow;
  }
  durableOperation(): number {
    return this.durableNow;
  }
  isDurable(_queue: number, operation: number): boolean {
    return this.durableNow >= operation || this.operationNow < operation;
  }
  isCatalogueDurable(): boolean {
    return true;
  }
  isSynced(): boolean {
    return this.asked.includes("done");
  }
  askSync(): number {
    return this.asked.push("sync");
  }
  askAny(): void {}
  note(): void {
    this.asked.push("note");
    this.onNote();
  }
  noteAny(): void {
    this.asked.push("note again");
  }
  wake(): void {}
}

let memory: Memory;
let listened: number[];
let acknowledgements: Acknowledgements;

beforeEach(() => {
  memory = new Memory();
  listened = [];
  const engine = { durable: memory, queues: { used: 1 }, ownerState: OWNER_OPEN };
  const bell = {
    read: () => memory.word,
    listen: (seen: number) => listened.push(seen),
    join: () => {},
    end: () => {},
  };
  acknowledgements = new Acknowledgements({ engine } as unknown as Member, bell as unknown as Bell);
});

/** What of these has been let go. */
async function done(calls: readonly (Promise<unknown> | undefined)[]): Promise<boolean[]> {
  return Promise.all(calls.map((call) => call === undefined || hasSettled(call)));
}

test("each call waits for its own operation, whichever was asked after first", async () => {
  memory.operationNow = 5;
  memory.admittedNow = 3;
  const calls = [acknowledgements.of(QUEUE), acknowledgements.ofAdmitted(QUEUE)];
  for (const [durable, gone] of [
    [2, [false, false]],
    [3, [false, true]],
    [5, [true, true]],
  ] as const) {
    memory.durableNow = durable;
    acknowledgements.onRing();
    expect(await done(calls)).toEqual(gone);
  }
});

test("who waits for a queue that is gone waits no more: its number is free only behind that", async () => {
  memory.operationNow = 5;
  const calls = [acknowledgements.of(QUEUE)];
  // Another one has the number now.
  memory.operationNow = 1;
  acknowledgements.onRing();
  expect(await done(calls)).toEqual([true]);
});

test("a ring that comes while the queue is noted is heard", () => {
  memory.operationNow = 1;
  memory.onNote = () => {
    memory.word += 1;
  };
  void acknowledgements.of(QUEUE);
  expect(listened).toEqual([0]);
});

test("who is rung and not let go asks to be rung again", () => {
  memory.operationNow = 1;
  void acknowledgements.of(QUEUE);
  acknowledgements.onRing();
  expect(memory.asked).toEqual(["note", "note again"]);
});

test("a flush asks for its sync when all is written, not before: an earlier sync may not cover that", async () => {
  memory.operationNow = 1;
  const flushed = acknowledgements.flush();
  expect(await done([flushed])).toEqual([false]);
  expect(memory.asked).toEqual(["note"]);
  memory.durableNow = 1;
  acknowledgements.onRing();
  expect(await done([flushed])).toEqual([false]);
  expect(memory.asked).toEqual(["note", "sync"]);
  memory.asked.push("done");
  acknowledgements.onRing();
  expect(await done([flushed])).toEqual([true]);
});
