/**
 * Long polls under a VirtualClock: what wakes them, in what order they are served, and that nothing
 * is stranded when they are given up.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { AbortError } from "../../../engine/broker/waiting/abort.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import type { Message, Queue, ReceiveOptions } from "../../../engine/types.ts";

let clock: VirtualClock;
let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  clock = new VirtualClock();
  broker = await Broker.open({ memoryBytes: 128 * 1_048_576, clock });
  queue = await broker.createQueue("jobs", { visibilityTimeout: 30 });
});

afterEach(() => broker.close());

/** A long poll whose outcome can be asked for without waiting. */
class Poll {
  bodies: string[] | undefined;
  answeredAtMs: number | undefined;
  readonly answer: Promise<Message[]>;

  constructor(options: ReceiveOptions = {}) {
    this.answer = queue.receive({ waitTimeSeconds: 20, ...options });
    this.answer.then(
      (messages) => {
        this.bodies = messages.map(({ body }) => body);
        this.answeredAtMs = clock.nowMs();
      },
      () => undefined,
    );
  }
}

async function settled(): Promise<void> {
  await clock.advance(0);
}

describe("a long poll is answered", () => {
  test("by a send, at once, with no time passing", async () => {
    const poll = new Poll();
    await settled();
    expect(poll.bodies).toBeUndefined();
    await queue.send("x");
    await settled();
    expect(poll.bodies).toEqual(["x"]);
  });

  test("by what is there already, without waiting", async () => {
    await queue.sendBatch(["a", "b", "c"]);
    const poll = new Poll({ maxNumberOfMessages: 2 });
    await settled();
    expect(poll.bodies).toEqual(["a", "b"]);
  });

  test("by nothing when its time is up, and that counts as an empty receive", async () => {
    const start = clock.nowMs();
    const poll = new Poll({ waitTimeSeconds: 3 });
    await clock.advance(60_000);
    expect(poll.bodies).toEqual([]);
    expect(poll.answeredAtMs).toBe(start + 3_000);
    expect(queue.totals().emptyReceives).toBe(1);
  });

  test("when a delay ends, a visibility timeout ends, a visibility is set to 0", async () => {
    const start = clock.nowMs();
    await queue.send("delayed", { delaySeconds: 2 });
    const delayed = new Poll();
    await clock.advance(5_000);
    expect([delayed.bodies, delayed.answeredAtMs]).toEqual([["delayed"], start + 2_000]);
    const expired = new Poll({ waitTimeSeconds: 60 });
    await clock.advance(40_000);
    expect([expired.bodies, expired.answeredAtMs]).toEqual([["delayed"], start + 32_000]);
    const shown = new Poll();
    await settled();
    await (await expired.answer)[0]?.changeVisibility(0);
    await settled();
    expect(shown.bodies).toEqual(["delayed"]);
  });

  test("when a timer is armed that is due before the one that was known", async () => {
    const start = clock.nowMs();
    await queue.send("late", { delaySeconds: 15 });
    const poll = new Poll();
    await settled();
    await queue.send("early", { delaySeconds: 1 });
    await clock.advance(20_000);
    expect([poll.bodies, poll.answeredAtMs]).toEqual([["early"], start + 1_000]);
  });

  test("with QueueDoesNotExist when the queue is deleted, with BrokerClosed at close", async () => {
    const other = await broker.createQueue("other");
    const polls = [new Poll(), new Poll()];
    const last = other.receive({ waitTimeSeconds: 20 });
    const codes = Promise.allSettled([...polls.map(({ answer }) => answer), last]);
    await broker.deleteQueue("jobs");
    await settled();
    await broker.close();
    const reasons = (await codes).map((result) => result.status === "rejected" && result.reason);
    expect(reasons).toMatchObject([
      { code: "QueueDoesNotExist" },
      { code: "QueueDoesNotExist" },
      { code: "BrokerClosed" },
    ]);
  });

  test("of as long as the queue says, unless the call says 0", async () => {
    await queue.setAttributes({ receiveMessageWaitTimeSeconds: 10 });
    const poll = queue.receive();
    expect(await queue.receive({ waitTimeSeconds: 0 })).toEqual([]);
    await queue.send("x");
    expect((await poll)[0]?.body).toBe("x");
  });
});

