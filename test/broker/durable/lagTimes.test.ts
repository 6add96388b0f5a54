/** Since when the oldest effect may wait, taking by taking. With a journal behind it: lag.test.ts. */
import { expect, test } from "vitest";
import { Lag } from "../../../engine/broker/durable/lag.ts";
import { monotonicMs } from "../../../engine/clock.ts";

test("what a commit takes may have come since the one before began to take", () => {
  let sinceMs = 0;
  const lag = new Lag({
    set: (_, value) => {
      sinceMs = value;
    },
    add: () => {},
  });
  const moments: number[] = [];
  const begin = (): void => {
    for (const beganMs = monotonicMs(); monotonicMs() === beganMs; );
    moments.push(monotonicMs());
    lag.begin();
  };
  begin();
  lag.took(1);
  begin();
  lag.took(2);
  begin();
  lag.reached(1);
  const [first = 0, second = 0] = moments;
  expect(first).toBeLessThanOrEqual(sinceMs);
  expect(sinceMs).toBeLessThan(second);
  lag.reached(2);
  expect(sinceMs).toBe(0);
  // Nothing was there when this one began, so what it takes came since.
  begin();
  lag.took(3);
  expect(sinceMs).toBeGreaterThanOrEqual(moments[3] ?? Number.NaN);
});
