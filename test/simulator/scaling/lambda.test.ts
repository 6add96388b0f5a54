/**
 * Lambda's event source mapping: its ramp by the minute, its limits, what throttled invokes use up, batching
 * windows, and functions that take too long.
 */
import { describe, expect, test } from "vitest";
import { Bounds } from "../../../engine/simulator/scaling/bounds.ts";
import { Lambda } from "../../../engine/simulator/scaling/lambda.ts";
import { lambdaLimits } from "../../../engine/simulator/scaling/lambdaLimits.ts";
import type { Fleet } from "../../../engine/simulator/scenario/fleet.ts";
import type { Lambda as LambdaFields } from "../../../engine/simulator/scenario/lambda.ts";
import { lambdaSize, planLambda } from "../../../engine/simulator/scenario/planLambda.ts";
import type { Scenario } from "../../../engine/simulator/scenario/types.ts";
import { simulate } from "../../../engine/simulator/simulate.ts";
import { first, mistakesOf, service } from "../scenario/mistaken.ts";

const always = (seconds: number) => ({ deterministic: { seconds } });

/** Invokes, or pollers, minute by minute: of messages that wait, and of places that are found. */
function ramp(
  fields: LambdaFields,
  minutes: readonly [value: number, throttled: number][],
): number[] {
  const { first: from, min, max } = lambdaSize(fields);
  const autoscaler = new Lambda(planLambda(fields));
  const bounds = new Bounds({ min, max, outSeconds: 0, inSeconds: 0 });
  const counts = [from];
  for (const [index, [value, throttled]] of minutes.entries()) {
    const desired = counts.at(-1) as number;
    const standing = { nowSeconds: 60 * (index + 1), desired, pending: 0 };
    const reading = { value, running: desired, busy: value > 0 ? desired : 0, throttled };
    counts.push(bounds.bound(autoscaler.decide(reading, standing), standing));
  }
  return counts;
}

const waiting = Array.from({ length: 6 }, (): [number, number] => [1_000_000, 0]);

describe("the ramp", () => {
  test.each<[string, LambdaFields, number[]]>([
    [
      "five at first, 300 more a minute, 1,250 at the most",
      {},
      [5, 305, 605, 905, 1_205, 1_250, 1_250],
    ],
    ["a maximum concurrency", { maximumConcurrency: 400 }, [5, 305, 400, 400, 400, 400, 400]],
    ["two at the most", { maximumConcurrency: 2 }, [2, 2, 2, 2, 2, 2, 2]],
    [
      "provisioned pollers, 100 of ten invokes each a minute",
      { provisioned: { minimumPollers: 10, maximumPollers: 250 } },
      [10, 110, 210, 250, 250, 250, 250],
    ],
  ])("%s", (_, fields, expected) => {
    expect(ramp(fields, waiting)).toEqual(expected);
  });

  test("does not rise in a minute of throttled invokes, and falls to what is at work, or two", () => {
    expect(
      ramp({}, [
        [9, 0],
        [9, 3],
        [9, 0],
        [0, 0],
      ]),
    ).toEqual([5, 305, 305, 605, 2]);
    expect(
      ramp({ maximumConcurrency: 50 }, [
        [9, 0],
        [0, 0],
      ]),
    ).toEqual([5, 50, 5]);
  });

  test("its numbers have their pages and dates", () => {
    for (const { value, page, date } of Object.values(lambdaLimits)) {
      expect(value).toBeGreaterThan(0);
      expect(page).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
      expect(date).toMatch(/^2026-/);
    }
  });
});

function scenario(lambda: LambdaFields, messages: number, more: Partial<Fleet> = {}): Scenario {
  return {
    horizon: { seconds: 400 },
    initial: { messages },
    queues: {
      work: {
        VisibilityTimeout: 60,
        RedrivePolicy: { deadLetterTargetArn: "dead", maxReceiveCount: 3 },
      },
      dead: {},
    },
    consumers: { f: { queue: "work", service: always(10), autoscaler: { lambda }, ...more } },
  };
}

