/**
 * A walk through the pages of a peek: each message once and in order, whatever is deleted, sent and
 * received beside it, and at a cost that is counted in messages looked at.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { look } from "../../../engine/broker/messages/peek.ts";
import { BrokerQueue } from "../../../engine/broker/queue.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import type { Message, PeekOptions, PeekPage, Queue } from "../../../engine/types.ts";
import { chooseSeed, Seeded } from "../../support/seeded.ts";
import { bodiesOf, fifoQueueOf, numbers, walk } from "./peekPages.ts";

const START_MS = 1_700_000_000_000;

let clock: VirtualClock;
let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  clock = new VirtualClock(START_MS);
  broker = await Broker.open({ memoryBytes: 128 * 1_048_576, clock });
  queue = await broker.createQueue("jobs");
});

afterEach(() => broker.close());

/** A queue of messages in flight, their deletion by their bodies, and pages that say what they cost. */
async function hold(count: number) {
  const bodies = numbers(count);
  for (let first = 0; first < count; first += 250) {
    expect(queue.sync.sendBatch(bodies.slice(first, first + 250))).toBe(250);
  }
  const received = new Map<string, Message>();
  while (received.size < count) {
    const batch = await queue.receive({ maxNumberOfMessages: 250, visibilityTimeout: 1_000 });
    for (const message of batch) received.set(message.body, message);
  }
  const drop = async (gone: readonly string[]): Promise<void> => {
    await queue.deleteBatch(gone.flatMap((body) => received.get(body) ?? []));
  };
  const internals = BrokerQueue.internalsOf(queue);
  const page = (options: PeekOptions, after: string | undefined) =>
    look(internals, internals.shared.inbox, { ...options, ...(after !== undefined && { after }) });
  return { drop, page };
}

describe("a walk", () => {
  test("by pages of every size shows each message once, in the order they came", async () => {
    const bodies = numbers(700);
    for (const body of bodies) await queue.send(body);
    for (const limit of [1, 99, 100, 256, 257, 1_000]) {
      expect(bodiesOf(await walk(queue, { limit }))).toEqual(bodies);
    }
    const { messages } = await queue.peek();
    expect(messages.length).toBe(100);
  });

  test("that others delete, send and receive beside shows what stays once, and nothing new", async () => {
    const random = new Seeded(chooseSeed("peek beside"));
    const { drop } = await hold(4_000);
    const staying = new Set(numbers(4_000).filter(() => random.chance(0.25)));
    const shown: string[] = [];
    let after: string | undefined;
    do {
      const page: PeekPage = await queue.peek({ limit: 60, ...(after !== undefined && { after }) });
      const bodies = bodiesOf(page.messages);
      shown.push(...bodies);
      // Mostly what was just shown, so that the places go at which the walk stands; else any.
      const any = Array.from({ length: 40 }, () => `${random.between(0, 3_999)}`);
      const gone = random.chance(0.7) ? [...bodies, ...any] : any;
      await drop(gone.filter((body) => !staying.has(body)));
      await queue.send("new");
      after = page.next;
    } while (after !== undefined);
    const stayed = numbers(4_000).filter((body) => staying.has(body));
    expect(shown.filter((body) => staying.has(body))).toEqual(stayed);
    expect(new Set(shown).size).toBe(shown.length);
    expect(shown).not.toContain("new");
  });

  test("costs no more where its places are gone than what lies between two of them", async () => {
    const { drop, page } = await hold(8_000);
    let after: string | undefined;
    for (let turn = 0; turn < 60; turn++) {
      const { looked, next } = page({ limit: 100 }, after);
      expect(looked).toBe(100);
      after = next;
    }
    // The last 300 that it has shown: the place it stands at, and those just before.
    await drop(numbers(6_000).slice(5_700));
    const next = page({ limit: 100 }, after);
    expect(bodiesOf(next.messages)).toEqual(numbers(6_100).slice(6_000));
    expect(next.looked).toBeLessThan(1_500);
    // Where nothing is left of what it has seen, it begins with the oldest there is.
    await drop(numbers(5_700));
    const last = page({ limit: 100 }, after);
    expect([bodiesOf(last.messages)[0], last.looked]).toEqual(["6000", 100]);
  });

  test("for a state that few messages have looks at 10,000 a page, and comes to its end", async () => {
    const { page } = await hold(25_000);
    const pages: number[] = [];
    let after: string | undefined;
    do {
      const { messages, looked, next } = page({ state: "visible" }, after);
      expect(messages).toEqual([]);
      pages.push(looked);
      after = next;
    } while (after !== undefined);
    expect(pages).toEqual([10_000, 10_000, 5_000]);
  });
});

describe("of one group", () => {
  test("a FIFO queue's page looks at that group alone", async () => {
    const fifo = await fifoQueueOf(broker);
    for (let index = 0; index < 3_000; index++) {
      await fifo.send(`${index}`, {
        messageGroupId: index % 100 === 7 ? "wanted" : `other ${index % 9}`.replace(" ", "-"),
      });
    }
    const internals = BrokerQueue.internalsOf(fifo);
    const { inbox } = internals.shared;
    const { messages, looked } = look(internals, inbox, { messageGroupId: "wanted" });
    expect([messages.length, looked]).toEqual([30, 30]);
    expect(bodiesOf(messages)).toEqual(numbers(3_000).filter((body) => Number(body) % 100 === 7));
    expect(bodiesOf(await walk(fifo, { messageGroupId: "wanted", limit: 4 }))).toEqual(
      bodiesOf(messages),
    );
    const none = look(internals, inbox, { messageGroupId: "nobody" });
    expect([none.messages, none.looked, none.next]).toEqual([[], 0, undefined]);
  });

  test("a group that goes and comes again is walked to its end", async () => {
    const fifo = await fifoQueueOf(broker);
    const send = (body: string) => fifo.send(body, { messageGroupId: "g" });
    for (const body of ["a", "b", "c"]) await send(body);
    const { next } = await fifo.peek({ messageGroupId: "g", limit: 2 });
    for (const message of await fifo.receive({ maxNumberOfMessages: 10 })) await message.delete();
    const gone = await fifo.peek({ messageGroupId: "g", limit: 2, after: next as string });
    expect([gone.messages, gone.next]).toEqual([[], undefined]);
    await send("d");
    const again = await fifo.peek({ messageGroupId: "g", limit: 2, after: next as string });
    expect([again.messages, again.next]).toEqual([[], undefined]);
    expect(bodiesOf(await walk(fifo, { messageGroupId: "g" }))).toEqual(["d"]);
  });

  test("a Standard queue shows its messages of that group", async () => {
    for (const body of numbers(500))
      await queue.send(body, { messageGroupId: Number(body) % 50 === 0 ? "g" : "h" });
    const shown = await walk(queue, { messageGroupId: "g", limit: 3 });
    expect(bodiesOf(shown)).toEqual(numbers(500).filter((body) => Number(body) % 50 === 0));
    expect(new Set(shown.map(({ messageGroupId }) => messageGroupId))).toEqual(new Set(["g"]));
  });
});
