/** The parts of the simulator: streams that do not meet, events in order, percentiles, balances that fail. */
import { describe, expect, test } from "vitest";
import { EventList } from "../../engine/simulator/events/eventList.ts";
import { World } from "../../engine/simulator/events/world.ts";
import { sineOfTurns } from "../../engine/simulator/random/math.ts";
import { rateOf } from "../../engine/simulator/random/rate.ts";
import { Stream } from "../../engine/simulator/random/stream.ts";
import { Histogram } from "../../engine/simulator/statistics/histogram.ts";
import { Meter } from "../../engine/simulator/statistics/meter.ts";
import { exponential, fleetOf, planOf, producerOf } from "./plans.ts";

type Bits = bigint[];

describe("a stream", () => {
  /** xoshiro128** as its authors give it, on four words. */
  function step([a, b, c, d]: [number, number, number, number]): [number, number, number, number] {
    const shifted = b << 9;
    const third = c ^ a;
    const fourth = d ^ b;
    return [a ^ fourth, b ^ third, third ^ shifted, (fourth << 11) | (fourth >>> 21)];
  }

  /** What `step` does to each of the 128 bits alone: it is linear, so this is all of it. */
  function matrix(): Bits {
    return Array.from({ length: 128 }, (_, bit) => {
      const words: [number, number, number, number] = [0, 0, 0, 0];
      words[bit >> 5] = 1 << (bit & 31);
      return bitsOf(step(words));
    });
  }

  function bitsOf(words: readonly number[]): bigint {
    return words.reduce((sum, word, index) => sum | (BigInt(word >>> 0) << BigInt(32 * index)), 0n);
  }

  function applied(rows: Bits, state: bigint): bigint {
    let result = 0n;
    for (let bit = 0; bit < 128; bit++) {
      if ((state >> BigInt(bit)) & 1n) result ^= rows[bit] as bigint;
    }
    return result;
  }

  function power(log2: number): Bits {
    let rows = matrix();
    for (let squaring = 0; squaring < log2; squaring++) {
      rows = rows.map((row) => applied(rows, row));
    }
    return rows;
  }

  /** The state from which a stream draws: four of its words in a row tell it, by what they were made of. */
  function drawsOf(state: bigint, count: number): number[] {
    let words = [0, 1, 2, 3].map(
      (index) => Number((state >> BigInt(32 * index)) & 0xffffffffn) | 0,
    ) as [number, number, number, number];
    return Array.from({ length: count }, () => {
      const five = Math.imul(words[1], 5);
      const drawn = Math.imul((five << 7) | (five >>> 25), 9);
      words = step(words);
      return drawn;
    });
  }

  test("of another part lies 2^64 draws on, of another run 2^96", () => {
    const begin = bitsOf(new Stream(11).state);
    const drawn = (stream: Stream): number[] => Array.from({ length: 8 }, () => stream.word());
    expect(drawn(Stream.of(11, 0, 0))).toEqual(drawsOf(begin, 8));
    expect(drawn(Stream.of(11, 0, 1))).toEqual(drawsOf(applied(power(64), begin), 8));
    expect(drawn(Stream.of(11, 1, 0))).toEqual(drawsOf(applied(power(96), begin), 8));
    const both = applied(power(64), applied(power(96), begin));
    expect(drawn(Stream.of(11, 1, 1))).toEqual(drawsOf(both, 8));
  });

  test("draws doubles of 53 bits, evenly", () => {
    const stream = new Stream(5);
    const buckets = new Float64Array(64);
    let odd = 0;
    for (let index = 0; index < 64_000; index++) {
      const drawn = stream.double();
      buckets[Math.floor(drawn * 64)] = (buckets[Math.floor(drawn * 64)] as number) + 1;
      odd += (drawn * 2 ** 53) % 2;
    }
    const squares = buckets.reduce((sum, count) => sum + (count - 1_000) * (count - 1_000), 0);
    // Chi square with 63 degrees of freedom: below 116 but for one seed in 20,000.
    expect(squares / 1_000).toBeLessThan(116);
    expect(Math.abs(odd - 32_000)).toBeLessThan(4 * Math.sqrt(16_000));
  });
});

test("events happen in order of time, and of planning", () => {
  const list = new EventList(2);
  const stream = new Stream(3);
  const planned: [time: number, order: number][] = [];
  const happened: [time: number, order: number][] = [];
  let order = 0;
  const plan = (time: number): void => {
    planned.push([time, order]);
    list.plan(time, order++);
  };
  for (let index = 0; index < 50; index++) plan(stream.below(20));
  while (list.next()) {
    const { time, event } = list;
    happened.push([time, event]);
    for (let more = stream.below(3); more > 0 && order < 2_000; more--)
      plan(time + stream.below(5));
  }
  expect(happened).toEqual(planned.sort(([a, b], [c, d]) => a - c || b - d));
  expect(list.length).toBe(0);
});

test("percentiles are off by less than 0.4 %", () => {
  const histogram = new Histogram();
  for (let index = 1; index <= 100_000; index++) histogram.record(index / 7);
  for (const share of [0.001, 0.5, 0.9, 0.99, 0.999, 1]) {
    const exact = (share * 100_000) / 7;
    expect(Math.abs(histogram.percentile(share) / exact - 1)).toBeLessThan(0.004);
  }
  expect(histogram.max).toBe(100_000 / 7);
});