async function run(...of: Parameters<typeof scenario>) {
  const { queues, consumers } = await simulate(scenario(...of));
  const [queue, f] = [queues.work, consumers.f];
  if (queue === undefined || f === undefined) throw new Error("There is no such part.");
  return { queue, f };
}

describe("provisioned pollers", () => {
  test("cost from the beginning to the end, whatever they do; others cost nothing", async () => {
    const { consumers, cost } = await simulate(
      scenario({ provisioned: { minimumPollers: 3 } }, 1, { service: always(1) }),
    );
    expect(consumers.f?.pollerHours).toBeCloseTo((3 * 400) / 3_600, 9);
    expect(cost.monthPollerHours).toBeCloseTo(3 * 720, 6);
    expect(cost.pollersUsd).toBeCloseTo(3 * 720 * 0.00925, 4);
    expect(cost.monthUsd).toBeCloseTo(cost.pollersUsd + cost.requestsUsd, 5);
    const { f } = await run({}, 1, { service: always(1) });
    expect(f.pollerHours).toBe(0);
  });
});

describe("on the engine", () => {
  test("the ramp, minute by minute, as long as messages wait", async () => {
    const { f } = await run({ accountConcurrency: 5_000 }, 30_000, { service: always(60) });
    const at = (seconds: number) =>
      f.series.FleetSize[Math.floor(seconds / f.series.periodSeconds)];
    expect([30, 90, 150, 210].map(at)).toEqual([5, 305, 605, 905]);
    expect(f.processes.max).toBe(1_250);
    // An account has a thousand invokes: with 1,205 pollers there are throttled ones, and no more come.
    const usual = await run({}, 30_000, { service: always(60) });
    expect(usual.f.processes.max).toBe(1_205);
  });

  test("a batch is one invoke, and costs while it runs", async () => {
    const { queue, f } = await run({}, 40, { batch: 10 });
    expect([queue.deleted, queue.received, queue.api.calls.DeleteMessageBatch]).toEqual([
      40, 40, 4,
    ]);
    expect(f.serviceSeconds.count).toBe(4);
    expect(f.consumerHours).toBeCloseTo(40 / 3_600, 9);
    expect(f.scaling.throttled).toBe(0);
  });

  test("reserved invokes: others wait, and are given up when their messages' timeout is over", async () => {
    // Five poll and one may run, for fifty seconds: each minute four batches come back.
    const { queue, f } = await run({ reservedConcurrency: 1 }, 5, { service: always(50) });
    expect(f.scaling.throttled).toBeGreaterThan(0);
    expect(queue.redelivered).toBeGreaterThan(0);
    expect(f.series.Utilisation.every((share) => share <= 1)).toBe(true);
  });

  test("throttled invokes use up receives, and end in the dead-letter queue", async () => {
    const { queue, f } = await run({ reservedConcurrency: 1 }, 8, { service: always(59) });
    // Nothing fails.
    expect(f.failed).toBe(0);
    expect(queue.deadLettered).toBeGreaterThan(0);
    expect(f.scaling.throttled).toBeGreaterThanOrEqual(queue.deadLettered);
  });

  test("the account's invokes are shared by all functions that have none of their own", async () => {
    const one = { queue: "work", service: always(10) };
    const of = (lambda: LambdaFields) => ({ ...one, autoscaler: { lambda } });
    const { consumers } = await simulate({
      ...scenario({}, 200),
      consumers: {
        a: of({ accountConcurrency: 6 }),
        b: of({ accountConcurrency: 6 }),
        own: of({ reservedConcurrency: 2 }),
      },
    });
    const busiest = (name: string): number =>
      Math.max(
        ...(consumers[name]?.series.FleetSize ?? []).map(
          (size, at) => size * (consumers[name]?.series.Utilisation[at] ?? 0),
        ),
      );
    // Six less the two that are reserved.
    expect(busiest("own")).toBeLessThanOrEqual(2 + 1e-9);
    expect(busiest("a") + busiest("b")).toBeLessThanOrEqual(2 * 4 + 1e-9);
    expect(
      (consumers.a?.consumerHours ?? 0) + (consumers.b?.consumerHours ?? 0),
    ).toBeLessThanOrEqual((4 * 400) / 3_600);
  });

  test("a batching window waits for a full batch, and no longer", async () => {
    const steady = { web: { queue: "work", arrivals: { deterministic: { perSecond: 1 } } } };
    const windowed = async (maximumBatchingWindow: number) => {
      const plan = scenario({ maximumBatchingWindow, maximumConcurrency: 2 }, 1, { batch: 10 });
      const { initial: _, ...rest } = plan;
      const { queues, consumers } = await simulate({
        ...rest,
        producers: steady,
        consumers: { f: { ...plan.consumers?.f, service: always(0.1) } as Fleet },
      });
      return { queue: queues.work, f: consumers.f };
    };
    const none = await windowed(0);
    expect(none.f?.serviceSeconds.count).toBe(none.queue?.deleted);
    const four = await windowed(4);
    // A message a second for two pollers in turn: those of four seconds, and the one that began it.
    const invokes = four.f?.serviceSeconds.count ?? 0;
    expect((four.queue?.deleted ?? 0) / invokes).toBeGreaterThan(2);
    expect(four.queue?.sojournSeconds.max).toBeCloseTo(4.1, 6);
    const long = await windowed(300);
    // Full before its window is over.
    expect((long.queue?.deleted ?? 0) / (long.f?.serviceSeconds.count ?? 0)).toBe(10);
  });

  test("a function that takes too long fails when its time is over", async () => {
    const { queue, f } = await run({ timeout: 3 }, 2, { batch: 2, partialBatches: true });
    expect(f.serviceSeconds.max).toBe(3);
    expect([f.handled, f.failed, queue.received, queue.deadLettered]).toEqual([0, 6, 6, 2]);
  });

  test("provisioned pollers have ten invokes each", async () => {
    const provisioned = { minimumPollers: 2, maximumPollers: 2 };
    const { queue, f } = await run({ provisioned }, 60);
    // Twenty at a time.
    expect([queue.sojournSeconds.max, f.processes.max]).toEqual([30, 2]);
  });
});

