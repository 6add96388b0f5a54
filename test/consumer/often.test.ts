/** Consumers begun and stopped again and again, beside each other, and FIFO with random failures. */
import { describe, expect, test } from "vitest";
import { type HandlerModule, MessageBatch } from "../../engine/index.ts";
import { chooseSeed, Seeded } from "../support/seeded.ts";
import { inlined, notOnce, numbered, started, until, withQueue, words } from "./support.ts";

/** What keeps this process alive, by its kind, but for what a test's own waiting is. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) {
    if (name !== "Timeout" && name !== "Immediate") counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

describe("a hundred consumers, one after the other, leave nothing behind", () => {
  test.each([
    ["inline", { inline: true }, 92],
    ["in a thread", { threads: 1 }, 8],
  ])("%s", async (_, where, rounds) => {
    await withQueue(async (queue) => {
      const warnings: Error[] = [];
      const onWarning = (warning: Error): void => void warnings.push(warning);
      process.on("warning", onWarning);
      const controller = new AbortController();
      const seen = words(rounds + 1);
      const round = async (number: number): Promise<void> => {
        await queue.send(String(number));
        const options = { ...where, data: { seen }, signal: controller.signal };
        const consumer = started(queue, "countEach.mjs", options);
        await until(() => consumer.stats().handled === 1, "handled");
        await consumer.stop();
        expect(consumer.errors).toEqual([]);
      };
      await round(0);
      const before = resources();
      for (let number = 1; number <= rounds; number++) await round(number);
      expect(notOnce(seen)).toEqual([]);
      // What other files of this process left may go meanwhile; of no kind there are more.
      const more = Object.entries(resources()).filter(
        ([kind, count]) => count > (before[kind] ?? 0),
      );
      expect(more).toEqual([]);
      expect(timers()).toBeLessThan(rounds / 2);
      process.off("warning", onWarning);
      expect(warnings).toEqual([]);
    });
  });
});

test("two consumers on one queue, and this thread's own calls on it, share its messages", async () => {
  await withQueue(async (queue) => {
    const count = 3_000;
    const seen = words(count);
    for (let number = 0; number < count; number++) queue.sync.send(String(number));
    const options = { threads: 1, data: { seen } };
    await using first = started(queue, "countEach.mjs", options);
    await using second = started(queue, "countSync.mjs", options);
    const batch = new MessageBatch(5);
    await using third = started(queue, "countBatch.mjs", { inline: true, data: { seen } });
    await until(() => {
      queue.sync.receive(batch);
      for (let index = 0; index < batch.length; index++) {
        Atomics.add(seen, Number(batch.body(index)), 1);
      }
      if (batch.length > 0) queue.sync.delete(batch);
      return seen.every((times) => times > 0);
    }, "all handled");
    await until(() => queue.counts().inFlight === 0, "all deleted");
    expect(notOnce(seen)).toEqual([]);
    expect([...first.errors, ...second.errors, ...third.errors]).toEqual([]);
  });
});

test("FIFO, eight handlers side by side that fail at random: nothing lost, each group in order", async () => {
  const random = new Seeded(chooseSeed("consumer fifo"));
  const groups = 12;
  const perGroup = 15;
  await withQueue(
    async (queue) => {
      const handled = new Map<string, number[]>();
      const module: HandlerModule = {
        default: async ({ body, messageGroupId = "" }) => {
          const turns = random.between(0, 3);
          for (let turn = 0; turn < turns; turn++) {
            await new Promise((resolve) => setImmediate(resolve));
          }
          if (random.chance(0.2)) throw new Error("planted");
          handled.set(messageGroupId, [...(handled.get(messageGroupId) ?? []), Number(body)]);
        },
      };
      for (const body of numbered(perGroup)) {
        for (const messageGroupId of numbered(groups)) {
          const messageDeduplicationId = `${messageGroupId}:${body}`;
          await queue.send(body, { messageGroupId, messageDeduplicationId });
        }
      }
      const consumers = [1, 2].map(() =>
        inlined(queue, module, {
          concurrency: 8,
          batch: random.between(5, 20),
          visibilityTimeout: 600,
          backoffSeconds: () => random.next() * 0.02,
        }),
      );
      const total = (): number => consumers.reduce((sum, one) => sum + one.stats().handled, 0);
      await until(() => total() === groups * perGroup, "all handled");
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      const inOrder = numbered(perGroup).map(Number);
      for (const group of numbered(groups))
        expect([group, handled.get(group)]).toEqual([group, inOrder]);
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
      expect(consumers.flatMap(({ errors }) => errors)).toEqual([]);
    },
    { name: "work.fifo", attributes: { fifoQueue: true } },
  );
});
