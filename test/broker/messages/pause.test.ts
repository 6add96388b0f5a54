/**
 * Time that passes all at once: a receive after a long pause finds what has become visible in it;
 * and one after a purge does not do the whole purge's work.
 */
import { expect, test } from "vitest";
import { HEADER_SLOTS_MAX } from "../../../assembly/layout.ts";
import { Broker } from "../../../engine/broker/broker.ts";
import { MessageBatch } from "../../../engine/broker/messages/batch.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import { Gauges } from "../../recovery/witness/gauges.ts";

const MESSAGES = 3_000;
const HOUR_MS = 3_600_000;
const MIB = 1_048_576;
const BACKLOG = 20_000;
/** What one receive may free: 640 that it sweeps, and what its thread gives back from its stock. */
const FREED_MAX = 2_000;

test.each([
  ["Standard", "jobs", {}],
  ["FIFO", "jobs.fifo", { fifoQueue: true, contentBasedDeduplication: true } as const],
])("the first receive after an hour finds what was hidden before it: %s", async (_, name, kind) => {
  const clock = new VirtualClock();
  await using broker = await Broker.open({ memoryBytes: 128 * MIB, clock });
  const queue = await broker.createQueue(name, { visibilityTimeout: 30, ...kind });
  for (let sent = 0; sent < MESSAGES; sent++) {
    const group = "fifoQueue" in kind ? { messageGroupId: `group${sent}` } : {};
    await queue.send(`body ${sent}`, group);
  }
  for (let got = 1; got > 0; ) got = (await queue.receive({ maxNumberOfMessages: 10 })).length;
  expect(queue.counts().inFlight).toBe(MESSAGES);
  // No tick of the clock on the way: all timers lie on one far spoke of the wheel.
  await clock.advance(HOUR_MS);
  expect(await queue.receive({ maxNumberOfMessages: 10 })).toHaveLength(10);
});

test.each([
  ["Standard", "", () => ({})],
  ["FIFO", ".fifo", (group: number) => ({ messageGroupId: `group${group}` })],
])(
  "what moves to the dead-letter queue first does not hide what is due behind it: %s",
  async (_, suffix, groupOf) => {
    const clock = new VirtualClock();
    await using broker = await Broker.open({ memoryBytes: 128 * MIB, clock });
    const kind =
      suffix === "" ? {} : ({ fifoQueue: true, contentBasedDeduplication: true } as const);
    const letters = await broker.createQueue(`letters${suffix}`, kind);
    const redrivePolicy = { deadLetterTargetArn: letters.arn, maxReceiveCount: 2 };
    const settings = { visibilityTimeout: 30, redrivePolicy, ...kind };
    const queue = await broker.createQueue(`jobs${suffix}`, settings);
    const fill = async (first: number): Promise<void> => {
      for (let index = first; index < first + MESSAGES; index++) {
        await queue.send(`body ${index}`, groupOf(index));
      }
    };
    const empty = async (): Promise<void> => {
      for (let got = 1; got > 0; ) got = (await queue.receive({ maxNumberOfMessages: 10 })).length;
    };
    await fill(0);
    await empty();
    await clock.advance(HOUR_MS);
    await empty();
    // Those have been received twice and are due a second before these, received once.
    await clock.advance(1_000);
    await fill(MESSAGES);
    await empty();
    await clock.advance(HOUR_MS);
    const got = await queue.receive({ maxNumberOfMessages: 10 });
    expect(got).toHaveLength(10);
    expect(got.map(({ receiveCount }) => receiveCount)).toEqual(Array(10).fill(2));
  },
);

test("a receive after a purge frees a bounded part of what the purge ended", async () => {
  await using broker = await Broker.open({ memoryBytes: 64 * MIB, messagesMax: BACKLOG + 1_000 });
  const queue = await broker.createQueue("jobs");
  const bodies = Array.from({ length: 250 }, (_, index) => `message ${index}`);
  for (let sent = 0; sent < BACKLOG; sent += bodies.length) queue.sync.sendBatch(bodies);
  const gauges = new Gauges(broker);
  const before = gauges.free().slots;
  expect(before).toBeLessThan(gauges.header(HEADER_SLOTS_MAX) - BACKLOG + 1);
  // No turn of the event loop between the two, in which the broker would free some by itself.
  const purged = queue.purge();
  expect(queue.sync.receive(new MessageBatch(10))).toBe(0);
  expect(gauges.free().slots - before).toBeLessThan(FREED_MAX);
  await purged;
  gauges.close();
});
