/**
 * A hand that carries more messages than there are held records: it hides them anew in whatever order
 * and parts it is asked to, gives up what somebody else has by now, and never overrules who changed how
 * long a message is hidden. Time is a VirtualClock's.
 */
import { expect, test } from "vitest";
import { Hand } from "../../engine/broker/messages/hand.ts";
import { Ledger } from "../../engine/broker/messages/ledger.ts";
import { Broker, type Queue, VirtualClock } from "../../engine/index.ts";
import { numbered } from "../consumer/support.ts";

interface Place {
  readonly clock: VirtualClock;
  readonly queue: Queue;
  readonly hand: Hand;
  /** Receives so many messages; their numbers. */
  take(count: number): number[];
}

async function withHand(carries: number, use: (place: Place) => Promise<void>): Promise<void> {
  const clock = new VirtualClock();
  await using broker = await Broker.open({ clock });
  const queue = await broker.createQueue("work", { visibilityTimeout: 30 });
  const [row] = new Ledger(1, carries).rows;
  if (row === undefined) throw new Error("A ledger of one row has one.");
  const options = { batch: 256, visibilityTimeout: undefined, heartbeat: false, carries };
  const hand = new Hand(queue, row, options);
  const take = (count: number): number[] => {
    const received = hand.tryReceive(count);
    return hand.takeNumbers(received);
  };
  await use({ clock, queue, hand, take });
}

test("hides anew in any order, and again, what nobody else changed", async () => {
  await withHand(10, async ({ clock, queue, hand, take }) => {
    await queue.sendBatch(["a", "b"]);
    const [a = -1, b = -1] = take(2);
    for (const numbers of [[a, b], [a], [b, a], [b], [a, b], [b, a]]) {
      await clock.advance(10_000);
      expect([...hand.renew(numbers)]).toEqual(numbers);
    }
    await clock.advance(29_999);
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 2 });
    await clock.advance(1);
    expect(queue.counts()).toMatchObject({ visible: 2, inFlight: 0 });
  });
});

test("carries thousands, and deletes, gives back and gives up any part of them", async () => {
  await withHand(3_000, async ({ clock, queue, hand, take }) => {
    await queue.sendBatch(numbered(3_000));
    const numbers: number[] = [];
    while (numbers.length < 3_000) numbers.push(...take(256));
    expect(new Set(numbers).size).toBe(3_000);
    expect([hand.inHand, take(1).length]).toEqual([3_000, 0]);
    await clock.advance(20_000);
    expect(hand.renew(numbers).size).toBe(3_000);
    for (let from = 0; from < 1_000; from += 250) {
      await hand.delete(numbers.slice(from, from + 250));
    }
    hand.giveBack(numbers.slice(1_000, 2_000));
    expect(hand.inHand).toBe(1_000);
    expect(queue.counts()).toMatchObject({ visible: 1_000, inFlight: 1_000 });
    await clock.advance(30_000);
    // Somebody else has them all: they are lost to this hand.
    let others = 0;
    while (others < 2_000) others += (await queue.receive({ maxNumberOfMessages: 256 })).length;
    expect(hand.renew(numbers.slice(2_000)).size).toBe(0);
    expect(hand.inHand).toBe(0);
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 2_000 });
  });
});

test("never overrules who changed how long a message is hidden", async () => {
  await withHand(10, async ({ clock, queue, hand, take }) => {
    await queue.sendBatch(["later", "now"]);
    const [later = -1, now = -1] = take(2);
    const [first, second] = hand.messages();
    await clock.advance(10_000);
    await first?.changeVisibility(600);
    await second?.changeVisibility(0);
    expect([...hand.renew([later, now])]).toEqual([]);
    expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 1 });
    await clock.advance(599_999);
    expect(queue.counts().inFlight).toBe(1);
  });
});
