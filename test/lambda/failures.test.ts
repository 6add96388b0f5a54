/**
 * What becomes of messages whose function failed: they come back when their visibility timeout is over
 * or when the function itself said, and go to the dead-letter queue after as many receives. In this
 * thread; where time matters it is a VirtualClock's.
 */
import { expect, test } from "vitest";
import { Broker, type Queue, type QueueAttributes, VirtualClock } from "../../engine/index.ts";
import { until } from "../consumer/support.ts";
import { bodiesOf, inlined, keeping, REPORTED } from "./support.ts";

async function withClock(
  use: (queue: Queue, clock: VirtualClock, dead: Queue) => Promise<void>,
  attributes: QueueAttributes = {},
): Promise<void> {
  const clock = new VirtualClock();
  await using broker = await Broker.open({ clock });
  const suffix = attributes.fifoQueue ? ".fifo" : "";
  const fifo = attributes.fifoQueue ? { fifoQueue: true as const } : {};
  const dead = await broker.createQueue(`dead${suffix}`, fifo);
  const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 2 };
  const queue = await broker.createQueue(`work${suffix}`, { redrivePolicy, ...attributes });
  await use(queue, clock, dead);
}

const planted = (): never => {
  throw new Error("planted");
};

test("a throw brings the whole batch back after the timeout, and then to the dead letters", async () => {
  await withClock(async (queue, clock, dead) => {
    await queue.sendBatch(["a", "b"]);
    const { calls, handler } = keeping(planted);
    // An answer that is never given names nobody.
    await using consumer = inlined(queue, handler, REPORTED);
    await until(() => consumer.failures.length === 2, "failed");
    expect(new Set(consumer.failures.map(({ error }) => error.message))).toEqual(
      new Set(["planted"]),
    );
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 2 });
    await clock.advance(29_999);
    expect(calls.length).toBe(1);
    await clock.advance(1);
    await until(() => consumer.failures.length === 4, "failed again");
    expect(dead.counts().visible).toBe(0);
    await clock.advance(30_000);
    await until(() => dead.counts().visible === 2, "dead");
    expect(calls.map(({ event }) => bodiesOf(event))).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
    expect(consumer.stats()).toMatchObject({ handled: 0, failed: 4, inHand: 0 });
  });
});

test.each<[string, (ids: string[]) => unknown, string[]]>([
  ["no answer", () => undefined, []],
  ["an empty list", () => ({ batchItemFailures: [] }), []],
  ["one", ([, b]) => ({ batchItemFailures: [{ itemIdentifier: b }] }), ["b"]],
  [
    "an unknown one",
    ([a]) => ({ batchItemFailures: [{ itemIdentifier: `${a}0` }] }),
    ["a", "b", "c"],
  ],
  ["an empty one", () => ({ batchItemFailures: [{ itemIdentifier: "" }] }), ["a", "b", "c"]],
  ["a bad key", ([a]) => ({ batchItemFailures: [{ itemIdentifer: a }] }), ["a", "b", "c"]],
])("with ReportBatchItemFailures what comes back is what is named: %s", async (_, answer, back) => {
  await withClock(async (queue, clock) => {
    await queue.sendBatch(["a", "b", "c"]);
    const { calls, handler } = keeping(({ Records }) => {
      return calls.length > 1 ? null : answer(Records.map(({ messageId }) => messageId));
    });
    await using consumer = inlined(queue, handler, REPORTED);
    const counted = (): number => consumer.stats().handled + consumer.stats().failed;
    await until(() => counted() === 3, "counted");
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: back.length });
    await clock.advance(30_000);
    await until(() => consumer.stats().handled === 3, "handled");
    expect(calls.slice(1).flatMap(({ event }) => bodiesOf(event))).toEqual(back);
  });
});

test("without it an answer is an answer, whatever it names", async () => {
  await withClock(async (queue) => {
    await queue.send("a");
    const { handler } = keeping(({ Records: [record] }) => {
      return { batchItemFailures: [{ itemIdentifier: record?.messageId }] };
    });
    await using consumer = inlined(queue, handler);
    await until(() => consumer.stats().handled === 1, "handled");
    expect(consumer.stats().failed).toBe(0);
  });
});

test.each([false, true])(
  "what the function said of visibility before it failed stays so; with a backoff: %s",
  async (hasBackoff) => {
    await withClock(async (queue, clock) => {
      await queue.sendBatch(["now", "later", "default"]);
      const { calls, handler } = keeping(async ({ Records }, { sluice }) => {
        if (calls.length > 1) return;
        for (const { body, receiptHandle } of Records) {
          if (body === "now") await sluice.queue.changeVisibility(receiptHandle, 0);
          if (body === "later") await sluice.queue.changeVisibility(receiptHandle, 600);
        }
        planted();
      });
      const backoff = hasBackoff ? { backoffSeconds: () => 100 } : {};
      await using consumer = inlined(queue, handler, { batchSize: 3, ...backoff });
      // Told when the backoffs have been asked for: time must not go on before.
      await until(() => consumer.failures.length === 3, "failed");
      await until(() => consumer.stats().handled === 1, "the one that is visible at once");
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 2 });
      await clock.advance(hasBackoff ? 99_000 : 29_000);
      expect(calls.length).toBe(2);
      await clock.advance(1_000);
      await until(() => consumer.stats().handled === 2, "the one that is visible by default");
      await clock.advance(hasBackoff ? 499_000 : 569_000);
      expect(calls.length).toBe(3);
      await clock.advance(1_000);
      await until(() => consumer.stats().handled === 3, "the one that is visible later");
      expect(calls.slice(1).flatMap(({ event }) => bodiesOf(event))).toEqual([
        "now",
        "default",
        "later",
      ]);
    });
  },
);

test("a message whose function makes it visible and fails goes to the dead letters", async () => {
  await withClock(async (queue, _clock, dead) => {
    await queue.send("a");
    const { calls, handler } = keeping(async ({ Records }, { sluice }) => {
      await sluice.queue.changeVisibility(Records[0]?.receiptHandle ?? "", 0);
      planted();
    });
    await using consumer = inlined(queue, handler);
    await until(() => dead.counts().visible === 1, "dead");
    expect(calls.length).toBe(2);
    expect(consumer.stats()).toMatchObject({ failed: 2, inHand: 0 });
  });
});

test("of a FIFO queue what is named comes back in order; what is not named is gone", async () => {
  const fifo = { fifoQueue: true, contentBasedDeduplication: true } as const;
  await withClock(async (queue, clock) => {
    const send = (body: string) => ({ body, messageGroupId: body.slice(0, 1) });
    await queue.sendBatch(["a0", "a1", "a2", "b0", "a3"].map(send));
    const { calls, handler } = keeping(({ Records }) => {
      if (calls.length > 1) return null;
      // The failed one, and all that is not processed.
      const ids = Records.slice(1).map(({ messageId }) => ({ itemIdentifier: messageId }));
      return { batchItemFailures: ids };
    });
    await using consumer = inlined(queue, handler, { ...REPORTED, batchSize: 3 });
    await until(() => consumer.stats().failed === 2, "failed");
    // b's group is open, a's is not.
    await until(() => consumer.stats().handled === 2, "b handled");
    await clock.advance(30_000);
    await until(() => consumer.stats().handled === 5, "handled");
    const all = calls.map(({ event }) => bodiesOf(event));
    expect(all[0]).toEqual(["a0", "a1", "a2"]);
    expect(
      all
        .slice(1)
        .flat()
        .filter((body) => body.startsWith("a")),
    ).toEqual(["a1", "a2", "a3"]);
  }, fifo);
});
