/** The works at a fixed rate, in the child process: `latency` and `soak`. */
import { runFlow } from "../flow/flow.ts";
import { percentilesOf } from "../flow/latency.ts";
import { runAtRate } from "../flow/openLoop.ts";
import { median, slope } from "../result/statistics.ts";
import type { Pace } from "../run/pace.ts";
import type { Measured } from "../run/windows.ts";
import { type LatencyWork, rowsOf, type Sampled, type SoakWork } from "./work.ts";

/** Less than this of what was asked for is short. */
const SHORT_SHARE = 0.98;
const SOAK_WINDOW_MS = 1_000;

function rateOf({ windows }: Measured): number {
  return median(windows.map(({ perSecond }) => perSecond));
}

export async function doesLatency(work: LatencyWork, pace: Pace): Promise<Sampled[]> {
  const { spec, loads, percentiles } = work;
  const free = await runFlow(spec, pace);
  const sustained = rateOf(free.measured);
  const rows: Sampled[] = [...rowsOf(spec.case, free, ["messages/s"])];
  for (const load of loads) {
    const requested = (sustained * load) / 100;
    const outcome = await runAtRate(spec, requested, pace);
    const [rate] = rowsOf({ ...spec.case, load }, outcome, ["messages/s"]) as [Sampled];
    const achieved = rateOf(outcome.measured);
    const rest = { ...rate, requested, achieved, isShort: achieved < SHORT_SHARE * requested };
    rows.push(rest);
    const windows = Array.from({ length: pace.windows }, (_, index) =>
      percentilesOf(
        outcome.latencies.map((own) => own[index] ?? []),
        [...percentiles, 100],
      ),
    );
    for (const [at, percentile] of percentiles.entries()) {
      const samples = windows.map((window) => window[at] as number).filter(Number.isFinite);
      const max = Math.max(...windows.map((window) => window.at(-1) ?? 0).filter(Number.isFinite));
      rows.push({ ...rest, case: { ...spec.case, load, percentile }, unit: "ms", samples, max });
    }
  }
  return rows;
}

export async function doesSoak({ spec, perSecond }: SoakWork, pace: Pace): Promise<Sampled[]> {
  const windows = Math.max(6, Math.round((pace.soakMinutes * 60_000) / SOAK_WINDOW_MS));
  const long = { ...pace, windows, windowMs: SOAK_WINDOW_MS };
  const outcome = await (perSecond === undefined
    ? runFlow(spec, long)
    : runAtRate(spec, perSecond, long));
  const late = outcome.measured.windows.slice(windows >> 1);
  const atMinutes = late.map(({ atMs }) => atMs / 60_000);
  const slopes = {
    slopePerMinute: slope(
      atMinutes,
      late.map((window) => window.perSecond),
    ),
    residentSlopePerMinute: slope(
      atMinutes,
      late.map((window) => window.residentBytes),
    ),
  };
  const achieved = rateOf(outcome.measured);
  const asked = perSecond !== undefined && {
    requested: perSecond,
    achieved,
    isShort: achieved < SHORT_SHARE * perSecond,
  };
  return rowsOf(spec.case, outcome, ["messages/s"]).map((row) => ({ ...row, ...slopes, ...asked }));
}
