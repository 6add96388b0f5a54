/**
 * Polls, delays, FIFO groups, and rates that change: rows 10, 13, 22, 24 and 26 to 28 of the formulas. The
 * seed is the row's number.
 */
import { describe, expect, test } from "vitest";
import { World } from "../../engine/simulator/events/world.ts";
import { Arrivals } from "../../engine/simulator/random/arrivals.ts";
import { Stream } from "../../engine/simulator/random/stream.ts";
import type { Plan, PlannedLaw } from "../../engine/simulator/scenario/plan.ts";
import { meanOf } from "../../engine/simulator/statistics/student.ts";
import { binomialError, expectEstimate, expectNear, simulateQueue } from "./near.ts";
import { exponential, fleetOf, planOf, producerOf, queueOf } from "./plans.ts";

const RUNS = 10;
const NEVER = Number.POSITIVE_INFINITY;
const AT_ONCE: PlannedLaw = { kind: "deterministic", seconds: 0 };

test("row 10: ten FIFO groups of equal load, each a queue of its own", async () => {
  const plan = planOf(10, {
    queues: [
      queueOf({
        name: "work.fifo",
        isFifo: true,
        attributes: {
          visibilityTimeout: 43_200,
          messageRetentionPeriod: 1_209_600,
          fifoQueue: true,
        },
      }),
    ],
    producers: [producerOf(8, { groups: { kind: "uniform", count: 10 } })],
    fleets: [fleetOf(10, exponential(1))],
  });
  expectEstimate((await simulateQueue(plan)).sojournSeconds, 5, RUNS);
});

/** How long a run's first queue had each number of messages, in milliseconds. */
async function timesByNumber(plan: Plan, run: number, numberOf: Counted): Promise<Float64Array> {
  const world = await World.open(plan, run);
  const times = new Float64Array(1_000);
  const traffic = world.queues[0]?.traffic;
  if (traffic === undefined) throw new Error("a plan has a queue");
  let number = 0;
  let lastMs = world.nowMs;
  while (world.step(1)) {
    times[number] = (times[number] as number) + world.nowMs - lastMs;
    lastMs = world.nowMs;
    number = numberOf(traffic);
  }
  await world.close();
  return times;
}

type Counted = (traffic: World["queues"][number]["traffic"]) => number;

/** How long each run had each number, and of that the mean and error over the runs of a share. */
async function sharesOf(plan: Plan, numberOf: Counted) {
  const runs: Float64Array[] = [];
  for (let run = 0; run < plan.replications; run++) {
    runs.push(await timesByNumber(plan, run, numberOf));
  }
  return (share: (times: Float64Array) => number) => meanOf(runs.map(share));
}

function sumOf(times: Float64Array, from: number, to: number): number {
  return times.subarray(from, to).reduce((sum, time) => sum + time, 0);
}

describe("row 13: M/M/1/K, ten at the most", () => {
  // SQS refuses nobody. But M/M/1 is reversible: cut to ten, its states keep their shares, so M/M/1/10 is
  // M/M/1 as long as there are at most ten. And at a load of 1.2 its free places are what messages are
  // at a load of 1 / 1.2: blocked is when none is free.
  const all: Counted = ({ visible, inFlight }) => visible + inFlight;

  test("load 0.8", async () => {
    const plan = planOf(13, { producers: [producerOf(0.8)], fleets: [fleetOf(1, exponential(1))] });
    const shareOf = await sharesOf(plan, all);
    const blocked = shareOf((times) => (times[10] as number) / sumOf(times, 0, 11));
    expectNear(blocked.mean, 0.023493, blocked.standardError);
    const present = shareOf((times) => {
      const weighed = times.subarray(0, 11).reduce((sum, time, number) => sum + time * number, 0);
      return weighed / sumOf(times, 0, 11);
    });
    expectNear(present.mean, 2.966314, present.standardError);
  });

  test("load 1.2", async () => {
    const plan = planOf(13, {
      producers: [producerOf(1)],
      fleets: [fleetOf(1, exponential(1 / 1.2))],
    });
    const shareOf = await sharesOf(plan, all);
    const blocked = shareOf((times) => (times[0] as number) / sumOf(times, 0, 11));
    expectNear(blocked.mean, 0.192586, blocked.standardError);
  });
});