const lambda = (fields: string, more = "") =>
  first(
    `consumers: { f: { queue: work, ${service}, autoscaler: { lambda: { ${fields} } }${more} } }`,
  );

test.each([
  [
    "a count",
    lambda("", ", count: 5"),
    ".count: It does not go with lambda, which sees to that itself;",
  ],
  ["a drain", lambda("", ", scaleIn: drain"), ".scaleIn: It does not go with lambda,"],
  ["a handler of one", lambda("", ", handler: one"), ".handler: A function is given a batch;"],
  [
    "two bounds",
    lambda("maximumConcurrency: 5, provisioned: {}"),
    ".autoscaler.lambda.maximumConcurrency: It does not go with provisioned: maximumPollers bounds it.",
  ],
  [
    "pollers the wrong way round",
    lambda("provisioned: { minimumPollers: 9, maximumPollers: 3 }"),
    ".autoscaler.lambda.provisioned.maximumPollers: It is at least minimumPollers, 9.",
  ],
  [
    "more pollers at least than AWS allows",
    lambda("provisioned: { minimumPollers: 201, maximumPollers: 300 }"),
    ".autoscaler.lambda.provisioned.minimumPollers: It is a whole number from 2 to 200, not 201.",
  ],
  [
    "a maximum concurrency of one",
    lambda("maximumConcurrency: 1"),
    ".autoscaler.lambda.maximumConcurrency: It is a whole number from 2 to 1000, not 1.",
  ],
])("%s", async (_, text, mistake) => {
  const [told, ...others] = await mistakesOf(text);
  expect(told).toContain(`1: consumers.f${mistake}`);
  expect(others).toEqual([]);
});

test("a window of a FIFO queue", async () => {
  const text = lambda("maximumBatchingWindow: 5")
    .replace("work: {}", "work.fifo: { FifoQueue: true }")
    .replaceAll("queue: work,", "queue: work.fifo,");
  expect(await mistakesOf(text)).toEqual([
    "1: consumers.f.autoscaler.lambda.maximumBatchingWindow: Only a Standard queue has a batching window.",
  ]);
});
