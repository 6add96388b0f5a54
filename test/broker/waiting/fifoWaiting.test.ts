/**
 * Long polls on FIFO queues, in one thread and between threads: what wakes them, that nothing else
 * keeps them busy, and that order holds among threads that work at the same time.
 */
import { afterEach, expect, test, vi } from "vitest";
import { Engine } from "../../../bindings/engine.ts";
import { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import type { BrokerOptions, Message, Queue, QueueAttributes } from "../../../engine/types.ts";
import { expectWithin } from "../../support/timing.ts";
import { startThread } from "../threads/start.ts";

let broker: Broker;
let queue: Queue;

afterEach(() => broker.close());

async function open(options: BrokerOptions = {}, attributes: QueueAttributes = {}): Promise<void> {
  broker = await Broker.open({ memoryBytes: 128 * 1_048_576, threadsMax: 8, ...options });
  queue = await broker.createQueue("orders.fifo", {
    fifoQueue: true,
    contentBasedDeduplication: true,
    visibilityTimeout: 600,
    ...attributes,
  });
}

function put(...bodies: string[]): Promise<unknown> {
  return queue.sendBatch(bodies.map((body) => ({ body, messageGroupId: body.charAt(0) })));
}

const WAIT = { waitTimeSeconds: Number.POSITIVE_INFINITY, maxNumberOfMessages: 10 };

/** What a long poll brings when `act` happens while it waits behind a1. */
async function pollDuring(act: (a1: Message) => unknown): Promise<string[]> {
  await put("a1", "a2");
  const [a1] = (await queue.receive()) as [Message];
  const other = await Broker.attach(broker.share());
  const poll = (await other.getQueue("orders.fifo")).receive(WAIT);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const startMs = performance.now();
  await act(a1);
  const bodies = (await poll).map(({ body }) => body);
  expectWithin("the poll was answered after", performance.now() - startMs, 5_000);
  await other.close();
  return bodies;
}

test("a long poll behind a locked group comes with the delete that opens it", async () => {
  await open();
  expect(await pollDuring((a1) => a1.delete())).toEqual(["a2"]);
});

test("a long poll behind a locked group comes with a visibility of 0", async () => {
  await open();
  expect(await pollDuring((a1) => a1.changeVisibility(0))).toEqual(["a1", "a2"]);
});

test("a long poll behind a locked group comes with the end of the timeout", async () => {
  await open();
  expect(await pollDuring((a1) => a1.changeVisibility(0.2))).toEqual(["a1", "a2"]);
});

test("a long poll comes with the end of the queue's delay, and at once when it is lowered", async () => {
  const clock = new VirtualClock();
  await open({ clock }, { delaySeconds: 10 });
  await put("a1");
  const poll = queue.receive(WAIT);
  let answered = false;
  void poll.then(() => {
    answered = true;
  });
  await clock.advance(9_999);
  expect(answered).toBe(false);
  await clock.advance(1);
  expect((await poll).map(({ body }) => body)).toEqual(["a1"]);
  await put("b1");
  const second = queue.receive(WAIT);
  await clock.advance(1_000);
  await queue.setAttributes({ delaySeconds: 1 });
  expect((await second).map(({ body }) => body)).toEqual(["b1"]);
});

test("a hundred long polls behind locked groups sleep, and hardly ever wake", async () => {
  await open();
  await put(...Array.from({ length: 10 }, (_, index) => `a${index}`));
  await queue.receive();
  const other = await Broker.attach(broker.share());
  const same = await other.getQueue("orders.fifo");
  const aborter = new AbortController();
  const options = { ...WAIT, signal: aborter.signal };
  const polls = Array.from({ length: 100 }, (_, index) =>
    (index % 2 === 0 ? queue : same).receive(options).catch(() => "aborted"),
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = process.cpuUsage();
  const looks = vi.spyOn(Engine.prototype, "receive");
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const { user, system } = process.cpuUsage(before);
  console.log(`100 polls behind a locked group: ${looks.mock.calls.length} looks in 2 s`);
  // The steward rings for a queue that seems to have something; a look every 10 ms makes it 400.
  expect(looks.mock.calls.length).toBeLessThan(40);
  looks.mockRestore();
  aborter.abort();
  expect(new Set(await Promise.all(polls))).toEqual(new Set(["aborted"]));
  await other.close();
  expectWithin("their processor time in 2 s", (user + system) / 1_000, 50);
});

test("four threads handle twenty groups at once, each group in order and each message once", async () => {
  await open();
  const [groups, each] = [20, 150];
  const threads = Array.from({ length: 4 }, () =>
    startThread<{ group: string; number: number; at: number }[]>(broker, "handleGroups", {
      queue: "orders.fifo",
      count: groups * each,
    }),
  );
  await Promise.all(threads.map(({ ready }) => ready));
  for (let number = 0; number < each; number++) {
    const entries = Array.from({ length: groups }, (_, group) => ({
      body: String(number),
      messageGroupId: `g${group}`,
      messageDeduplicationId: `${group}-${number}`,
    }));
    expect((await queue.sendBatch(entries)).failed).toEqual([]);
  }
  const handled = (await Promise.all(threads.map(({ result }) => result))).flat();
  await Promise.all(threads.map(({ exit }) => exit));
  expect(handled).toHaveLength(groups * each);
  const inOrder = handled.toSorted((one, other) => one.at - other.at);
  for (let group = 0; group < groups; group++) {
    const numbers = inOrder.filter((one) => one.group === `g${group}`).map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: each }, (_, number) => number));
  }
});
