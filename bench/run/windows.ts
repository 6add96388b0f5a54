/**
 * Warming up and measuring: windows one after the other, in each of which a counter of messages is
 * read at both ends. The clock is read with the counter, so a window that a busy machine made longer
 * is no worse than another.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { clockMs } from "../flow/words.ts";

export interface Window {
  /** From the beginning of the first to the middle of this one. */
  readonly atMs: number;
  readonly perSecond: number;
  /** What was accepted of the producers, where that is counted. */
  readonly sentPerSecond: number;
  readonly residentBytes: number;
}

export interface Measured {
  readonly windows: readonly Window[];
  readonly messages: number;
  readonly isWarm: boolean;
  readonly cpuNsPerMessage: number;
  readonly residentBytes: number;
  readonly residentBytesPerMessage: number;
}

/** Messages so far. Where nothing else runs them, `work` does so for about so long. */
export interface Meter {
  readonly count: () => number;
  readonly sent?: () => number;
  readonly work?: (ms: number) => Promise<void> | void;
}

const WARM_WINDOW_MS = 60;
const FLAT_WINDOWS = 3;
const FLAT_SHARE = 0.02;

/** A window in which nothing came is made longer, so many times: it says nothing of the rate. */
const LONGER_MAX = 100;

async function window(meter: Meter, ms: number): Promise<Omit<Window, "atMs">> {
  const { count, sent = count, work = (span) => sleep(span) } = meter;
  const before = count();
  const sentBefore = sent();
  const beganMs = clockMs();
  await work(ms);
  for (let longer = 0; count() === before && longer < LONGER_MAX; longer++) await work(ms);
  const seconds = (clockMs() - beganMs) / 1e3;
  return {
    perSecond: (count() - before) / seconds,
    sentPerSecond: (sent() - sentBefore) / seconds,
    residentBytes: process.memoryUsage.rss(),
  };
}

/** Until three windows in a row are within 2 %; false: until `mostMs` were over. */
export async function warmUp(meter: Meter, mostMs: number): Promise<boolean> {
  const untilMs = clockMs() + mostMs;
  const rates: number[] = [];
  while (clockMs() < untilMs) {
    const { perSecond } = await window(meter, WARM_WINDOW_MS);
    rates.push(perSecond);
    const last = rates.slice(-FLAT_WINDOWS);
    const most = Math.max(...last);
    if (last.length === FLAT_WINDOWS && most - Math.min(...last) <= FLAT_SHARE * most && most > 0) {
      return true;
    }
  }
  return false;
}

export async function measure(
  meter: Meter,
  { windows: count, windowMs }: { readonly windows: number; readonly windowMs: number },
  isWarm: boolean,
): Promise<Measured> {
  const windows: Window[] = [];
  const messagesBefore = meter.count();
  const residentBefore = process.memoryUsage.rss();
  const cpuBefore = process.cpuUsage();
  const beganMs = clockMs();
  for (let index = 0; index < count; index++) {
    const fromMs = clockMs();
    const found = await window(meter, windowMs);
    windows.push({ ...found, atMs: (fromMs + clockMs()) / 2 - beganMs });
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const residentBytes = process.memoryUsage.rss();
  const messages = meter.count() - messagesBefore;
  return {
    windows,
    messages,
    isWarm,
    cpuNsPerMessage: ((user + system) * 1e3) / messages,
    residentBytes,
    residentBytesPerMessage: (residentBytes - residentBefore) / messages,
  };
}