describe("several long polls", () => {
  test("are served in the order they came", async () => {
    const polls = [new Poll(), new Poll(), new Poll()];
    await queue.sendBatch(["a", "b"]);
    await settled();
    expect(polls.map(({ bodies }) => bodies)).toEqual([["a"], ["b"], undefined]);
    await queue.send("c");
    await settled();
    expect(polls[2]?.bodies).toEqual(["c"]);
  });

  test("are served before one that comes later, even if it comes at the right moment", async () => {
    const first = new Poll();
    await settled();
    queue.sync.send("x");
    const later = new Poll();
    await settled();
    expect([first.bodies, later.bodies]).toEqual([["x"], undefined]);
  });

  test("end each at its own time, also behind one that waits longer", async () => {
    const start = clock.nowMs();
    const polls = [20, 5, 10].map((waitTimeSeconds) => new Poll({ waitTimeSeconds }));
    await clock.advance(30_000);
    expect(polls.map(({ answeredAtMs }) => (answeredAtMs ?? 0) - start)).toEqual([
      20_000, 5_000, 10_000,
    ]);
  });

  test("on different queues don't disturb each other", async () => {
    const other = await broker.createQueue("other");
    const poll = new Poll();
    const theirs = other.receive({ waitTimeSeconds: 20 });
    await other.send("theirs");
    expect((await theirs)[0]?.body).toBe("theirs");
    expect(poll.bodies).toBeUndefined();
    await queue.send("ours");
    await settled();
    expect(poll.bodies).toEqual(["ours"]);
  });
});

describe("an aborted receive", () => {
  test("rejects with AbortError and takes no message", async () => {
    const aborter = new AbortController();
    const poll = new Poll({ signal: aborter.signal });
    const behind = new Poll();
    await settled();
    aborter.abort(new Error("enough"));
    const error = await poll.answer.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AbortError);
    expect(error).toMatchObject({
      name: "AbortError",
      code: "ABORT_ERR",
      cause: { message: "enough" },
    });
    await queue.send("x");
    await settled();
    expect(behind.bodies).toEqual(["x"]);
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 1 });
  });

  test("rejects at once when the signal was given before", async () => {
    await queue.send("x");
    const signal = AbortSignal.abort();
    await expect(queue.receive({ signal })).rejects.toBeInstanceOf(AbortError);
    await expect(queue.send("y", { signal })).rejects.toBeInstanceOf(AbortError);
    expect(queue.counts().visible).toBe(1);
  });

  test("in the same turn as the send either has the message or leaves it", async () => {
    for (let round = 0; round < 50; round++) {
      const aborter = new AbortController();
      const poll = new Poll({ signal: aborter.signal });
      const sent = queue.send("x");
      if (round % 2 === 0) await Promise.resolve();
      aborter.abort();
      await sent;
      await settled();
      const [outcome] = await Promise.allSettled([poll.answer]);
      const { visible, inFlight } = queue.counts();
      expect([visible, inFlight]).toEqual(outcome.status === "fulfilled" ? [0, 1] : [1, 0]);
      await queue.purge();
    }
  });
});

describe("messages()", () => {
  test("hands out what comes until the loop is left, and gives back the rest", async () => {
    await queue.sendBatch(["a", "b", "c", "d"]);
    const seen: string[] = [];
    for await (const message of queue.messages({ maxNumberOfMessages: 3 })) {
      seen.push(message.body);
      await message.delete();
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(["a", "b"]);
    expect(queue.counts()).toMatchObject({ visible: 2, inFlight: 0 });
  });

  test("gives back nothing that somebody else has received meanwhile", async () => {
    await queue.sendBatch(["a", "b", "c"]);
    const stream = queue.messages({ maxNumberOfMessages: 3 });
    await stream.next();
    await clock.advance(30_000);
    const [again] = await queue.receive({ maxNumberOfMessages: 1 });
    const rest = await queue.receive({ maxNumberOfMessages: 1 });
    expect([again?.receiveCount, rest[0]?.receiveCount]).toEqual([2, 2]);
    await stream.return?.();
    expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 2 });
  });

  test("goes on after polls that brought nothing", async () => {
    const stream = queue.messages();
    const next = stream.next();
    await clock.advance(50_000);
    await queue.send("late");
    const { value } = await next;
    expect(value?.body).toBe("late");
    await stream.return?.();
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test("rejects with AbortError when aborted, and gives back what it held", async () => {
    await queue.sendBatch(["a", "b", "c"]);
    const aborter = new AbortController();
    const stream = queue.messages({ maxNumberOfMessages: 10, signal: aborter.signal });
    await stream.next();
    aborter.abort();
    await expect(stream.next()).rejects.toBeInstanceOf(AbortError);
    expect(queue.counts()).toMatchObject({ visible: 2, inFlight: 1 });
  });

  test("ends a waiting next() when it is disposed of", async () => {
    const stream = queue.messages();
    const next = stream.next();
    await stream[Symbol.asyncDispose]();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  test("answers calls made together one after the other", async () => {
    const stream = queue.messages();
    const both = Promise.all([stream.next(), stream.next()]);
    await queue.sendBatch(["a", "b"]);
    expect((await both).map(({ value }) => value?.body)).toEqual(["a", "b"]);
    await stream.return?.();
  });
});
