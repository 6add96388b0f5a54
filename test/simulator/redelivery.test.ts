/**
 * What visibility timeouts, failures and dead-letter queues make of a message's life: rows 14 to 21 and
 * 25. There are more consumers than messages, so that nobody waits, unless a row says otherwise; then
 * each message is a trial of its own, and standard errors are those of independent trials. Where a
 * message that came back is to be counted once, its queue lets it be received once: the second time it
 * goes to the dead-letter queue. The engine's timers fire on whole milliseconds, up to one late: of a
 * timeout of 30 s that is a thirty-thousandth. The seed is the row's number.
 */
import { describe, expect, test } from "vitest";
import { RECEIVED, SENT } from "../../engine/simulator/events/tally.ts";
import { World } from "../../engine/simulator/events/world.ts";
import type { QueueResult } from "../../engine/simulator/result.ts";
import type { Plan, PlannedLaw } from "../../engine/simulator/scenario/plan.ts";
import { meanOf } from "../../engine/simulator/statistics/student.ts";
import { binomialError, expectEstimate, expectNear, simulateQueue } from "./near.ts";
import { exponential, fleetOf, planOf, producerOf, queueOf } from "./plans.ts";
import { casesOf } from "./rows.ts";

const RUNS = 4;
/** Messages that are sent, of most rows. */
const PER_SECOND = 2;
/** Receives of the many consumers wait for ever: polls that bring nothing would be most of what happens. */
const PATIENT = { waitTimeSeconds: 0 };
const RETENTION = { messageRetentionPeriod: 1_209_600 };
const AT_ONCE: PlannedLaw = { kind: "deterministic", seconds: 0 };

/** Two queues, of which the second has the dead letters of the first. */
function letters(maxReceiveCount: number): Pick<Plan, "queues"> {
  const deadLetters = { queue: 1, maxReceiveCount };
  return { queues: [queueOf({ deadLetters }), queueOf({ name: "dead" })] };
}

interface Timed {
  readonly row: number;
  readonly service: PlannedLaw;
  /** The visibility timeout, in seconds. */
  readonly timeout: number;
}

/** Messages whose handling outlasts the timeout go to the dead-letter queue. */
function timedPlan({ row, service, timeout }: Timed): Plan {
  return planOf(row, {
    ...letters(1),
    replications: RUNS,
    horizon: { messages: 20_000, seconds: Number.POSITIVE_INFINITY },
    warmup: { messages: 0, seconds: 0 },
    producers: [producerOf(PER_SECOND)],
    fleets: [fleetOf(400, service, { ...PATIENT, visibilityTimeoutSeconds: timeout })],
  });
}

/** Of those that are over; a handful of the last are not. */
function deadShare({ deadLettered, sent, left }: QueueResult): { share: number; count: number } {
  const count = sent - left;
  return { share: deadLettered / count, count };
}

const EXPIRIES: readonly [name: string, row: number, law: PlannedLaw, share: number][] = [
  ["exponential, mean 10 s", 15, exponential(10), 0.049787],
  ["lognormal", 16, { kind: "lognormal", meanSeconds: 10, cv: 1 }, 0.041296],
  ["exponential, mean 5 s", 15, exponential(5), 0.002479],
  ["exponential, mean 30 s", 15, exponential(30), 0.367879],
  ["lognormal, half as wide", 16, { kind: "lognormal", meanSeconds: 10, cv: 0.5 }, 0.005205],
  ["lognormal, twice as wide", 16, { kind: "lognormal", meanSeconds: 10, cv: 2 }, 0.066769],
  ["Erlang of 2 stages", 16, { kind: "erlang", shape: 2, meanSeconds: 10 }, 0.017351],
  ["Erlang of 4 stages", 16, { kind: "erlang", shape: 4, meanSeconds: 10 }, 0.002292],
];

describe("row 15 and row 16: handling outlasts a timeout of 30 s", () => {
  test.each(casesOf(EXPIRIES, 2))("%s (row %i)", async (_, row, service, exact) => {
    const { share, count } = deadShare(
      await simulateQueue(timedPlan({ row, service, timeout: 30 })),
    );
    expectNear(share, exact, binomialError(exact, count));
  });
});

