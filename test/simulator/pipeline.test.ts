/**
 * Consumers that send on, dead letters that are consumed and brought back: every message is accounted for in
 * every queue and in all of them together, and networks of queues wait as theory says.
 */
import { describe, expect, test } from "vitest";
import { Stream } from "../../engine/simulator/random/stream.ts";
import type { Fleet } from "../../engine/simulator/scenario/fleet.ts";
import type { Scenario } from "../../engine/simulator/scenario/types.ts";
import { simulate } from "../../engine/simulator/simulate.ts";
import type { SimulationResult } from "../../engine/simulator/simulationResult.ts";
import { attributes, chain, fleet, quick, redrivePolicy } from "./chain.ts";

/** What all queues together got from outside is what left them for good, and what is there yet. */
function expectBalance({ queues, producers, consumers }: SimulationResult): void {
  const sum = (of: (queue: SimulationResult["queues"][string]) => number): number =>
    Object.values(queues).reduce((total, queue) => total + of(queue), 0);
  const sent = Object.values(producers).reduce((total, producer) => total + producer.sent, 0);
  const sentOn = Object.values(consumers).reduce((total, consumer) => total + consumer.sentOn, 0);
  expect(sum((queue) => queue.sent + queue.deduplicated)).toBe(
    sent + sentOn + sum(({ initial }) => initial),
  );
  expect(sum(({ movedIn }) => movedIn)).toBe(
    sum(({ deadLettered, redriven }) => deadLettered + redriven),
  );
  expect(sum((queue) => queue.sent)).toBe(
    sum(({ deleted, expired, left }) => deleted + expired + left),
  );
}

