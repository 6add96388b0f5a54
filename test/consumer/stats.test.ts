/** What `stats()` says, at moments that a virtual clock gives. */
import { expect, test } from "vitest";
import { BrokerQueue } from "../../engine/broker/queue.ts";
import { type HandlerModule, VirtualClock } from "../../engine/index.ts";
import { gate, inlined, until, withQueue } from "./support.ts";

const FAR_SECONDS = 40_000;

test("how old the oldest in hand is, whichever of them was settled first", async () => {
  const clock = new VirtualClock();
  await withQueue(
    async (queue) => {
      const gates = new Map(["a", "b", "c"].map((body) => [body, gate()] as const));
      const module: HandlerModule = { default: ({ body }) => gates.get(body)?.opened };
      const options = { concurrency: 3, batch: 1, visibilityTimeout: FAR_SECONDS };
      const consumer = inlined(queue, module, options);
      const thread = () => consumer.stats().byThread[0];
      await consumer.ready;
      expect(thread()).toMatchObject({ inHand: 0, oldestInHandMs: undefined });
      for (const [index, body] of ["a", "b", "c"].entries()) {
        await queue.send(body);
        await until(() => thread()?.inHand === index + 1, `${body} in hand`);
        await clock.advance(10_000);
      }
      expect(thread()?.oldestInHandMs).toBe(30_000);
      gates.get("b")?.open();
      await until(() => thread()?.inHand === 2, "b is over");
      expect(thread()?.oldestInHandMs).toBe(30_000);
      gates.get("a")?.open();
      await until(() => thread()?.inHand === 1, "a is over");
      expect(thread()?.oldestInHandMs).toBe(10_000);
      gates.get("c")?.open();
      await until(() => thread()?.inHand === 0, "c is over");
      expect(thread()?.oldestInHandMs).toBeUndefined();
      await consumer.stop();
    },
    { options: { clock } },
  );
});

test("which share of its time a thread did not wait, while it waits and while it works", async () => {
  const clock = new VirtualClock();
  await withQueue(
    async (queue) => {
      const { opened, open } = gate();
      const consumer = inlined(
        queue,
        { default: () => opened },
        { visibilityTimeout: FAR_SECONDS },
      );
      const share = (): number | undefined => consumer.stats().byThread[0]?.utilization;
      expect(share()).toBe(0);
      const { shared, queue: engineQueue } = BrokerQueue.internalsOf(queue);
      await until(() => shared.waiting.has(engineQueue.number), "it waits");
      await clock.advance(30_000);
      expect(share()).toBe(0);
      await queue.send("x");
      await until(() => consumer.stats().inHand === 1, "at work");
      await clock.advance(10_000);
      expect(share()).toBeCloseTo(0.25, 10);
      open();
      await until(() => consumer.stats().handled === 1, "handled");
      await until(() => shared.waiting.has(engineQueue.number), "it waits again");
      await clock.advance(60_000);
      expect(share()).toBeCloseTo(0.1, 10);
      await consumer.stop();
    },
    { options: { clock } },
  );
});

test("what came to an end in the last second and minute, as they go by", async () => {
  const clock = new VirtualClock();
  await withQueue(
    async (queue) => {
      const module: HandlerModule = {
        default: ({ body }) => {
          if (body === "bad") throw new Error("planted");
        },
      };
      const consumer = inlined(queue, module, { visibilityTimeout: FAR_SECONDS });
      const windows = (): number[][] => {
        const { handled, failed, lastSecond, lastMinute, byThread } = consumer.stats();
        const [thread] = byThread;
        expect(thread).toMatchObject({ handled, failed, lastSecond, lastMinute });
        const of = (one: { handled: number; failed: number }) => [one.handled, one.failed];
        return [of({ handled, failed }), of(lastMinute), of(lastSecond)];
      };
      await queue.sendBatch(["good", "bad", "good"]);
      await until(() => consumer.stats().handled === 2, "handled");
      await until(() => consumer.stats().failed === 1, "failed");
      expect(windows()).toEqual([
        [2, 1],
        [2, 1],
        [2, 1],
      ]);
      // Nothing of the last 1,000 ms is missed, wherever in its second it came to an end.
      await clock.advance(950);
      await queue.send("good");
      await until(() => consumer.stats().handled === 3, "another");
      await clock.advance(50);
      expect(windows()).toEqual([
        [3, 1],
        [3, 1],
        [3, 1],
      ]);
      await clock.advance(100);
      expect(windows()).toEqual([
        [3, 1],
        [3, 1],
        [1, 0],
      ]);
      await clock.advance(850);
      expect(windows()[2]).toEqual([1, 0]);
      await clock.advance(50);
      expect(windows()[2]).toEqual([0, 0]);
      await clock.advance(58_000);
      await queue.send("good");
      await until(() => consumer.stats().handled === 4, "one more");
      expect(windows()).toEqual([
        [4, 1],
        [4, 1],
        [1, 0],
      ]);
      await clock.advance(1_000);
      expect(windows()).toEqual([
        [4, 1],
        [1, 0],
        [1, 0],
      ]);
      await clock.advance(1_000);
      await queue.send("bad");
      await until(() => consumer.stats().failed === 2, "failed again");
      expect(windows()).toEqual([
        [4, 2],
        [1, 1],
        [0, 1],
      ]);
      await consumer.stop();
    },
    { options: { clock } },
  );
});