/**
 * Receives that the messages of a run miss because it ends when its last one is sent. Of a message that is
 * not done with before, the k-th receive after its first follows `k * everySeconds` after it was sent, with
 * probability `share(k)`. Younger than that are the last message and, in the mean, those of a Poisson
 * process in that time: each of them misses it.
 */
function missedReceives(everySeconds: number, share: (k: number) => number): number {
  let missed = 0;
  for (let k = 1; k < 200; k++) missed += share(k) * (1 + PER_SECOND * k * everySeconds);
  return missed;
}

/** Receives a message, with those that the ends of the runs cut off. */
function expectReceives(
  { received, sent }: QueueResult,
  { mean, variance, missed }: Readonly<Record<"mean" | "variance" | "missed", number>>,
): void {
  expectNear((received + RUNS * missed) / sent, mean, Math.sqrt(variance / sent));
}

describe("row 17: receives of a message, mean handling 10 s", () => {
  /** Of a number of receives whose k-th follows with `next(k)`: mean and variance. */
  function momentsOf(next: (k: number) => number): { mean: number; variance: number } {
    let mean = 0;
    let square = 0;
    let reached = 1;
    for (let k = 1; k < 200; k++) {
      mean += reached;
      square += reached * (2 * k - 1);
      reached *= next(k);
    }
    return { mean, variance: square - mean * mean };
  }

  function plan(isFifo: boolean, timeout: number): Plan {
    const name = isFifo ? "work.fifo" : "work";
    const attributes = isFifo ? { ...RETENTION, fifoQueue: true as const } : RETENTION;
    return planOf(17, {
      queues: [queueOf({ name, isFifo, attributes })],
      replications: RUNS,
      horizon: { messages: 15_000, seconds: Number.POSITIVE_INFINITY },
      warmup: { messages: 0, seconds: 0 },
      producers: [producerOf(PER_SECOND, { groups: { kind: "own" } })],
      fleets: [fleetOf(400, exponential(10), { ...PATIENT, visibilityTimeoutSeconds: timeout })],
    });
  }

  const whole = [
    { timeout: 10, exact: 1.581977 },
    { timeout: 30, exact: 1.052396 },
  ];
  test.each(casesOf(whole, 1))(
    "FIFO: a stale receipt deletes nothing, timeout $timeout s",
    async ({ timeout, exact }) => {
      const queue = await simulateQueue(plan(true, timeout));
      const share = Math.exp(-timeout / 10);
      const { mean, variance } = momentsOf(() => share);
      expect(mean).toBeCloseTo(exact, 5);
      const missed = missedReceives(timeout, (k) => Math.exp((-timeout * k) / 10));
      expectReceives(queue, { mean, variance, missed });
    },
  );

  const stale = [
    { timeout: 10, exact: 1.420191 },
    { timeout: 30, exact: 1.04991 },
  ];
  test.each(casesOf(stale, 1))(
    "Standard: a stale receipt deletes, timeout $timeout s",
    async ({ timeout, exact }) => {
      const queue = await simulateQueue(plan(false, timeout));
      // Each of those that handle it outlasts one more timeout with the same share: no memory.
      const share = Math.exp(-timeout / 10);
      const { mean, variance } = momentsOf((k) => {
        let all = 1;
        for (let index = 0; index < k; index++) all *= share;
        return all;
      });
      expect(mean).toBeCloseTo(exact, 5);
      // The k-th needs k timeouts to end before anyone did, of one, two, ... and k handlings.
      const missed = missedReceives(timeout, (k) => Math.exp((-timeout * k * (k + 1)) / 20));
      expectReceives(queue, { mean, variance, missed });
    },
  );
});