describe("what is sent on", () => {
  test("has its probability and its number, and is counted in both queues", async () => {
    const result = await simulate(
      chain(
        {
          service: quick,
          sends: [{ queue: "second", probability: 0.25, count: 13, bodyBytes: 2_000 }],
        },
        { horizon: { seconds: 20_000 } },
      ),
      { unstable: true },
    );
    const { first, second } = result.queues;
    const went = (second?.sent ?? 0) / 13;
    expect(Number.isInteger(went)).toBe(true);
    // Four standard deviations.
    const handled = first?.deleted ?? 0;
    expect(Math.abs(went - handled / 4)).toBeLessThan(4 * Math.sqrt((handled * 3) / 16));
    expect(second?.api.calls.SendMessageBatch).toBe(2 * went);
    expect(second?.api.sentBytes).toBe(2_000 * (second?.sent ?? 0));
    expect(result.consumers.one?.sentOn).toBe(second?.sent);
    expectBalance(result);
  });

  test("goes on again where its message is handled again", async () => {
    const twice = { VisibilityTimeout: 2 };
    const slow = { deterministic: { seconds: 3 } };
    const result = await simulate(
      {
        ...chain({ count: 2, service: slow, sends: [{ queue: "second" }] }),
        queues: { first: twice, second: attributes },
        producers: {},
        initial: { messages: 1, queue: "first" },
        horizon: { seconds: 100 },
      },
      { unstable: true },
    );
    const { first, second } = result.queues;
    expect([first?.sent, first?.deleted, first?.received]).toEqual([1, 1, 2]);
    expect([second?.sent, result.consumers.one?.sentOn]).toEqual([2, 2]);
    expectBalance(result);
  });

  test("of a batch, is that of the messages that went well", async () => {
    for (const partialBatches of [true, false]) {
      const result = await simulate(
        chain(
          {
            ...{ batch: 10, handler: "batch", partialBatches, service: quick },
            ...{ failure: { probability: 0.3 }, backoffSeconds: 1 },
            sends: [{ queue: "second" }],
          },
          { horizon: { messages: 3_000 } },
        ),
        { unstable: true },
      );
      expect(result.consumers.one?.handled).toBe(result.consumers.one?.sentOn);
      expect(result.queues.first?.deleted).toBe(result.consumers.one?.sentOn);
      expectBalance(result);
    }
  });

  test("through queues in a row takes the sum of their times", async () => {
    // Each is an M/M/1 with load 0.5 whose departures are Poisson (Burke): 2 seconds each.
    const { producers } = await simulate(
      chain({ sends: [{ queue: "second" }] }, { replications: 4, warmup: { messages: 1_000 } }),
      { threads: 1 },
    );
    const { mean, halfWidth, count } = producers.web?.endToEndSeconds ?? {};
    expect(count).toBeGreaterThan(4 * 18_000);
    expect(Math.abs((mean ?? 0) - 4)).toBeLessThan(1.5 * (halfWidth ?? 0));
  });

  test("to where it came from goes round: as a queue of all its turns together", async () => {
    // With feedback of a half, 0.4 a second are 0.8 (Jackson): 1/(1-0.8) seconds a turn, two turns.
    const { producers, queues } = await simulate(
      {
        ...chain({ sends: [{ queue: "first", probability: 0.5 }] }),
        producers: { web: { queue: "first", arrivals: { poisson: { perSecond: 0.4 } } } },
        ...{ replications: 4, warmup: { messages: 1_000 } },
      },
      { threads: 1 },
    );
    const { mean, halfWidth } = producers.web?.endToEndSeconds ?? {};
    expect(Math.abs((mean ?? 0) - 10)).toBeLessThan(1.5 * (halfWidth ?? 0));
    expect((queues.first?.sent ?? 0) / (producers.web?.sent ?? 1)).toBeCloseTo(2, 1);
  });

  test("keeps to groups in a FIFO queue, and to delays in another", async () => {
    const result = await simulate(
      {
        ...chain({
          service: quick,
          sends: [
            { queue: "groups.fifo", groups: { uniform: { count: 1 } } },
            { queue: "second", delaySeconds: 60 },
          ],
        }),
        queues: {
          first: attributes,
          second: attributes,
          "groups.fifo": { ...attributes, FifoQueue: true },
        },
        horizon: { seconds: 5_000 },
        consumers: {
          one: fleet("first", {
            service: quick,
            sends: [
              { queue: "groups.fifo", groups: { uniform: { count: 1 } } },
              { queue: "second", delaySeconds: 60 },
            ],
          }),
          two: fleet("second", { service: quick }),
          three: fleet("groups.fifo", { count: 10 }),
        },
      },
      { unstable: true },
    );
    expect(result.queues["groups.fifo"]?.inFlight.max).toBe(1);
    const delayed = result.queues.second?.delayed.mean ?? 0;
    expect(delayed).toBeGreaterThan(25);
    expect(delayed).toBeLessThan(35);
    expectBalance(result);
  });

  test("is poison for itself: a message fails whenever it is handled", async () => {
    const queues = {
      first: attributes,
      second: { ...attributes, RedrivePolicy: { deadLetterTargetArn: "dead", maxReceiveCount: 3 } },
      dead: attributes,
    };
    const poison = { failure: { poisonShare: 0.2 }, backoffSeconds: 1, service: quick };
    const result = await simulate(
      chain(
        { service: quick, sends: [{ queue: "second" }] },
        {
          ...{ queues, horizon: { seconds: 20_000 } },
          consumers: {
            one: fleet("first", { service: quick, sends: [{ queue: "second" }] }),
            two: fleet("second", poison),
          },
        },
      ),
    );
    const { sent = 0, deadLettered = 0, left = 0 } = result.queues.second ?? {};
    expect(Math.abs(deadLettered - sent / 5)).toBeLessThan(4 * Math.sqrt(sent * 0.16) + left);
    expect(result.consumers.two?.failed).toBe(
      3 * deadLettered + ((result.consumers.two?.failed ?? 0) % 3),
    );
    expectBalance(result);
  });
});

/** All fail for 100 seconds, and none later. */
const outage: Scenario = {
  horizon: { seconds: 2_000 },
  queues: { work: { VisibilityTimeout: 30, RedrivePolicy: redrivePolicy }, dead: {}, other: {} },
  initial: { messages: 200, queue: "work" },
  consumers: {
    workers: fleet("work", {
      ...{ count: 20, service: quick, backoffSeconds: 1 },
      failure: { outages: [{ fromSeconds: 0, forSeconds: 100 }] },
    }),
  },
};

