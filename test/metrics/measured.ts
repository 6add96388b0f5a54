/**
 * A broker on a clock that a test moves, and its metrics, which look once a second of that clock. Own
 * thread only.
 */
import { Broker } from "../../engine/broker/broker.ts";
import { VirtualClock } from "../../engine/clock.ts";
import { Metrics, type MetricsOptions } from "../../engine/metrics/metrics.ts";
import type { Point } from "../../engine/metrics/points.ts";

/** Midnight of 2026-01-01, in minutes since 1970. */
export const MIDNIGHT = 1_767_225_600_000 / 60_000;

export interface Measuring {
  readonly broker: Broker;
  readonly metrics: Metrics;
  readonly clock: VirtualClock;
  /** Time goes on, and each second is looked at. */
  pass(seconds: number): Promise<void>;
  /** Time goes on, and nobody looks but at its end. */
  skip(seconds: number): Promise<void>;
  /** One minute of a metric, counted from where the clock began; undefined: nothing is known. */
  at(queue: string, metric: string, minute: number): Omit<Point, "startMs"> | undefined;
  sumAt(queue: string, metric: string, minute: number): number | undefined;
}

export async function measuring(options: MetricsOptions = {}): Promise<Measuring> {
  const clock = new VirtualClock();
  const broker = await Broker.open({ clock, memoryBytes: 2 ** 25, queuesMax: 256 });
  const metrics = new Metrics(broker, options);
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      await clock.advance(1_000);
      metrics.sample();
    }
  };
  const skip = async (seconds: number) => {
    await clock.advance(seconds * 1_000);
    metrics.sample();
  };
  const at = (queue: string, metric: string, minute: number) => {
    const fromMinute = MIDNIGHT + minute;
    const stretch = { fromMinute, toMinute: fromMinute + 1, periodMinutes: 1 };
    const [point] = metrics.points(queue, metric, stretch);
    if (point === undefined) return undefined;
    const { startMs, ...values } = point;
    if (startMs !== fromMinute * 60_000) throw new Error(`a point of ${startMs}`);
    return values;
  };
  const sumAt = (queue: string, metric: string, minute: number) => at(queue, metric, minute)?.sum;
  return { broker, metrics, clock, pass, skip, at, sumAt };
}
