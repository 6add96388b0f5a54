/** Which load a scenario puts on its consumers, before it runs. */
import { describe, expect, test } from "vitest";
import { instabilities } from "../../engine/simulator/instabilities.ts";
import { loadsOf } from "../../engine/simulator/load.ts";
import type { Fleet } from "../../engine/simulator/scenario/fleet.ts";
import type { Producer } from "../../engine/simulator/scenario/producer.ts";
import { readScenario } from "../../engine/simulator/scenario/read.ts";
import type { Scenario } from "../../engine/simulator/scenario/types.ts";

const dead = { deadLetterTargetArn: "dead", maxReceiveCount: 3 };

function scenario(
  perSecond: number,
  fleet: Partial<Fleet>,
  more: Partial<Scenario> & { producer?: Partial<Producer> } = {},
): Scenario {
  const { producer, ...others } = more;
  return {
    horizon: { messages: 1_000 },
    queues: { work: {}, dead: {} },
    producers: { web: { queue: "work", arrivals: { poisson: { perSecond } }, ...producer } },
    consumers: {
      workers: { queue: "work", count: 4, service: { exponential: { meanSeconds: 1 } }, ...fleet },
    },
    ...others,
  };
}

async function loadOf(of: Scenario): Promise<number | undefined> {
  return loadsOf(await readScenario(of)).find(({ queue }) => queue === "work")?.load;
}

const fifo = { "work.fifo": { FifoQueue: true } };
const harmonic10 = 2.928968253968254;

describe("the load", () => {
  test.each<[string, Scenario, number]>([
    ["is what comes by what can be finished", scenario(3.6, {}), 0.9],
    ["knows processes that have several receives in work", scenario(3.6, { concurrency: 2 }), 0.45],
    ["is no less with batches that are handled one by one", scenario(3.6, { batch: 10 }), 0.9],
    ["knows whole batches", scenario(36, { batch: 10, handler: "batch" }), 0.9],
    [
      "knows that the last of a parallel batch takes longest",
      scenario(4, { batch: 10, handler: "parallel" }),
      harmonic10 / 10,
    ],
    ["knows round trips", scenario(2, { roundTripMs: 500 }), 1],
    [
      "knows that a batch shares them",
      scenario(2, { batch: 10, roundTripMs: 500, deleteBatch: true }),
      0.55,
    ],
    [
      "knows that prefetched messages are there",
      scenario(2, { roundTripMs: 500, prefetch: 1 }),
      0.75,
    ],
    [
      "grows with failures: (1-p^m)/(1-p)",
      scenario(
        2,
        { failure: { probability: 0.5 } },
        { queues: { work: { RedrivePolicy: dead }, dead: {} } },
      ),
      0.5 * 1.75,
    ],
    [
      "grows with failures without a dead-letter queue: 1/(1-p)",
      scenario(2, { failure: { probability: 0.5 } }),
      1,
    ],
    [
      "knows that poison is tried as often as it may be",
      scenario(
        2,
        { failure: { poisonShare: 0.5 } },
        { queues: { work: { RedrivePolicy: dead }, dead: {} } },
      ),
      0.5 * 2,
    ],
    [
      "knows that one failure brings a whole batch back",
      scenario(20, { batch: 2, handler: "batch", failure: { probability: 0.5 } }),
      20 / 8 / 0.25,
    ],
    [
      "knows that copies are messages",
      scenario(2, {}, { producer: { duplicates: { probability: 0.5 } } }),
      0.75,
    ],
    [
      "is that of the long run where the rate changes",
      scenario(
        1,
        {},
        {
          producer: { arrivals: { step: { perSecond: 100, thenPerSecond: 2, atSeconds: 60 } } },
        },
      ),
      0.5,
    ],
    [
      "is the mean over a week",
      scenario(1, {}, { producer: { arrivals: { weekly: { perSecond: [0, 0, 0, 0, 0, 7, 7] } } } }),
      0.5,
    ],
    [
      "is the mean of two states",
      scenario(
        1,
        {},
        {
          producer: { arrivals: { mmpp2: { perSecond: [10, 1], meanStaySeconds: [10, 20] } } },
        },
      ),
      1,
    ],
  ])("%s", async (_, of, expected) => {
    expect(await loadOf(of)).toBeCloseTo(expected, 12);
  });

  test("of a FIFO queue is bounded by its largest message group", async () => {
    const plan = await readScenario({
      ...scenario(8, { queue: "work.fifo", count: 100 }),
      queues: fifo,
      producers: {
        web: {
          queue: "work.fifo",
          arrivals: { poisson: { perSecond: 8 } },
          groups: { hot: { count: 100, share: 0.25 } },
        },
      },
    });
    expect(loadsOf(plan)[0]).toMatchObject({ bound: "largest message group", load: 2 });
    expect(instabilities(plan)).toEqual([
      "work.fifo: the queue grows by 4 messages a second: 8 come, and its largest message group lets pass 4 at most (load 2).",
    ]);
  });

  test("of a dead-letter queue that is consumed is what becomes dead letters", async () => {
    const of = scenario(2, { failure: { probability: 0.5 } });
    const plan = await readScenario({
      ...of,
      queues: { work: { RedrivePolicy: dead }, dead: {} },
      consumers: {
        ...of.consumers,
        clerks: { queue: "dead", count: 1, service: { deterministic: { seconds: 2 } } },
      },
    });
    expect(loadsOf(plan)[1]).toMatchObject({ queue: "dead", arrivesPerSecond: 0.25, load: 0.5 });
  });
});

describe("a scenario that can't be stable", () => {
  test("says by how many messages its queue grows", async () => {
    expect(instabilities(await readScenario(scenario(100, { count: 88 })))).toEqual([
      "work: the queue grows by 12 messages a second: 100 come, and its consumers finish 88 at most (load 1.14).",
    ]);
  });

  test("says so of a queue that nobody takes from", async () => {
    expect(instabilities(await readScenario({ ...scenario(3, {}), consumers: {} }))).toEqual([
      "work: the queue grows by 3 messages a second: 3 come, and it has no consumers.",
    ]);
  });

  test("is none at load 1 or below, and none of clients that wait", async () => {
    expect(instabilities(await readScenario(scenario(4, {})))).toEqual([]);
    const loop = { arrivals: { closedLoop: { clients: 1_000 } } };
    expect(instabilities(await readScenario(scenario(4, {}, { producer: loop })))).toEqual([]);
  });
});