describe("row 18: receives of ten, handled one after another, timeout 30 s", () => {
  test.each([
    { seconds: 3, exact: 0.12511 },
    { seconds: 2, exact: 0.013684 },
  ])("mean handling $seconds s", async ({ seconds, exact }) => {
    const tens = { kind: "renewal", gap: exponential(10), size: 10 } as const;
    const batches = 4_000;
    const plan = planOf(18, {
      ...letters(1),
      replications: RUNS,
      horizon: { messages: (batches / RUNS) * 10, seconds: Number.POSITIVE_INFINITY },
      warmup: { messages: 0, seconds: 0 },
      producers: [producerOf(1, { arrivals: tens })],
      fleets: [
        fleetOf(60, exponential(seconds), { ...PATIENT, batch: 10, visibilityTimeoutSeconds: 30 }),
      ],
    });
    const { share, count } = deadShare(await simulateQueue(plan));
    // Of ten those expire that a Poisson process of 30 s has not reached.
    const { mean, variance } = unreached(30 / seconds);
    expect(mean / 10).toBeCloseTo(exact, 4);
    expectNear(share, exact, Math.sqrt(variance / 100 / (count / 10)));
  });

  function unreached(expected: number): { mean: number; variance: number } {
    let probability = Math.exp(-expected);
    let mean = 0;
    let square = 0;
    for (let reached = 0; reached < 10; reached++) {
      mean += probability * (10 - reached);
      square += probability * (10 - reached) * (10 - reached);
      probability *= expected / (reached + 1);
    }
    return { mean, variance: square - mean * mean };
  }
});

test("a wheel that is a second late fails rows 15 to 18", async () => {
  // What such a wheel does to a timeout of 30 s.
  const late = 31;
  const one = deadShare(
    await simulateQueue(timedPlan({ row: 15, service: exponential(10), timeout: late })),
  );
  const two = deadShare(
    await simulateQueue(
      timedPlan({ row: 16, service: { kind: "lognormal", meanSeconds: 10, cv: 1 }, timeout: late }),
    ),
  );
  for (const [{ share, count }, exact] of [
    [one, 0.049787],
    [two, 0.041296],
  ] as const) {
    const check = (): void => expectNear(share, exact, binomialError(exact, count));
    expect(check).toThrow(/standard error/);
  }
});

/** Messages fail with `p` and come back after a pause; `m` receives are the most. */
function failingPlan(
  row: number,
  p: number,
  m: number,
  change: Parameters<typeof fleetOf>[2],
): Plan {
  const failure = { probability: p, poisonShare: 0, outages: [], isCrash: false };
  return planOf(row, {
    ...letters(m),
    replications: RUNS,
    horizon: { messages: 20_000, seconds: Number.POSITIVE_INFINITY },
    warmup: { messages: 0, seconds: 0 },
    producers: [producerOf(PER_SECOND)],
    fleets: [
      fleetOf(100, AT_ONCE, { ...PATIENT, failure, visibilityTimeoutSeconds: 30, ...change }),
    ],
  });
}

describe("row 19: dead letters of failures", () => {
  const failures = [
    { p: 0.5, m: 3, dead: 0.125, receives: 1.75 },
    { p: 0.1, m: 3, dead: 0.001, receives: 1.11 },
    { p: 0.2, m: 5, dead: 0.00032, receives: 1.2496 },
    { p: 0.3, m: 5, dead: 0.00243, receives: 1.4251 },
  ];
  test.each(casesOf(failures, 1))(
    "$p fail, $m receives at the most",
    async ({ p, m, dead, receives }) => {
      const backoff = { baseSeconds: 1, factor: 1, maxSeconds: 1, jitter: "none" } as const;
      const queue = await simulateQueue(failingPlan(19, p, m, { backoff }));
      const { share, count } = deadShare(queue);
      expectNear(share, dead, binomialError(dead, count));
      // Receives are geometric, cut at m.
      let square = 0;
      let reached = 1;
      for (let k = 1; k <= m; k++) {
        square += reached * (2 * k - 1);
        reached *= p;
      }
      const missed = missedReceives(backoff.baseSeconds, (k) => (k < m ? p ** k : 0));
      expectReceives(queue, { mean: receives, variance: square - receives * receives, missed });
    },
  );
});

/** Of the failures before a success, one of m receives at the most: what `each` of them costs. */
function costOfFailures(p: number, m: number, each: (k: number) => number) {
  let total = 0;
  let mean = 0;
  let square = 0;
  let probability = 1 - p;
  for (let k = 0; k < m; k++) {
    total += probability;
    mean += probability * each(k);
    square += probability * each(k) * each(k);
    probability *= p;
  }
  mean /= total;
  return { mean, variance: square / total - mean * mean };
}

