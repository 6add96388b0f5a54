/**
 * FIFO queues whose calls AWS's quota counts, simulated: what producers and consumers get through in the
 * long run, and what becomes of a call that is refused.
 */
import { describe, expect, test } from "vitest";
import { Pauses } from "../../engine/simulator/events/pauses.ts";
import { Stream } from "../../engine/simulator/random/stream.ts";
import type { QueueResult } from "../../engine/simulator/result.ts";
import type { Plan } from "../../engine/simulator/scenario/plan.ts";
import { queueOf } from "./plans.ts";
import {
  AT_ONCE,
  byGroup,
  expectPlateau,
  fifo,
  NAME,
  outcomeOf,
  RATE,
  SECONDS,
  totalOf,
  workOf,
} from "./quotas.ts";

describe("plateaus", () => {
  test("single messages: 300 a second are sent, and deleted", async () => {
    const outcome = await outcomeOf({ perSecond: 400 });
    const { sent, deleted, left, api } = workOf(outcome);
    expectPlateau(sent);
    expect(deleted).toBe(sent - left);
    expect(left).toBeLessThan(60);
    expect(api.throttled.SendMessage).toBeGreaterThan(0);
    // The first of the line asks again after its pauses, and nobody else asks.
    expect(api.throttled.SendMessage).toBeLessThan(10 * SECONDS);
    const { unsent, sendWaitSeconds } = outcome.producers.web ?? {};
    // 100 a second more come than can go.
    expect(unsent).toBeGreaterThan(80 * SECONDS - RATE);
    expect(sendWaitSeconds?.count).toBe(sent);
    expect(sendWaitSeconds?.max).toBeGreaterThan(SECONDS / 6);
  });

  test("calls of ten: 3,000 a second", async () => {
    const { sent, deleted, left, api } = workOf(
      await outcomeOf({
        perSecond: 4_000,
        producer: { batch: 10 },
        fleet: { batch: 10, deleteBatch: true, service: AT_ONCE },
      }),
    );
    expectPlateau(sent, 10);
    expect(deleted).toBe(sent - left);
    // Receives have the same rate: what is left is what they are behind.
    expect(left).toBeLessThan(10 * RATE);
    expect(api.throttled.SendMessageBatch).toBeGreaterThan(0);
    expect(api.throttled.ReceiveMessage).toBeGreaterThan(0);
  });

  test("deletes of one message after receives of ten: deletes are what is short", async () => {
    const { deleted, received, inFlight, api } = workOf(
      await outcomeOf({
        perSecond: 1_000,
        producer: { batch: 10 },
        fleet: { batch: 10, service: AT_ONCE },
      }),
    );
    expectPlateau(deleted);
    expect(api.throttled.DeleteMessage).toBeGreaterThan(RATE);
    expect(received).toBeGreaterThan(deleted);
    expect(inFlight.max).toBeGreaterThan(RATE);
  });

  test("receives of one message from a queue that is full", async () => {
    const { received, api } = workOf(
      await outcomeOf({
        perSecond: 1,
        fleet: { service: AT_ONCE },
        plan: { queues: [{ ...fifo, backlog: { messages: 20_000, ageSeconds: 0 } }] },
      }),
    );
    expectPlateau(received);
    expect(api.throttled.ReceiveMessage).toBeGreaterThan(0);
  });

  test("high throughput: one group has 300 a second, groups together far more", async () => {
    const queues = [byGroup];
    const one = await outcomeOf({
      perSecond: 500,
      producer: { groups: { kind: "uniform", count: 1 } },
      plan: { queues },
    });
    expectPlateau(workOf(one).sent);
    const many = await outcomeOf({
      perSecond: 900,
      producer: { groups: { kind: "uniform", count: 1_000 } },
      plan: { queues },
    });
    const { sent, api } = workOf(many);
    expect(api.quotaPerSecond).toBe(70_000);
    expect(totalOf(api.throttled)).toBe(0);
    expect(sent).toBeGreaterThan(850 * SECONDS);
  });

  test("high throughput: a call of ten takes of each partition that it touches", async () => {
    const tens = async (plan: Partial<Plan>): Promise<QueueResult> =>
      workOf(
        await outcomeOf({
          perSecond: 6_000,
          producer: { batch: 10, groups: { kind: "uniform", count: 10 } },
          plan: { queues: [byGroup], ...plan },
        }),
      );
    const { sent } = await tens({});
    // Partitions are hashes, with a secret that is the run's: the same run, the same partitions.
    const short = { horizon: { messages: Number.POSITIVE_INFINITY, seconds: 3 } };
    expect(await tens(short)).toEqual(await tens(short));
    const seeds = [1, 2, 3, 4, 5, 6].map(async (seed) => (await tens({ ...short, seed })).sent);
    expect(new Set(await Promise.all(seeds)).size).toBeGreaterThan(3);
    // A group is in 1 - 0.9^10 of the calls; the one that is in most of them says how many pass.
    const calls = sent / 10 / SECONDS;
    expect(calls).toBeLessThan((RATE / 0.6513) * (1 + 1 / SECONDS));
    expect(calls).toBeGreaterThan(0.9 * (RATE / 0.6513));
  });

  test("a Standard queue has none, and quotas that are off are none", async () => {
    const standard = { queues: [queueOf()], quotas: "aws" as const };
    const groups = { kind: "none" } as const;
    const all = await outcomeOf({ perSecond: 500, producer: { groups }, plan: standard });
    expect(workOf(all, "work").sent).toBeGreaterThan(470 * SECONDS);
    for (const [one, name] of [
      [all, "work"],
      [await outcomeOf({ perSecond: 500, plan: { quotas: "off" } }), NAME],
    ] as const) {
      const { api, series } = workOf(one, name);
      expect([api.quotaPerSecond, totalOf(api.throttled)]).toEqual([null, 0]);
      expect(series.ThrottledCalls.every((calls) => calls === 0)).toBe(true);
      expect(one.producers.web).toMatchObject({ unsent: 0, sendWaitSeconds: null });
    }
  });
});

