/**
 * What a thread has in hand is extended while its handler works, without the handler's help, and no
 * longer than the thread lives; what the handler itself does to a message stands.
 */
import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../engine/index.ts";
import { alarmsOf, duesOf, isAnyHeld, operationsOf, ringsOf } from "./dues.ts";
import { event, started, until, withQueue, words } from "./support.ts";

const TIMEOUT_SECONDS = 30;
const TIMEOUT_MS = TIMEOUT_SECONDS * 1_000;

/** Moves time by a third of the timeout, and waits for the heartbeat that this brings. */
async function third(
  clock: Pick<VirtualClock, "nowMs" | "advance">,
  queue: Parameters<typeof duesOf>[0],
): Promise<void> {
  await clock.advance(TIMEOUT_MS / 3);
  const dueMs = clock.nowMs() + TIMEOUT_MS;
  await until(() => duesOf(queue).every((one) => one === dueMs), "a heartbeat");
}

describe("a handler that computes for three visibility timeouts", () => {
  test("causes no redelivery, and all that its thread has in hand is extended", async () => {
    const clock = new VirtualClock();
    await withQueue(
      async (queue) => {
        const shared = words(3);
        await queue.sendBatch(Array.from({ length: 25 }, (_, index) => `m${index}`));
        await using consumer = started(queue, "computing.mjs", {
          threads: 2,
          batch: 10,
          visibilityTimeout: TIMEOUT_SECONDS,
          data: { words: shared },
        });
        await until(() => shared[0] === 20, "both threads at work");
        for (let step = 0; step < 9; step++) {
          await third(clock, queue);
          expect(queue.counts()).toMatchObject({ visible: 5, inFlight: 20 });
        }
        expect(consumer.stats()).toMatchObject({ received: 20, inHand: 20 });
        const [thread] = consumer.stats().byThread;
        expect(thread?.oldestInHandMs).toBe(3 * TIMEOUT_MS);
        expect(thread?.eventLoopUtilization).toBeGreaterThan(0);
        expect(thread?.eventLoopUtilization).toBeLessThanOrEqual(1);
        Atomics.store(shared, 1, 1);
        await until(() => consumer.stats().handled === 25, "all handled");
        expect(consumer.stats()).toMatchObject({ received: 25, handled: 25, failed: 0 });
      },
      { options: { clock } },
    );
  });

  test("has its messages handled by another thread when its own is killed", async () => {
    const clock = new VirtualClock();
    await withQueue(
      async (queue) => {
        const shared = words(3);
        await queue.sendBatch(["one", "two", "three"]);
        await using consumer = started(queue, "dying.mjs", {
          threads: 2,
          batch: 10,
          visibilityTimeout: TIMEOUT_SECONDS,
          data: { words: shared },
        });
        await until(() => shared[0] === 3, "a thread at work");
        await third(clock, queue);
        const death = event(consumer, "threadDied");
        Atomics.store(shared, 1, 1);
        const [{ messageIds }] = (await death) as [{ messageIds: string[] }];
        expect(messageIds.length).toBe(3);
        await until(() => !isAnyHeld(queue), "the steward has heard of it");
        // Nobody extends them any more: they come back a whole timeout after the last heartbeat.
        const dueMs = clock.nowMs() + TIMEOUT_MS;
        await clock.advance(TIMEOUT_MS / 2);
        await clock.advance(TIMEOUT_MS / 2 - 1);
        expect(duesOf(queue)).toEqual([dueMs, dueMs, dueMs]);
        expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 3 });
        await clock.advance(1);
        await until(() => consumer.stats().handled === 3, "all handled by another");
        expect(shared[2]).toBe(3);
      },
      { options: { clock } },
    );
  });

  test("is redelivered where heartbeats are off", async () => {
    const clock = new VirtualClock();
    await withQueue(
      async (queue) => {
        const shared = words(3);
        await queue.sendBatch(["one", "two"]);
        await using consumer = started(queue, "computing.mjs", {
          threads: 1,
          heartbeat: false,
          visibilityTimeout: TIMEOUT_SECONDS,
          data: { words: shared },
        });
        await until(() => shared[0] === 2, "a thread at work");
        await clock.advance(TIMEOUT_MS);
        expect(queue.counts()).toMatchObject({ visible: 2, inFlight: 0 });
        Atomics.store(shared, 1, 1);
        await until(() => consumer.stats().handled >= 2, "all handled");
      },
      { options: { clock } },
    );
  });
});