test("row 22: long polls of 20 s, and one message in 20 s", async () => {
  const plan = planOf(22, {
    replications: 4,
    horizon: { messages: 20_000, seconds: NEVER },
    warmup: { messages: 0, seconds: 0 },
    producers: [producerOf(0.05)],
    fleets: [fleetOf(1, AT_ONCE)],
  });
  const { api, sent } = await simulateQueue(plan);
  const polls = api.calls.ReceiveMessage;
  // Each poll is a trial: empty, or it brings a message and ends.
  expectNear(api.emptyShare, 0.367879, binomialError(0.367879, polls));
  expectNear(polls / sent, 1.581977, (binomialError(0.632121, polls) * 1.581977) / 0.632121);
});

test("row 24: a delay queue holds a Poisson number", async () => {
  const attributes = { messageRetentionPeriod: 1_209_600, delaySeconds: 1 };
  const plan = planOf(24, {
    queues: [queueOf({ attributes })],
    producers: [producerOf(5)],
    fleets: [fleetOf(20, AT_ONCE)],
  });
  const queue = await simulateQueue(plan);
  // Delays end on whole milliseconds, half of one late in the mean.
  const known = queue.delayed.mean === null ? null : queue.delayed.mean / 1.0005;
  expectEstimate({ ...queue.delayed, mean: known }, 5, RUNS);
  const delayed: Counted = (traffic) => traffic.delayed;
  const whole = (times: Float64Array): number => sumOf(times, 0, times.length);
  const shareOf = await sharesOf(plan, delayed);
  const none = shareOf((times) => (times[0] as number) / whole(times));
  expectNear(none.mean, 0.006738, none.standardError);
  const ten = shareOf((times) => sumOf(times, 10, times.length) / whole(times));
  expectNear(ten.mean, 0.031828, ten.standardError);
});

test("row 26: more than the consumers can for ten minutes, exactly", async () => {
  const rate = {
    kind: "pieces",
    periodSeconds: NEVER,
    pieces: [
      { fromSeconds: 0, perSecond: 1_000, endPerSecond: 1_000 },
      { fromSeconds: 600, perSecond: 300, endPerSecond: 300 },
    ],
  } as const;
  const arrivals = { kind: "profile", isEven: true, rate } as const;
  const plan = planOf(26, {
    replications: 1,
    horizon: { messages: NEVER, seconds: 900 },
    warmup: { messages: 0, seconds: 0 },
    producers: [producerOf(1, { arrivals })],
    fleets: [fleetOf(1, { kind: "deterministic", seconds: 1 / 800 })],
  });
  const { depth, ageOfOldestSeconds, drainedAtSeconds } = await simulateQueue(plan);
  // With grains, one after another: when each message comes, is begun and is done.
  const grains = grainsOf(new Arrivals(arrivals, Stream.of(26, 0, 0)), 1_000 / 800, 900_000);
  expect(depth.max).toBe(grains.most);
  expect(depth.maxAtSeconds).toBeCloseTo(grains.mostAtMs / 1_000, 9);
  expect(ageOfOldestSeconds.max).toBeCloseTo(grains.oldestMs / 1_000, 9);
  expect(ageOfOldestSeconds.maxAtSeconds).toBeCloseTo(grains.oldestAtMs / 1_000, 9);
  expect(drainedAtSeconds.mean).toBeCloseTo(grains.drainedAtMs / 1_000, 9);
  // The fluid has none: it is off by a message, by the time of one's handling, or of the next one's coming.
  expect(Math.abs(grains.most - 120_000)).toBeLessThanOrEqual(1);
  // In each 5 ms five come and four begin.
  expect(Math.abs(grains.mostAtMs - 600_000)).toBeLessThan(5);
  expect(Math.abs(grains.oldestMs - 150_000)).toBeLessThanOrEqual(1_000 / 300);
  expect(Math.abs(grains.oldestAtMs - 750_000)).toBeLessThanOrEqual(1_000 / 300 + 1_000 / 800);
  // A message more takes as long as one is handled while others come.
  expect(Math.abs(grains.drainedAtMs - 840_000)).toBeLessThanOrEqual(2 * (1_000 / 500));
});

