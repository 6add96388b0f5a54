/** Percentiles out of logarithmic buckets: right to 1.6 %, the greatest exactly. */
import { expect, test } from "vitest";
import { Latencies, percentilesOf } from "../../bench/flow/latency.ts";

test("percentiles of several threads are those of all latencies together", () => {
  const [one, other] = [new Latencies(), new Latencies()];
  for (let ms = 1; ms <= 10_000; ms++) (ms % 2 === 0 ? one : other).add(ms / 100);
  const percentiles = [50, 90, 99, 99.9, 99.99, 100];
  const found = percentilesOf([one.shape(), other.shape()], percentiles);
  for (const [index, percentile] of percentiles.entries()) {
    const exact = percentile;
    expect((found[index] as number) / exact).toBeGreaterThanOrEqual(1 - 1e-9);
    expect((found[index] as number) / exact).toBeLessThan(1.016);
  }
  expect(found.at(-1)).toBe(100);
  expect(percentilesOf([[]], [50])).toEqual([Number.NaN]);
});

test("what took no time, or an age, has a place too", () => {
  const latencies = new Latencies();
  for (const ms of [-1, 0, 1e-9, 1e9]) latencies.add(ms);
  const [least, most] = percentilesOf([latencies.shape()], [1, 100]);
  expect(least).toBeLessThan(1e-3);
  expect(most).toBe(1e9);
});
