/**
 * Peeking: what a page shows, in which order and of which state, what it costs, that it changes nothing,
 * and that a walk through pages shows each message once whatever is deleted meanwhile.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import type { MessageState, PeekedMessage, PeekOptions, Queue } from "../../../engine/types.ts";
import { chooseSeed, Seeded } from "../../support/seeded.ts";
import { openWithoutRoom } from "../withoutRoom.ts";
import { bodiesOf, fifoQueueOf, numbers, walk } from "./peekPages.ts";

const START_MS = 1_700_000_000_000;
const states: readonly MessageState[] = ["visible", "inFlight", "delayed"];

let clock: VirtualClock;
let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  clock = new VirtualClock(START_MS);
  broker = await Broker.open({ memoryBytes: 128 * 1_048_576, clock });
  queue = await broker.createQueue("jobs");
});

afterEach(() => broker.close());

describe("a page", () => {
  test("shows what moved here and found no room, when there is some", async () => {
    await broker.close();
    const { letters, filler, ...others } = await openWithoutRoom();
    broker = others.broker;
    expect(bodiesOf((await letters.peek()).messages)).toEqual([]);
    await filler.purge();
    filler.counts();
    expect(bodiesOf((await letters.peek()).messages)).toEqual(["letter"]);
  });

  test("shows messages of every state, oldest first, and says where each is", async () => {
    await queue.send("a");
    await queue.send("b", { delaySeconds: 10 });
    await queue.send("c");
    await clock.advance(1_500);
    await queue.receive({ visibilityTimeout: 30 });
    const { messages, next } = await queue.peek();
    expect(next).toBeUndefined();
    expect(
      messages.map(({ body, state, receiveCount, visibleAtMs }) => [
        body,
        state,
        receiveCount,
        visibleAtMs,
      ]),
    ).toEqual([
      ["a", "inFlight", 1, START_MS + 31_500],
      ["b", "delayed", 0, START_MS + 10_000],
      ["c", "visible", 0, undefined],
    ]);
    const times = messages.map(({ sentAtMs, firstReceivedAtMs }) => [sentAtMs, firstReceivedAtMs]);
    expect(times).toEqual([
      [START_MS, START_MS + 1_500],
      [START_MS, 0],
      [START_MS, 0],
    ]);
  });

  test("brings what a receive brings, but for the receipt", async () => {
    const fifo = await fifoQueueOf(broker);
    const options = {
      messageGroupId: "g",
      messageAttributes: { colour: "red", size: 3 },
      awsTraceHeader: "Root=1-5759e988-bd862e3fe1be46a994272793",
      senderId: "me",
    };
    await fifo.send("body", options);
    const [peeked] = (await fifo.peek()).messages;
    const [received] = await fifo.receive();
    const { receiptHandle, receiveCount, firstReceivedAtMs, ...same } = { ...received };
    expect({ ...peeked }).toEqual({
      ...same,
      receiptHandle: "",
      receiveCount: 0,
      firstReceivedAtMs: 0,
      state: "visible",
    });
    expect(structuredClone(peeked)).toMatchObject({ body: "body", state: "visible" });
  });

  test("changes nothing: neither count, order nor time, for whoever receives behind it", async () => {
    const before = await broker.createQueue("untouched");
    for (const one of [queue, before]) {
      for (const body of numbers(30)) await one.send(body, { delaySeconds: Number(body) % 3 });
      await one.receive({ maxNumberOfMessages: 5, visibilityTimeout: 2 });
    }
    for (let second = 0; second < 4; second++) {
      for (const state of [undefined, ...states])
        await walk(queue, { ...(state && { state }), limit: 7 });
      const [seen, unseen] = await Promise.all(
        [queue, before].map((one) => one.receive({ maxNumberOfMessages: 4, visibilityTimeout: 1 })),
      );
      const told = (messages = seen) =>
        messages?.map(({ body, receiveCount }) => [body, receiveCount]);
      expect(told(seen)).toEqual(told(unseen));
      expect(queue.counts()).toEqual(before.counts());
      expect(queue.totals()).toEqual(before.totals());
      await clock.advance(1_000);
    }
  });

  test("shows what is due as it is, whoever let the time pass", async () => {
    await queue.send("hidden");
    await queue.receive({ visibilityTimeout: 5 });
    await queue.send("late", { delaySeconds: 7 });
    const seen = async () => (await queue.peek()).messages.map(({ state }) => state);
    expect(await seen()).toEqual(["inFlight", "delayed"]);
    await clock.advance(5_000);
    expect(await seen()).toEqual(["visible", "delayed"]);
    await clock.advance(2_000);
    expect(await seen()).toEqual(["visible", "visible"]);
    await queue.setAttributes({ messageRetentionPeriod: 60 });
    await clock.advance(60_000);
    expect(await seen()).toEqual([]);
    expect(queue.totals().messagesReceived).toBe(1);
  });

  test("has no message that a purge ended", async () => {
    for (const body of numbers(600)) await queue.send(body);
    const first = await queue.peek({ limit: 100 });
    await queue.purge();
    await queue.send("new");
    expect(bodiesOf(await walk(queue))).toEqual(["new"]);
    const { messages, next } = await queue.peek({ after: first.next as string });
    expect([bodiesOf(messages), next]).toEqual([[], undefined]);
  });

  test("ends behind 4 MiB, and a body of any size is whole", async () => {
    const sizes = [10, 5_000, 140_000, 1_000_000, 70_000, 300_000, 1];
    const bodies = [...sizes, ...sizes, ...sizes, ...sizes].map((size, index) =>
      `${index % 10}`.repeat(size),
    );
    for (const body of bodies) await queue.send(body);
    const first = await queue.peek();
    expect(first.next).toBeDefined();
    const bytes = first.messages.reduce((sum, { body }) => sum + body.length, 0);
    expect(bytes).toBeGreaterThan(4_194_304);
    expect(bytes).toBeLessThan(4_194_304 + 10 * 1_048_576);
    const all = await walk(queue);
    expect(all.map(({ body }, index) => body === bodies[index])).toEqual(bodies.map(() => true));
  });
});

describe("what states mean is what counts() counts", () => {
  async function compare(of: Queue): Promise<number> {
    const seen = await Promise.all(
      states.map(async (state) => (await walk(of, { state, limit: 3 })).length),
    );
    const all = await walk(of);
    const { visible, inFlight, delayed } = of.counts();
    expect(seen).toEqual([visible, inFlight, delayed]);
    expect(states.map((state) => all.filter((one) => one.state === state).length)).toEqual(seen);
    return all.length;
  }

  test("behind a locked group, and in a queue with a delay", async () => {
    const fifo = await fifoQueueOf(broker);
    for (const body of numbers(6)) await fifo.send(body, { messageGroupId: `${Number(body) % 2}` });
    const [first] = await fifo.receive({ visibilityTimeout: 20 });
    expect(first?.body).toBe("0");
    expect((await walk(fifo, { state: "inFlight" })).length).toBe(1);
    // Those that the message in flight locks are visible, as SQS counts them.
    expect(bodiesOf(await walk(fifo, { state: "visible" }))).toEqual(["1", "2", "3", "4", "5"]);
    expect(await compare(fifo)).toBe(6);
    await fifo.setAttributes({ delaySeconds: 30 });
    await fifo.send("late", { messageGroupId: "0" });
    const [late] = (await fifo.peek({ state: "delayed" })).messages;
    expect([late?.body, late?.visibleAtMs]).toEqual(["late", START_MS + 30_000]);
    await compare(fifo);
    await fifo.setAttributes({ delaySeconds: 10 });
    await clock.advance(10_000);
    expect((await fifo.peek({ state: "delayed" })).messages).toEqual([]);
    await compare(fifo);
  });

  /** Sends, receives, deletes and lets time pass at random, all of it on one queue. */
  async function disturb(of: Queue, random: Seeded, round: number): Promise<void> {
    for (let index = random.between(0, 4); index > 0; index--) {
      const options = of.isFifo
        ? { messageGroupId: `${random.between(0, 2)}` }
        : { delaySeconds: random.between(0, 3) };
      await of.send(`${round} ${index}`, options);
    }
    const received = await of.receive({
      maxNumberOfMessages: random.between(1, 4),
      visibilityTimeout: random.between(0, 3),
    });
    const deleted = received.filter(() => random.chance(0.3));
    // On a FIFO queue a receipt of no time is over.
    await Promise.allSettled(deleted.map((message) => message.delete()));
    if (random.chance(0.03)) await of.purge();
    await clock.advance(random.between(0, 1_500));
  }

  test.each(["standard", "fifo"])("whatever was done: %s", async (kind) => {
    const random = new Seeded(chooseSeed(`peek ${kind}`));
    const isFifo = kind === "fifo";
    const letters = isFifo
      ? await broker.createQueue("letters.fifo", { fifoQueue: true })
      : await broker.createQueue("letters");
    const redrivePolicy = { deadLetterTargetArn: letters.arn, maxReceiveCount: 3 };
    const of = isFifo
      ? await fifoQueueOf(broker, { redrivePolicy, delaySeconds: 2 })
      : await broker.createQueue("busy", { redrivePolicy });
    let most = 0;
    for (let round = 0; round < 100; round++) {
      await disturb(of, random, round);
      most = Math.max(most, await compare(of));
      await compare(letters);
    }
    expect(most).toBeGreaterThan(5);
  });
});