/** What one consumer sees that takes so long for each message: a recursion over the messages, no events. */
function grainsOf(arrivals: Arrivals, eachMs: number, untilMs: number) {
  const came: number[] = [];
  const begun: number[] = [];
  for (let at = arrivals.next(); at < untilMs; at = arrivals.next()) {
    begun.push(Math.max(at, (begun.at(-1) ?? -eachMs) + eachMs));
    came.push(at);
  }
  let [most, mostAtMs, oldestMs, oldestAtMs, waitFrom] = [0, 0, 0, 0, 0];
  for (const [index, at] of came.entries()) {
    // Those begun by now wait no more, the one that begins as it comes among them.
    while (waitFrom <= index && (begun[waitFrom] as number) <= at) waitFrom++;
    const waiting = index + 1 - waitFrom;
    if (waiting > most) [most, mostAtMs] = [waiting, at];
    const doneMs = (begun[index] as number) + eachMs;
    if (doneMs - at > oldestMs) [oldestMs, oldestAtMs] = [doneMs - at, doneMs];
  }
  // Nothing waits when one begins before the next has come.
  const last = begun.findIndex((at, index) => at > mostAtMs && at < (came[index + 1] ?? untilMs));
  return { most, mostAtMs, oldestMs, oldestAtMs, drainedAtMs: begun[last] as number };
}

test("row 27: a rate like a sine, everybody is served", async () => {
  const rate = {
    kind: "sine",
    meanPerSecond: 10,
    amplitude: 0.5,
    periodSeconds: 600,
    peakAtSeconds: 150,
  } as const;
  const runs = 24;
  const plan = planOf(27, {
    replications: runs,
    horizon: { messages: NEVER, seconds: 1_200 },
    warmup: { messages: 0, seconds: 0 },
    producers: [producerOf(1, { arrivals: { kind: "profile", isEven: false, rate } })],
    // Receives that wait for ever: polls that bring nothing would be most of what happens.
    fleets: [fleetOf(1_100, exponential(60), { waitTimeSeconds: 0 })],
  });
  const { series } = await simulateQueue(plan);
  // The number is Poisson at any moment; in the second period the beginning is forgotten.
  const meanAt = (seconds: number): number =>
    600 *
    (1 + (0.5 / Math.sqrt(1 + 0.394784176)) * Math.sin((2 * Math.PI * seconds) / 600 - 0.560982));
  const at = (seconds: number): number => {
    const period = Math.floor(seconds / series.periodSeconds);
    return series.ApproximateNumberOfMessagesNotVisible[period] as number;
  };
  for (const [seconds, exact] of [
    [803.569846, 854.019905],
    [1_103.569846, 345.980095],
    [653.569846, 600],
  ] as const) {
    expect(meanAt(seconds)).toBeCloseTo(exact, 1);
    // A period's mean is that of its middle, but for a curve that a few seconds do not see.
    const middle = (Math.floor(seconds / series.periodSeconds) + 0.5) * series.periodSeconds;
    expectNear(at(seconds), meanAt(middle), Math.sqrt(exact / runs));
  }
});

describe("row 28: calm and rush, MMPP-2", () => {
  const arrivals = {
    kind: "mmpp2",
    perSecond: [10, 1],
    meanStaySeconds: [10, 20],
  } as const;

  test("how many come in 100 s: mean and spread", () => {
    const windows = 4_000;
    const process = new Arrivals(arrivals, Stream.of(28, 0, 0));
    const counts = new Float64Array(windows);
    for (let at = process.next(); at < windows * 100_000; at = process.next()) {
      const window = Math.floor(at / 100_000);
      counts[window] = (counts[window] as number) + 1;
    }
    const { mean, standardError } = meanOf([...counts]);
    // Windows hang together: of 100 s each, states of 10 and 20 s; the error is that of their pairs.
    expectNear(mean, 400, standardError * Math.sqrt(61 / 57));
    const squares = [...counts].map((count) => (count - 400) * (count - 400));
    const variance = meanOf(squares);
    expectNear(variance.mean / 400, 57.000001, (variance.standardError * 1.1) / 400);
  });

  test("in a run: the mean rate", async () => {
    const plan = planOf(28, {
      horizon: { messages: NEVER, seconds: 5_000 },
      warmup: { messages: 0, seconds: 0 },
      producers: [producerOf(1, { arrivals })],
      fleets: [fleetOf(1, AT_ONCE)],
    });
    const { sent } = await simulateQueue(plan);
    // Its index of dispersion is 61 in the long run, and it begins in the rush.
    const began = (10 - 4) / (0.1 + 0.05);
    expectNear(sent / RUNS, 20_000 + began, Math.sqrt((61 * 20_000) / RUNS));
  });
});