describe("a call that is refused", () => {
  test("is made again after a random share of a pause that doubles, up to 20 s", () => {
    const pauses = new Pauses(new Stream(1), 2);
    const most = [0.5, 1, 2, 4, 8, 16, 20, 20].map((seconds) => seconds * 1_000);
    const sums = new Float64Array(most.length);
    const times = 2_000;
    let longer = 0;
    for (let time = 0; time < times; time++) {
      for (const [turn, longest] of most.entries()) {
        const pause = pauses.next(1);
        if (pause >= longest) longer++;
        sums[turn] = (sums[turn] as number) + pause;
      }
      pauses.end(1);
    }
    expect(longer).toBe(0);
    for (const [turn, longest] of most.entries()) {
      const error = longest / Math.sqrt(12 * times);
      expect(Math.abs((sums[turn] as number) / times - longest / 2)).toBeLessThan(3 * error);
    }
    expect(pauses.next(0)).toBeLessThan(500);
  });

  test("of a delete costs the message's time: it comes back, and is handled again", async () => {
    const { duplicates, redelivered, api } = workOf(
      await outcomeOf({
        perSecond: 1_000,
        producer: { batch: 10 },
        fleet: { batch: 10, service: AT_ONCE, visibilityTimeoutSeconds: 2 },
      }),
    );
    expect(api.throttled.DeleteMessage).toBeGreaterThan(RATE);
    expect(redelivered).toBeGreaterThan(100);
    expect(duplicates).toBeGreaterThan(100);
  });

  test("of a message handled beside others leaves the others alone", async () => {
    const { deleted, received, left, sent } = workOf(
      await outcomeOf({
        perSecond: 1_000,
        producer: { batch: 10 },
        fleet: { batch: 10, handler: "parallel", service: AT_ONCE, visibilityTimeoutSeconds: 600 },
      }),
    );
    expectPlateau(deleted);
    expect(sent - deleted).toBe(left);
    expect(received - deleted).toBeLessThanOrEqual(600);
  });

  test("is answered, and made again, half a round trip each", async () => {
    const at = async (seconds: number): Promise<[number, number]> => {
      const { received, api } = workOf(
        await outcomeOf({
          perSecond: 0.001,
          fleet: {
            count: 400,
            roundTripMs: 4_000,
            service: { kind: "deterministic", seconds: 1_000 },
          },
          plan: {
            horizon: { messages: Number.POSITIVE_INFINITY, seconds },
            queues: [{ ...fifo, backlog: { messages: 500, ageSeconds: 0 } }],
          },
        }),
      );
      return [received, api.throttled.ReceiveMessage];
    };
    // They come after 2 s, and again after 6 s and a pause of half a second at the most.
    expect(await at(5.99)).toEqual([300, 100]);
    expect(await at(6.5)).toEqual([400, 100]);
  });

  test("holds back those of its producer behind it, in their order", async () => {
    const horizon = { messages: 1_005, seconds: Number.POSITIVE_INFINITY };
    const outcome = await outcomeOf({
      perSecond: 3_000,
      producer: { duplicates: { probability: 0.2, afterSeconds: 0.1 } },
      plan: { horizon },
    });
    const { sent, deduplicated } = workOf(outcome);
    const { copies, unsent } = outcome.producers.web ?? {};
    expect(sent + deduplicated).toBe(1_005);
    // A copy stands behind its message, so that it is always the one that is dropped.
    expect(deduplicated).toBe(copies);
    expect(copies).toBeGreaterThan(100);
    expect(unsent).toBeGreaterThan(100);
  });

  test("of a batch that the horizon cuts sends the rest of it", async () => {
    const outcome = await outcomeOf({
      perSecond: 20_000,
      producer: { batch: 10 },
      plan: { horizon: { messages: 6_005, seconds: Number.POSITIVE_INFINITY } },
    });
    expect(workOf(outcome).sent).toBe(6_005);
    expect(outcome.isComplete).toBe(true);
  });

  test("ends the run when it is the last one, though nobody else comes", async () => {
    const pieces = [
      { fromSeconds: 0, perSecond: 1_000, endPerSecond: 1_000 },
      { fromSeconds: 1, perSecond: 0, endPerSecond: 0 },
    ];
    const rate = { kind: "pieces", periodSeconds: Number.POSITIVE_INFINITY, pieces } as const;
    const outcome = await outcomeOf({
      perSecond: 1,
      producer: { arrivals: { kind: "profile", isEven: true, rate } },
      plan: { horizon: { messages: 900, seconds: 60 } },
    });
    expect(workOf(outcome).sent).toBe(900);
    expect(outcome.runSeconds).toBeLessThan(4);
  });

  test("of a closed loop is its client's", async () => {
    const think = { kind: "deterministic", seconds: 0 } as const;
    const outcome = await outcomeOf({
      perSecond: 1,
      producer: { arrivals: { kind: "closedLoop", clients: 80, think } },
    });
    expectPlateau(workOf(outcome).sent);
    expect(outcome.producers.web?.unsent).toBeLessThanOrEqual(80);
  });

  test.each(["one", "parallel", "batch"] as const)(
    "of what a consumer sends on keeps its process waiting (%s)",
    async (handler) => {
      const next = { ...fifo, name: "next.fifo" };
      const groups = { kind: "own" } as const;
      const sizes = { kind: "fixed", bodyBytes: 10 } as const;
      const send = { queue: 1, probability: 1, count: 2, delaySeconds: undefined, sizes, groups };
      const outcome = await outcomeOf({
        perSecond: 600,
        producer: { groups: { kind: "none" } },
        fleet: { handler, batch: 5, service: AT_ONCE, sends: [send] },
        plan: { queues: [queueOf(), next] },
      });
      const [work, after] = [workOf(outcome, "work"), workOf(outcome, "next.fifo")];
      // One call, of two messages, for each.
      expectPlateau(after.sent, 2);
      expect(work.deleted).toBeLessThanOrEqual(after.sent / 2);
      expect(work.deleted).toBeGreaterThan(after.sent / 2 - 5 * 60 - 1);
      expect(work.left).toBeGreaterThan(200 * SECONDS);
      expect(outcome.consumers.workers?.unsent).toBeLessThanOrEqual(2 * 5 * 60);
      expect(outcome.consumers.workers?.utilisation).toBeGreaterThan(0.9);
    },
  );
});