describe("a peeked message has no receipt", () => {
  const invalid = expect.objectContaining({
    code: "ReceiptHandleIsInvalid",
    message: "A message that was peeked has no receipt; receive it to delete or hide it.",
  });

  test.each(["visible", "inFlight"])("while it is %s", async (state) => {
    await queue.send("a");
    if (state === "inFlight") await queue.receive();
    const [message] = (await queue.peek()).messages as [PeekedMessage];
    expect([message.state, message.receiptHandle]).toEqual([state, ""]);
    await expect(message.delete()).rejects.toEqual(invalid);
    await expect(message.changeVisibility(0)).rejects.toEqual(invalid);
    await expect(queue.delete(message)).rejects.toEqual(invalid);
    await expect(queue.changeVisibility(message, 0)).rejects.toEqual(invalid);
    const { failed } = await queue.deleteBatch([message]);
    expect(failed).toEqual([{ index: 0, error: invalid }]);
    await expect(queue.delete(message.receiptHandle)).rejects.toMatchObject({
      code: "ReceiptHandleIsInvalid",
    });
    expect((await queue.peek()).messages.map((one) => one.state)).toEqual([state]);
  });
});

describe("what is refused", () => {
  const wrong: readonly [string, unknown, RegExp][] = [
    ["a limit of none", { limit: 0 }, /Value 0 for option limit .* from 1 to 1000/],
    ["a limit of too many", { limit: 1_001 }, /from 1 to 1000/],
    ["half a message", { limit: 1.5 }, /from 1 to 1000/],
    ["a state that is none", { state: "hidden" }, /Value hidden .* visible, inFlight, delayed/],
    ["no state", { state: [] }, /visible, inFlight, delayed/],
    ["an empty group", { messageGroupId: "" }, /MessageGroupId/],
    [
      "an unknown option",
      { states: "visible" },
      /no option of peek called states; did you mean state\?/,
    ],
    ["a cursor of nobody's", { after: "x" }, /no cursor of this walk/],
    ["a longer one", { after: "A".repeat(64) }, /no cursor of this walk/],
    ["no text", { after: 7 }, /no cursor of this walk/],
  ];

  test.each(wrong)("%s", async (_, options, message) => {
    await expect(queue.peek(options as PeekOptions)).rejects.toMatchObject({
      code: "InvalidParameterValue",
      message: expect.stringMatching(message),
    });
  });

  test("a cursor of another walk, queue or broker, or one that was changed", async () => {
    for (const body of numbers(9)) await queue.send(body, { messageGroupId: "g" });
    const twin = await broker.createQueue("twin");
    await twin.send("a");
    const foreign = await Broker.open({ memoryBytes: 64 * 1_048_576 });
    const abroad = await foreign.createQueue("jobs");
    await abroad.send("a");
    const { next = "" } = await queue.peek({ limit: 3 });
    const ofState = (await queue.peek({ limit: 3, state: "visible" })).next ?? "";
    const ofGroup = (await queue.peek({ limit: 3, messageGroupId: "g" })).next ?? "";
    const tries: readonly [Queue, PeekOptions][] = [
      [twin, { after: next }],
      [abroad, { after: next }],
      [queue, { after: ofState }],
      [queue, { after: ofGroup }],
      [queue, { after: next, state: "visible" }],
      [queue, { after: next, messageGroupId: "g" }],
      [queue, { after: `${next.slice(0, 40)}${next[40] === "A" ? "B" : "A"}${next.slice(41)}` }],
      [queue, { after: next.slice(0, -2) }],
      [queue, { after: `${next}AA` }],
      [queue, { after: `${next}=` }],
    ];
    for (const [of, options] of tries) {
      await expect(of.peek(options)).rejects.toMatchObject({ code: "InvalidParameterValue" });
    }
    expect(bodiesOf((await queue.peek({ after: next, limit: 2 })).messages)).toEqual(["3", "4"]);
    const every = await queue.peek({ after: next, state: ["delayed", "inFlight", "visible"] });
    expect(every.messages.length).toBe(6);
    await foreign.close();
    await expect(abroad.peek()).rejects.toMatchObject({ code: "BrokerClosed" });
  });

  test("a queue that is deleted", async () => {
    await queue.send("a");
    await broker.deleteQueue("jobs");
    await expect(queue.peek()).rejects.toMatchObject({ code: "QueueDoesNotExist" });
  });
});