test("what happened in the warm-up is not measured, but counted", async () => {
  const plan = planOf(1, { producers: [producerOf(3)], fleets: [fleetOf(4, exponential(1))] });
  const world = await World.open(plan, 0);
  while (world.step(10_000));
  const { queues, fleets, warmupMs } = await world.close();
  const [queue] = queues;
  expect(queue?.counts[0]).toBe(20_000);
  // The message that ends the warm-up is measured.
  expect(queue?.wait.total).toBeLessThanOrEqual(18_001);
  expect(queue?.wait.total).toBeGreaterThan(17_000);
  expect(queue?.sojourn.total).toBeLessThanOrEqual(18_001);
  expect(fleets[0]?.service.total).toBeLessThan(18_100);
  expect(warmupMs).toBeGreaterThan(0);
});

test("a series keeps every count and area, however often its periods grow", () => {
  const counts = new Float64Array(1);
  const now = new Float64Array(1);
  const told = new Float64Array([0, 0, 0, Number.POSITIVE_INFINITY]);
  const meter = new Meter(now, told, 10, counts);
  let area = 0;
  let level = 0;
  let last = 0;
  const stream = new Stream(9);
  for (let at = 0; at < 200_000; at += 1 + stream.below(30)) {
    area += level * (at - last);
    last = at;
    now[0] = at;
    meter.pass();
    level = stream.below(9);
    told[0] = level;
    counts[0] = (counts[0] as number) + 1;
    meter.see();
  }
  const { values, width, periodMs } = meter.series();
  const sum = (column: number): number =>
    Array.from(
      { length: values.length / width },
      (_, at) => values[at * width + column] as number,
    ).reduce((total, value) => total + value, 0);
  expect(sum(0)).toBeCloseTo(area, 6);
  expect(sum(4)).toBe(counts[0]);
  expect(values.length / width).toBeLessThanOrEqual(512);
  expect(periodMs).toBe(640);
});

test("a sine of its own", () => {
  for (let turns = -3; turns < 3; turns += 0.0173) {
    expect(sineOfTurns(turns)).toBeCloseTo(Math.sin(2 * Math.PI * turns), 14);
  }
});

test("the k-th even message comes when the rate's integral reaches k", () => {
  const sine = rateOf({
    kind: "sine",
    meanPerSecond: 3,
    amplitude: 1,
    periodSeconds: 50,
    peakAtSeconds: 10,
  });
  const pieces = rateOf({
    kind: "pieces",
    periodSeconds: 30,
    pieces: [
      { fromSeconds: 0, perSecond: 0, endPerSecond: 6 },
      { fromSeconds: 10, perSecond: 0, endPerSecond: 0 },
      { fromSeconds: 20, perSecond: 2, endPerSecond: 2 },
    ],
  });
  for (const rate of [sine, pieces]) {
    let at = 0;
    for (let message = 1; message <= 200; message++) at = rate.after(at, 1);
    let integral = 0;
    const step = at / 400_000;
    for (let index = 0; index < 400_000; index++) integral += rate.at((index + 0.5) * step) * step;
    expect(integral).toBeCloseTo(200, 1);
  }
});

describe("a run that does not balance throws", () => {
  const plan = planOf(31, { producers: [producerOf(3)], fleets: [fleetOf(4, exponential(1))] });

  async function worldWith(
    spoil: (queue: World["queues"][number], nowMs: number) => void,
  ): Promise<World> {
    const world = await World.open(plan, 0);
    world.step(1_000);
    spoil(world.queues[0] as World["queues"][number], world.nowMs);
    world.step(1_000);
    return world;
  }

  test("a message too many counted", async () => {
    const world = await worldWith((queue) => queue.count(0, 1));
    await expect(world.close()).rejects.toThrow(/does not balance.*in queue work, came in/);
  });

  test("a message that somebody else sent", async () => {
    const world = await worldWith((queue, nowMs) => {
      queue.traffic.add(1, 1);
      queue.traffic.send(nowMs);
    });
    await expect(world.close()).rejects.toThrow(/does not balance/);
  });

  test("time that passed unseen", async () => {
    const world = await worldWith((queue) => {
      queue.seen[0] = 1_000;
      queue.meter.see();
    });
    await expect(world.close()).rejects.toThrow(/messages times time/);
  });

  test("and one that does has Little's law on its path, empty at both ends (row 31)", async () => {
    const rate = {
      kind: "pieces",
      periodSeconds: Infinity,
      pieces: [
        { fromSeconds: 0, perSecond: 3, endPerSecond: 3 },
        { fromSeconds: 2_000, perSecond: 0, endPerSecond: 0 },
      ],
    } as const;
    const arrivals = { kind: "profile", isEven: false, rate } as const;
    const ending = planOf(31, {
      horizon: { messages: Infinity, seconds: 3_000 },
      warmup: { messages: 0, seconds: 0 },
      producers: [producerOf(3, { arrivals })],
      fleets: [fleetOf(4, exponential(1))],
    });
    const world = await World.open(ending, 0);
    while (world.step(100));
    const [queue] = (await world.close()).queues;
    if (queue === undefined) throw new Error("a plan has a queue");
    expect(queue.left).toBe(0);
    expect(queue.sojourn.total).toBeGreaterThan(5_000);
    const present = queue.levels.slice(0, 3).reduce((sum, { mean }) => sum + mean, 0);
    expect(Math.abs((present * 3_000_000) / queue.sojourn.sum - 1)).toBeLessThan(1e-9);
  });
});
