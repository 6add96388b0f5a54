/** The load that a plan puts on queues behind others: traffic equations, and which queue grows. */
import { describe, expect, test } from "vitest";
import { loadsOf } from "../../engine/simulator/load.ts";
import type { Fleet } from "../../engine/simulator/scenario/fleet.ts";
import { readScenario } from "../../engine/simulator/scenario/read.ts";
import type { Scenario } from "../../engine/simulator/scenario/types.ts";
import { simulate } from "../../engine/simulator/simulate.ts";
import { chain, exponential, fleet, redrivePolicy } from "./chain.ts";

describe("the load of what is sent on", () => {
  const open = { arrivals: { deterministic: { perSecond: 10 } } };

  async function loads(change: Partial<Scenario>): Promise<Record<string, number[]>> {
    const all = loadsOf(await readScenario({ ...chain({}), ...change }));
    return Object.fromEntries(
      all.map(({ queue, arrivesPerSecond, load }) => [queue, [arrivesPerSecond, load]]),
    );
  }

  test("comes through the queues before it, and no more than these let through", async () => {
    const producers = { web: { queue: "first", ...open } };
    const sends = [{ queue: "second", probability: 0.5, count: 4 }];
    const wide = { one: fleet("first", { count: 20, sends }), two: fleet("second", { count: 40 }) };
    expect(await loads({ producers, consumers: wide })).toEqual({
      first: [10, 0.5],
      second: [20, 0.5],
    });
    const narrow = {
      one: fleet("first", { count: 4, sends }),
      two: fleet("second", { count: 40 }),
    };
    expect(await loads({ producers, consumers: narrow })).toEqual({
      first: [10, 2.5],
      second: [8, 0.2],
    });
  });

  test("says which queue grows", async () => {
    const consumers = {
      one: fleet("first", { count: 20, sends: [{ queue: "second", count: 3 }] }),
      two: fleet("second", { count: 20 }),
    };
    const producers = { web: { queue: "first", ...open } };
    await expect(simulate({ ...chain({}), producers, consumers })).rejects.toThrow(
      /^second: the queue grows by 10 messages a second: 30 come, and its consumers finish 20 at most \(load 1\.5\)\.$/,
    );
  });

  test("goes round in cycles, and without end where each brings another one", async () => {
    const producers = { web: { queue: "first", ...open } };
    const round = (probability: number, service = exponential as Fleet["service"]) => ({
      one: fleet("first", { count: 100, service, sends: [{ queue: "first", probability }] }),
      two: fleet("second"),
    });
    const { first } = await loads({ producers, consumers: round(0.75) });
    expect(first?.[0]).toBeCloseTo(40, 6);
    const endless = { deterministic: { seconds: 0 } };
    await expect(
      simulate({ ...chain({}), producers, consumers: round(1, endless) }),
    ).rejects.toThrow(
      "first: the queue grows ever faster: each of its messages brings it one or more again.",
    );
    await expect(simulate({ ...chain({}), producers, consumers: round(1) })).rejects.toThrow(
      "first: the queue grows by 10 messages a second: 110 come, and its consumers finish 100 at most",
    );
  });

  test("has what redrives bring back, again and again", async () => {
    const scenario: Partial<Scenario> = {
      queues: { work: { RedrivePolicy: redrivePolicy }, dead: {} },
      producers: { web: { queue: "work", ...open } },
      consumers: { workers: fleet("work", { count: 100, failure: { probability: 0.5 } }) },
    };
    const { work } = await loads({ ...scenario, redrives: [{ from: "dead", everySeconds: 60 }] });
    // A quarter of what comes is dead, and comes again.
    expect(work?.[0]).toBeCloseTo(10 / 0.75, 6);
    const { work: once } = await loads({
      ...scenario,
      redrives: [{ from: "dead", atSeconds: 60 }],
    });
    expect(once?.[0]).toBe(10);
  });

  describe("poison that is redriven", () => {
    const poison = fleet("work", { count: 100, failure: { poisonShare: 0.1 } });
    const again = { from: "dead", everySeconds: 60 };
    const scenario = (change: Partial<Scenario>): Scenario => ({
      horizon: { seconds: 600 },
      queues: { work: { RedrivePolicy: redrivePolicy, VisibilityTimeout: 5 }, dead: {} },
      producers: { web: { queue: "work", ...open } },
      consumers: { workers: poison },
      ...change,
    });
    const endless = async (change: Partial<Scenario>): Promise<[string, number][]> =>
      loadsOf(await readScenario(scenario(change)))
        .filter(({ endlessPerSecond }) => endlessPerSecond > 0)
        .map(({ queue, endlessPerSecond }) => [queue, endlessPerSecond]);

    test("again and again is told, and there is ever more of it", async () => {
      await expect(simulate(scenario({ redrives: [again] }))).rejects.toThrow(
        /^work: the queue gets ever more to do: 1 messages a second are poison, and the redrives of dead bring all of them back again and again\. Redrive it once /,
      );
      const found = await simulate(scenario({ redrives: [again] }), { unstable: true });
      expect(found.verdict).toContain(
        "Poison comes back to work again and again, and 1 messages a second more.",
      );
      // About 60 more of them each minute: 9 redrives bring 60, 120, ... back.
      const { redriven = 0 } = found.queues.dead ?? {};
      expect(redriven).toBeGreaterThan(2_000);
      expect(redriven).toBeLessThan(3_400);
    });

    test("once, elsewhere, or with consumers that take it is not", async () => {
      expect(await endless({})).toEqual([]);
      expect(await endless({ redrives: [{ from: "dead", atSeconds: 60 }] })).toEqual([]);
      const dead = fleet("dead");
      expect(await endless({ redrives: [again], consumers: { workers: poison, dead } })).toEqual(
        [],
      );
      const { work, dead: letters } = scenario({}).queues;
      const queues = { work: work ?? {}, dead: letters ?? {}, parked: {} };
      expect(await endless({ queues, redrives: [{ ...again, to: "parked" }] })).toEqual([]);
      // Another fleet of the queue does not fail at it.
      const consumers = { workers: poison, others: fleet("work") };
      expect(await endless({ redrives: [again], consumers })).toEqual([]);
    });

    test("through two queues is told once, of what is poison for both", async () => {
      const other = { deadLetterTargetArn: "second", maxReceiveCount: 2 };
      const queues = {
        work: { RedrivePolicy: redrivePolicy },
        ...{ dead: {}, twice: { RedrivePolicy: other }, second: {} },
      };
      const twice = fleet("twice", { failure: { poisonShare: 0.02 } });
      const consumers = { workers: poison, twice };
      const redrives = [
        { ...again, to: "twice" },
        { from: "second", everySeconds: 60, to: "work" },
      ];
      const [[queue, perSecond] = [], ...others] = await endless({ queues, consumers, redrives });
      expect([queue, others]).toEqual(["work", []]);
      expect(perSecond).toBeCloseTo(0.2, 1);
      const [one] = redrives;
      expect(
        await endless({ queues, consumers, redrives: one === undefined ? [] : [one] }),
      ).toEqual([]);
    });
  });
});
