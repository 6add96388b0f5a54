/**
 * Receives from a FIFO queue: what they tell of a message, and those of more than ten, which only an
 * embedder can ask for: such a one takes several sections of the engine, and is one receive all the
 * same.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import type { Message, Queue } from "../../../engine/types.ts";

let clock: VirtualClock;
let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  clock = new VirtualClock();
  broker = await Broker.open({ memoryBytes: 128 * 1_048_576, clock });
  queue = await create("orders.fifo");
});

afterEach(() => broker.close());

function create(name: string): Promise<Queue> {
  return broker.createQueue(name, {
    fifoQueue: true,
    contentBasedDeduplication: true,
    visibilityTimeout: 30,
  });
}

/** "a1" is a message of group a. */
function put(...bodies: string[]): void {
  queue.sync.sendBatch(bodies.map((body) => ({ body, messageGroupId: body.charAt(0) })));
}

function take(most: number): Promise<Message[]> {
  return queue.receive({ maxNumberOfMessages: most });
}

function bodies(messages: readonly Message[]): string {
  return messages.map(({ body }) => body).join(" ");
}

function names(group: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `${group}${from + index}`);
}

test("every receive of a message tells when the first one was", async () => {
  put("a1");
  await clock.advance(5_000);
  const firstMs = clock.nowMs();
  for (const receiveCount of [1, 2, 3]) {
    const [message] = await take(1);
    expect(message).toMatchObject({ receiveCount, firstReceivedAtMs: firstMs });
    await clock.advance(30_000);
  }
});

describe("a receive under an attempt's id", () => {
  const attempt = (receiveRequestAttemptId: string) => queue.receive({ receiveRequestAttemptId });

  test("brings what is visible again by then", async () => {
    put("a1");
    await attempt("first");
    await clock.advance(29_999);
    expect(await attempt("second")).toEqual([]);
    await clock.advance(1);
    expect(bodies(await attempt("third"))).toBe("a1");
  });

  test("brings what the queue's delay has held back until then", async () => {
    await queue.setAttributes({ delaySeconds: 7 });
    put("a1");
    await clock.advance(6_999);
    expect(await attempt("first")).toEqual([]);
    await clock.advance(1);
    expect(bodies(await attempt("second"))).toBe("a1");
  });
});

test("a receive brings a message whose timer lay behind thousands of other ones' work", async () => {
  const hidden = { maxNumberOfMessages: 250, visibilityTimeout: 40_000 };
  for (const receiveRequestAttemptId of [undefined, "attempt"]) {
    put(...Array.from({ length: 250 }, (_, index) => `a${index}`));
    for (let sent = 0; sent < 2_000; sent += 250) {
      put(...names(String.fromCharCode(98 + sent / 250), 1, 250));
    }
    let taken = 0;
    while (taken < 2_250) taken += (await queue.receive(hidden)).length;
    await clock.advance(40_000_000);
    const options = receiveRequestAttemptId === undefined ? {} : { receiveRequestAttemptId };
    expect(await queue.receive({ maxNumberOfMessages: 10, ...options })).toHaveLength(10);
    await queue.purge();
  }
});

describe("a receive of more than ten", () => {
  test("takes all that its first group has, then goes to the next", async () => {
    put(...names("a", 1, 35), ...names("b", 1, 12), ...names("c", 1, 3));
    expect(bodies(await take(23))).toBe(names("a", 1, 23).join(" "));
    const others = [...names("b", 1, 12), ...names("c", 1, 3)];
    expect(bodies(await take(40))).toBe(others.join(" "));
    await clock.advance(30_000);
    expect(bodies(await take(256))).toBe([...names("a", 1, 35), ...others].join(" "));
  });

  test("stops in a group where a message is still in flight", async () => {
    put(...names("a", 1, 30), "b1");
    const first = await take(15);
    for (const message of first.slice(0, 12)) await message.changeVisibility(0);
    expect(bodies(await take(30))).toBe(`b1 ${names("a", 1, 12).join(" ")}`);
  });

  test("goes on behind messages that move to the dead letters", async () => {
    const letters = await create("letters.fifo");
    const redrivePolicy = { deadLetterTargetArn: letters.arn, maxReceiveCount: 1 };
    await queue.setAttributes({ redrivePolicy });
    put(...names("a", 1, 14));
    await take(14);
    put(...names("a", 15, 39));
    await clock.advance(30_000);
    expect(bodies(await take(40))).toBe(names("a", 15, 39).join(" "));
    expect(letters.counts().visible).toBe(14);
  });
});