describe("row 20 and row 21: how much later a message is done that failed before", () => {
  const crashes = [
    { p: 0.1, exact: 3.243243 },
    { p: 0.5, exact: 17.142857 },
  ];
  test.each(casesOf(crashes, 1))(
    "row 20: the process died, and the timeout of 30 s ran, $p",
    async ({ p, exact }) => {
      const failure = { probability: p, poisonShare: 0, outages: [], isCrash: true };
      const queue = await simulateQueue(failingPlan(20, p, 3, { failure }));
      const { mean, variance } = costOfFailures(p, 3, (k) => 30 * k);
      expect(mean).toBeCloseTo(exact, 5);
      const { sojournSeconds } = queue;
      expectNear(sojournSeconds.mean, exact, Math.sqrt(variance / sojournSeconds.count));
      expect(queue.deadLettered).toBeGreaterThan(0);
    },
  );

  test("row 21: a pause that doubles", async () => {
    const backoff = { baseSeconds: 2, factor: 2, maxSeconds: 900, jitter: "none" } as const;
    const queue = await simulateQueue(failingPlan(21, 0.3, 5, { backoff }));
    const pauses = [0, 2, 6, 14, 30];
    const { mean, variance } = costOfFailures(0.3, 5, (k) => pauses[k] as number);
    expect(mean).toBeCloseTo(1.235703, 5);
    const { sojournSeconds } = queue;
    expectNear(sojournSeconds.mean, 1.235703, Math.sqrt(variance / sojournSeconds.count));
  });
});

describe("row 14: messages that are not begun in time are lost, M/M/1", () => {
  // SQS keeps messages for 60 s at least: the same queue, twelve times as slow.
  const loads = [
    { perSecond: 0.8 / 12, exact: 0.076987 },
    { perSecond: 1.2 / 12, exact: 0.223855 },
  ];
  test.each(casesOf(loads, 1))("$perSecond a second", async ({ perSecond, exact }) => {
    const plan = planOf(14, {
      queues: [queueOf({ attributes: { messageRetentionPeriod: 60 } })],
      producers: [producerOf(perSecond)],
      fleets: [fleetOf(1, exponential(12))],
    });
    // Retention ends those in flight, too, which the formula does not: so those count that were
    // never received.
    // A loss hangs together with the next one: the error is the spread of the runs.
    const shares: number[] = [];
    for (let run = 0; run < plan.replications; run++) shares.push(await lostShare(plan, run));
    const { mean, standardError } = meanOf(shares);
    expectNear(mean, exact, standardError);
  });
});

/** Of what a run sent, the share that nobody ever received. */
async function lostShare(plan: Plan, run: number): Promise<number> {
  const world = await World.open(plan, run);
  while (world.step(100_000));
  const [queue] = (await world.close()).queues;
  if (queue === undefined) throw new Error("a plan has a queue");
  const [sent, received] = [queue.counts[SENT] as number, queue.counts[RECEIVED] as number];
  return (sent - received - queue.left) / sent;
}

test("a client of a closed loop goes on when its message was not deleted but moved on", async () => {
  const clients = 5;
  const loop = { kind: "closedLoop", clients, think: exponential(1) } as const;
  const plan = planOf(1, {
    ...letters(1),
    replications: 1,
    horizon: { messages: 1_000, seconds: 10_000 },
    warmup: { messages: 0, seconds: 0 },
    producers: [producerOf(1, { arrivals: loop })],
    fleets: [
      fleetOf(clients, exponential(1), {
        visibilityTimeoutSeconds: 5,
        failure: { probability: 1, poisonShare: 0, outages: [], isCrash: false },
      }),
    ],
  });
  const queue = await simulateQueue(plan);
  expect(queue.sent).toBe(1_000);
  expect(queue.deleted).toBe(0);
  expect(queue.deadLettered).toBe(1_000 - queue.left);
  expect(queue.left).toBeLessThanOrEqual(clients);
});

test("row 25: in flight, by Little", async () => {
  const plan = planOf(25, {
    ...letters(1),
    replications: 5,
    horizon: { messages: 40_000, seconds: Number.POSITIVE_INFINITY },
    warmup: { messages: 10_000, seconds: 0 },
    producers: [producerOf(100)],
    fleets: [fleetOf(1_500, exponential(10), { ...PATIENT, visibilityTimeoutSeconds: 30 })],
  });
  expectEstimate((await simulateQueue(plan)).inFlight, 950.212932, 5);
});
