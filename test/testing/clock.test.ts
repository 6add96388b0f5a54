/** A virtual clock that runs: time passes by itself and by what is added, in order. */
import { expect, test } from "vitest";
import { Broker, VirtualClock } from "../../engine/index.ts";

test("a clock that runs goes on by itself, keeps what is added, and stands when it is told to", async () => {
  const clock = new VirtualClock();
  const startMs = clock.nowMs();
  const stop = clock.run();
  await new Promise<void>((resolve) => clock.schedule(startMs + 20, resolve));
  expect(clock.nowMs()).toBeGreaterThanOrEqual(startMs + 20);
  await clock.advance(86_400_000);
  expect(clock.nowMs()).toBeGreaterThanOrEqual(startMs + 86_400_020);
  stop();
  // A step may be on its way.
  await clock.advance(0);
  const stands = clock.nowMs();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(clock.nowMs()).toBe(stands);
});

test("a long poll of a broker on it ends by itself", async () => {
  const clock = new VirtualClock();
  const stop = clock.run();
  await using broker = await Broker.open({ memoryBytes: 64 * 2 ** 20, clock });
  const queue = await broker.createQueue("orders");
  const stay = setInterval(() => {}, 1_000);
  expect(await queue.receive({ waitTimeSeconds: 0.05 })).toEqual([]);
  clearInterval(stay);
  stop();
});