describe("a handler that waits in the opener's thread", () => {
  /** A clock of a program's own, which no other thread can read. */
  class OwnClock {
    now = 1_000_000;
    nowMs(): number {
      return this.now;
    }
    async advance(ms: number): Promise<void> {
      this.now += ms;
    }
  }

  test.each([
    ["the steward's", () => new VirtualClock()],
    ["its own, under a clock that no other thread can read", () => new OwnClock()],
  ])("has %s heartbeats", async (_, clockOf) => {
    const clock = clockOf();
    await withQueue(
      async (queue) => {
        const shared = words(3);
        await queue.sendBatch(["a", "b"]);
        await using consumer = started(queue, "waits.mjs", {
          inline: true,
          visibilityTimeout: TIMEOUT_SECONDS,
          data: { words: shared, minds: false },
        });
        await until(() => shared[0] === 1, "at work");
        for (let step = 0; step < 6; step++) await third(clock, queue);
        expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 2 });
        Atomics.store(shared, 1, 1);
        Atomics.notify(shared, 1);
        await until(() => consumer.stats().handled === 2, "all handled");
      },
      { options: { clock } },
    );
  });
});

describe("what a handler does to its message", () => {
  test.each([
    ["handled", false],
    ["failed", true],
  ])("stands while it is being handled, and when it has %s", async (_, fails) => {
    const clock = new VirtualClock();
    await withQueue(
      async (queue) => {
        const shared = words(2);
        const beganMs = clock.nowMs();
        await queue.sendBatch(["delete", "hide", "extend", "nothing"]);
        await using consumer = started(queue, "own.mjs", {
          threads: 1,
          concurrency: 4,
          visibilityTimeout: TIMEOUT_SECONDS,
          backoffSeconds: () => 7,
          data: { words: shared, fails },
        });
        await until(() => shared[0] === 4, "all at work");
        const hidden = [beganMs + 1_000_000, beganMs + 2_000_000];
        expect(duesOf(queue)).toEqual([beganMs + TIMEOUT_MS, ...hidden]);
        await clock.advance(TIMEOUT_MS / 3);
        const extended = [clock.nowMs() + TIMEOUT_MS, ...hidden];
        await until(
          () => String(duesOf(queue)) === String(extended),
          "a heartbeat of the one left",
        );
        Atomics.store(shared, 1, 1);
        Atomics.notify(shared, 1);
        if (fails) {
          await until(() => consumer.stats().inHand === 0, "nothing in hand");
          expect(duesOf(queue)).toEqual([clock.nowMs() + 7_000, ...hidden]);
        } else {
          await until(() => consumer.stats().handled === 4, "all handled");
          expect(duesOf(queue)).toEqual([]);
        }
      },
      { options: { clock } },
    );
  });
});

describe("eight threads without work", () => {
  test.each(["countEach.mjs", "countBatch.mjs", "countSync.mjs"])(
    "wake up for nothing, receive nothing and take no lock while 10,000 seconds pass: %s",
    async (file) => {
      const clock = new VirtualClock();
      await withQueue(
        async (queue) => {
          await using consumer = started(queue, file, { threads: 8, data: { seen: words(1) } });
          await consumer.ready;
          await queue.send("0");
          await event(consumer, "drained");
          // Its timer was taken back, but each thread looks once at the moment it was for.
          await clock.advance(TIMEOUT_MS + 1);
          const activity = () => ({
            ...queue.totals(),
            operations: operationsOf(queue),
            rings: ringsOf(queue).others,
          });
          let last = "";
          const isQuiet = (): boolean => {
            const isSame = JSON.stringify(activity()) === last;
            last = JSON.stringify(activity());
            return isSame;
          };
          await expect.poll(isQuiet, { interval: 100, timeout: 60_000 }).toBe(true);
          const before = activity();
          expect(before.rings.length).toBe(9);
          const { steward } = ringsOf(queue);
          for (let step = 0; step < 100; step++) await clock.advance(100_000);
          await new Promise((resolve) => setTimeout(resolve, 100));
          expect(activity()).toEqual(before);
          expect(ringsOf(queue).steward).toBe(steward + 100);
          await queue.send("0");
          await until(() => consumer.stats().handled === 2, "they still wake up");
        },
        { options: { clock } },
      );
    },
  );
});

test.each(["countEach.mjs", "countSync.mjs"])(
  "a thread that waits for a moment is woken when it has come, and not before: %s",
  async (file) => {
    const clock = new VirtualClock();
    await withQueue(
      async (queue) => {
        await using consumer = started(queue, file, { threads: 1, data: { seen: words(1) } });
        await consumer.ready;
        const dueMs = clock.nowMs() + 10_000;
        await queue.send("0", { delaySeconds: 10 });
        await until(() => alarmsOf(queue).includes(dueMs), "it waits for that");
        const { others } = ringsOf(queue);
        await clock.advance(9_999);
        expect(ringsOf(queue).others).toEqual(others);
        await clock.advance(1);
        expect(ringsOf(queue).others).not.toEqual(others);
        await until(() => consumer.stats().handled === 1, "handled");
      },
      { options: { clock } },
    );
  },
);
