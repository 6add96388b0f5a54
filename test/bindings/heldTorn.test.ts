/**
 * Heartbeats read records that their thread may be writing, so they meet records that are made of two
 * messages' words. Such a one extends no message but one that it names in full: slot, sequence, receive
 * count, incarnation and due time.
 */
import { expect, test } from "vitest";
import {
  HELD_BYTES,
  HELD_COUNT,
  HELD_DUE,
  HELD_INCARNATION,
  HELD_SEQUENCE,
  HELD_SLOT,
  HELD_VISIBILITY_MS,
  THREAD_HELD,
} from "../../assembly/layout.ts";
import type { QueueHandle } from "../../bindings/shapes.ts";
import { chooseSeed, Seeded } from "../support/seeded.ts";
import { Holder, KINDS, START_MS, TIMEOUT_MS } from "./heldRun.ts";

const ROUNDS = 300;
const MESSAGES = 6;
const VISIBILITIES_MS = [0, TIMEOUT_MS / 2, TIMEOUT_MS, 2 * TIMEOUT_MS];
/** The owner's fields of a record, in words of four bytes; a due time is stored at once. */
const FIELDS = [
  [HELD_SLOT],
  [HELD_COUNT],
  [HELD_SEQUENCE],
  [HELD_SEQUENCE + 4],
  [HELD_DUE, HELD_DUE + 4],
  [HELD_VISIBILITY_MS],
  [HELD_INCARNATION],
].map((offsets) => offsets.map((offset) => offset >> 2));

/** What a record says, and what is true of the message that it was made for. */
interface Said {
  readonly slot: number;
  readonly count: number;
  readonly sequence: string;
  readonly incarnation: number;
  readonly dueMs: number;
  readonly visibilityMs: number;
}

function read({ u32, f64, area }: Holder, record: number): Said {
  const at = area + THREAD_HELD + record * HELD_BYTES;
  const word = (offset: number): number => u32[(at + offset) >> 2] as number;
  return {
    slot: word(HELD_SLOT),
    count: word(HELD_COUNT),
    sequence: `${word(HELD_SEQUENCE + 4)}:${word(HELD_SEQUENCE)}`,
    incarnation: word(HELD_INCARNATION),
    dueMs: f64[(at + HELD_DUE) >> 3] as number,
    visibilityMs: word(HELD_VISIBILITY_MS),
  };
}

function isNamedBy(message: Said, record: Said): boolean {
  const { visibilityMs: _, ...named } = record;
  return Object.entries(named).every(([key, value]) => message[key as keyof Said] === value);
}

/** Each record gets some fields of another. Slots of others that come first are left as they are. */
function tear({ u32, area }: Holder, records: readonly number[], random: Seeded): void {
  const firstWord = (record: number): number => (area + THREAD_HELD + record * HELD_BYTES) >> 2;
  const before = records.map((record) => {
    const word = firstWord(record);
    return u32.slice(word, word + (HELD_BYTES >> 2));
  });
  for (const record of records) {
    const other = random.pick(before);
    for (const words of FIELDS) {
      if (random.chance(0.7)) continue;
      for (const word of words) u32[firstWord(record) + word] = other[word] as number;
    }
  }
}

function hold(holder: Holder, queue: QueueHandle, nowMs: number, random: Seeded): number[] {
  const records: number[] = [];
  for (let step = 0; records.length < MESSAGES; step++) {
    // Two at once have the same due time.
    records.push(...holder.hold(queue, nowMs + step, 2, random.pick(VISIBILITIES_MS)));
  }
  return records;
}

test.each(KINDS)(
  "a record of two messages' words extends none that it does not name: %s",
  async (kind) => {
    const random = new Seeded(chooseSeed("torn held records"));
    const steward = await Holder.open();
    const holder = steward.join();
    const queues = [steward.create(kind), steward.create(kind)];
    for (const queue of queues) steward.send(queue, MESSAGES, START_MS);
    let [extended, spared] = [0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      const startMs = START_MS + round * 10 * TIMEOUT_MS;
      const held = queues.flatMap((queue) => hold(holder, queue, startMs, random));
      const records = held.sort((one, other) => one - other);
      const messages = records.map((record) => read(holder, record));
      tear(holder, records, random);
      const torn = records.map((record) => read(holder, record));
      const nowMs = startMs + random.between(MESSAGES, TIMEOUT_MS - 1);
      steward.engine.heartbeat(nowMs);
      for (const message of messages) {
        const named = torn.filter(
          (record) =>
            isNamedBy(message, record) &&
            record.visibilityMs > 0 &&
            message.dueMs - (record.visibilityMs * 2) / 3 <= nowMs,
        );
        const dueMs = holder.dueMs(message.slot);
        if (named.length === 0) expect(dueMs).toBe(message.dueMs);
        else {
          // Where two records name it, the first one does.
          expect(dueMs).toBe(nowMs + (named[0] as Said).visibilityMs);
          expect(dueMs).toBeGreaterThan(message.dueMs);
        }
        if (named.length === 0) spared++;
        else extended++;
      }
      for (const record of records) holder.engine.held.withdraw(record);
      expect(steward.verify()).toBe(0);
    }
    expect(Math.min(extended, spared)).toBeGreaterThan(ROUNDS);
  },
);
