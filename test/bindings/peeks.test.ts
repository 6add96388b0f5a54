/**
 * A walk by the engine itself: it changes no byte of the memory but of its own thread's records, and
 * a million messages are walked at a cost, in messages looked at and in what a cursor holds, that does
 * not grow.
 */
import { describe, expect, test } from "vitest";
import { HEADER, HEADER_THREADS_BASE, THREAD_BYTES } from "../../assembly/layout.ts";
import { Engine } from "../../bindings/engine.ts";
import { Inbox } from "../../bindings/inbox.ts";
import { PEEKED, type PeekStep, type PeekWalk } from "../../bindings/peeks.ts";
import type { EngineShare, QueueHandle } from "../../bindings/shapes.ts";

const NOW = 1_000_000;
const ALL = Object.values(PEEKED).reduce((bits, state) => bits | (1 << state), 0);
const settings = {
  visibilityMs: 30_000,
  delayMs: 0,
  retentionMs: 345_600_000,
  maximumBytes: 1_048_576,
  inFlightMax: 0,
};

async function open(messagesMax: number, memoryBytes: number) {
  const engine = await Engine.open(
    { memoryBytes, threadsMax: 4, queuesMax: 8, messagesMax },
    { secret: new Uint8Array(32).fill(7), epoch: 99, isClockVirtual: false },
  );
  const entryBytes = engine.queues.writeImage(settings, new Uint8Array([1, 2, 3]));
  const queue = engine.queues.handle(
    engine.createQueue(engine.queues.catalogueVersion(), entryBytes),
  );
  return { engine, queue };
}

function send(engine: Engine, queue: QueueHandle, count: number): void {
  const bodies = Array.from({ length: 250 }, (_, index) => `body ${index}`);
  for (let sent = 0; sent < count; sent += 250) {
    expect(engine.outbox.sendShort(queue, bodies, 0, 250, 2_500, NOW)).toBe(250);
  }
}

function begin(queue: QueueHandle, states = ALL): PeekWalk {
  return { queue, states, group: "", isAlongGroup: false, after: 0, until: -1, places: [] };
}

function step(engine: Engine, inbox: Inbox, walk: PeekWalk, most = 250, now = NOW): PeekStep {
  const done = engine.peeks.step(inbox, walk, most, now);
  if (typeof done === "number") throw new Error(`status ${done}`);
  return done;
}

/** The memory without the records of this thread, which are its own. */
function imageOf(engine: Engine): Buffer {
  const { memory, thread } = engine.share() as EngineShare;
  engine.release(thread);
  const image = Buffer.from(new Uint8Array(memory.buffer));
  const first = image.readUInt32LE(HEADER + HEADER_THREADS_BASE);
  image.fill(0, first + engine.thread * THREAD_BYTES, first + (engine.thread + 1) * THREAD_BYTES);
  return image;
}

test("a walk changes no byte of the memory, whatever is due", async () => {
  const { engine, queue } = await open(10_000, 32 * 1_048_576);
  send(engine, queue, 2_000);
  const received = new Inbox(250);
  engine.receive(received, queue, 250, 1_000, NOW);
  const inbox = new Inbox(256);
  const before = imageOf(engine);
  // Behind the visibility timeout, and behind the retention of all.
  for (const now of [NOW, NOW + 5_000, NOW + 400_000_000]) {
    const walk = begin(queue);
    let count = 0;
    for (
      let done = step(engine, inbox, walk, 100, now);
      ;
      done = step(engine, inbox, walk, 100, now)
    ) {
      count += done.count;
      if (done.hasEnded) break;
    }
    expect(count).toBe(now > NOW + 5_000 ? 0 : 2_000);
  }
  expect(imageOf(engine).equals(before)).toBe(true);
  // What time does when it passes is seen by the same comparison.
  engine.count(queue, NOW + 5_000);
  expect(imageOf(engine).equals(before)).toBe(false);
});

describe("a million messages", () => {
  test("are walked wholly, and the last page costs what the first does", async () => {
    const count = 1_000_000;
    const { engine, queue } = await open(count + 1_000, 512 * 1_048_576);
    send(engine, queue, count);
    const inbox = new Inbox(256);
    const walk = begin(queue);
    const seen = new Uint8Array(count + 1);
    let steps = 0;
    let mostPlaces = 0;
    let last = "";
    for (let hasEnded = false; !hasEnded; ) {
      if (steps % 1_000 === 999) last = engine.peeks.cursor(walk);
      const done = step(engine, inbox, walk);
      expect(done.looked).toBe(250);
      for (let index = 0; index < done.count; index++) {
        const sequence = inbox.sequenceLow(index);
        seen[sequence] = (seen[sequence] as number) + 1;
      }
      mostPlaces = Math.max(mostPlaces, walk.places.length);
      hasEnded = done.hasEnded;
      steps++;
    }
    expect(steps).toBe(count / 250);
    expect(seen.subarray(1).every((times) => times === 1)).toBe(true);
    // What a walk remembers, and so the cursor, grows with the logarithm alone.
    expect(mostPlaces).toBeLessThan(30);
    expect(last.length).toBeLessThan(1_000);
    // A page somewhere near the end, by its cursor, from anew.
    const again = begin(queue);
    expect(engine.peeks.resume(again, last)).toBe(true);
    expect(step(engine, inbox, again).looked).toBe(250);
    // The page at the end is where the most lies before it, and is gone: nothing of that is passed again.
    engine.cut(queue, NOW);
    while (engine.reclaim(queue.number, 1_000) > 0);
    send(engine, queue, 250);
    const behind = { ...begin(queue), until: -1 };
    expect(step(engine, inbox, behind)).toEqual({ count: 250, looked: 250, hasEnded: true });
  });
});