describe("redrives", () => {
  test("bring dead letters back as new messages, so many a second", async () => {
    const result = await simulate({
      ...outage,
      redrives: [{ from: "dead", atSeconds: 300, perSecond: 10 }],
    });
    const { work, dead } = result.queues;
    expect([work?.deadLettered, dead?.movedIn, dead?.redriven, dead?.deadLettered]).toEqual([
      200, 200, 200, 0,
    ]);
    expect([work?.movedIn, work?.deleted, work?.left, dead?.left]).toEqual([200, 200, 0, 0]);
    // 200 messages, ten a second.
    expect(work?.drainedAtSeconds.mean).toBeLessThan(1);
    expect(dead?.drainedAtSeconds.mean).toBeCloseTo(320, 6);
    // Received twice in the outage and once afterwards, as a first receive.
    expect([work?.received, work?.redelivered]).toEqual([600, 200]);
    // New ones: their age counts from then on.
    expect(work?.sojournSeconds.max).toBeLessThan(1);
    expectBalance(result);
  });

  test("go to another queue where that is named", async () => {
    const result = await simulate({
      ...outage,
      redrives: [{ from: "dead", to: "other", atSeconds: 300 }],
    });
    expect([result.queues.other?.movedIn, result.queues.other?.left]).toEqual([200, 200]);
    expectBalance(result);
  });

  test("begin again and again, and what fails again comes back again", async () => {
    const result = await simulate({
      ...outage,
      redrives: [{ from: "dead", everySeconds: 30 }],
    });
    // At 30, 60 and 90 seconds in vain, at 120 for good.
    expect([result.queues.dead?.redriven, result.queues.work?.deleted]).toEqual([800, 200]);
    expectBalance(result);
  });

  test("leave to consumers of the dead-letter queue what these take", async () => {
    const result = await simulate({
      ...outage,
      consumers: { ...outage.consumers, menders: fleet("dead", { count: 3 }) },
      redrives: [{ from: "dead", atSeconds: 20, perSecond: 1 }],
    });
    const { work, dead } = result.queues;
    expect((dead?.deleted ?? 0) + (work?.deleted ?? 0)).toBe(200);
    expect(dead?.redriven).toBeGreaterThan(0);
    expectBalance(result);
  });

  test("of FIFO queues keep their groups", async () => {
    const fifo = { VisibilityTimeout: 30, FifoQueue: true };
    const result = await simulate({
      ...outage,
      queues: {
        "work.fifo": {
          ...fifo,
          RedrivePolicy: { ...redrivePolicy, deadLetterTargetArn: "dead.fifo" },
        },
        "dead.fifo": { FifoQueue: true },
      },
      initial: { messages: 200, queue: "work.fifo" },
      consumers: { workers: { ...(outage.consumers?.workers as Fleet), queue: "work.fifo" } },
      redrives: [{ from: "dead.fifo", atSeconds: 300 }],
    });
    const { "work.fifo": work, "dead.fifo": dead } = result.queues;
    expect([work?.deadLettered, dead?.redriven, work?.deleted]).toEqual([200, 200, 200]);
    expectBalance(result);
  });
});

test("whatever is sent on, fails, crashes, expires and is brought back, nothing gets lost", async () => {
  const stream = new Stream(20);
  const pick = <T>(...values: T[]): T => values[stream.below(values.length)] as T;
  const names = ["a", "b", "c"];
  const to = (): string => pick(...names);
  for (let round = 0; round < 15; round++) {
    const one = (queue: string): Fleet =>
      fleet(queue, {
        ...{ count: 1 + stream.below(3), batch: pick(1, 4, 10), concurrency: pick(1, 2) },
        ...{ handler: pick("one", "parallel", "batch"), prefetch: pick(0, 0, 3) },
        ...{ roundTripMs: pick(0, 20), service: { exponential: { meanSeconds: pick(0.1, 2) } } },
        failure: {
          ...{ probability: pick(0, 0.2), poisonShare: pick(0, 0.05) },
          kind: pick("throw", "crash"),
        },
        sends: [{ queue: to(), probability: pick(0.2, 0.4), count: pick(1, 2) }],
      });
    const redrive = { deadLetterTargetArn: "dead", maxReceiveCount: pick(1, 3) };
    const result = await simulate(
      {
        ...{ seed: round, horizon: { seconds: 300 } },
        queues: {
          a: { VisibilityTimeout: pick(2, 30), RedrivePolicy: redrive },
          b: {
            VisibilityTimeout: 5,
            RedrivePolicy: redrive,
            MessageRetentionPeriod: pick(60, 345_600),
          },
          c: { DelaySeconds: pick(0, 3) },
          dead: {},
        },
        producers: {
          web: {
            ...{ queue: to(), arrivals: { poisson: { perSecond: 2 } } },
            duplicates: { probability: pick(0, 0.1) },
          },
        },
        consumers: Object.fromEntries(names.map((name) => [name, one(name)])),
        redrives: [{ from: "dead", everySeconds: pick(20, 100), perSecond: pick(1, 50, 500) }],
      },
      { unstable: true, threads: 1 },
    );
    expectBalance(result);
  }
});
