/** What a service level asks for, measured in a plan's runs. Pure. */
import { duration, quantity } from "../../report/words.ts";
import type { RunReport, TimesReport } from "../events/report.ts";
import { ScenarioError } from "../scenario/scenarioError.ts";
import { Histogram } from "../statistics/histogram.ts";
import { meanOf } from "../statistics/student.ts";
import type { Results } from "./figures.ts";
import type { Goal, GoalResult } from "./types.ts";

const percentMost = 0.9999;

/** Throws a ScenarioError for goals that say nothing. */
export function checkGoals(goals: readonly Goal[]): void {
  if (goals.length === 0) {
    throw new ScenarioError(["goals: It takes one at least, as a p95 of the wait of 2 seconds."]);
  }
  const mistakes = goals.flatMap((goal) => {
    const isShare = goal.share > 0 && goal.share < 1;
    if (goal.kind === "duplicates" || goal.kind === "deadLetters") {
      return isShare
        ? []
        : [`goals: ${goal.kind}: A share is above 0 and below 1, not ${goal.share}.`];
    }
    const isTime = goal.seconds > 0 && Number.isFinite(goal.seconds);
    return [
      ...(isShare && goal.share <= percentMost
        ? []
        : [`goals: ${goal.kind}: A share is above 0, at most ${percentMost}, not ${goal.share}.`]),
      ...(isTime ? [] : [`goals: ${goal.kind}: Seconds are above 0, not ${goal.seconds}.`]),
    ];
  });
  if (mistakes.length > 0) throw new ScenarioError(mistakes);
}

/** `95 % of the messages wait at most 2 s`. */
export function goalText(goal: Goal): string {
  const share = quantity(Number((100 * goal.share).toPrecision(6)), "%");
  switch (goal.kind) {
    case "wait":
      return `${share} of the messages wait at most ${duration(goal.seconds)} until they are received`;
    case "stay":
      return `${share} of the messages are done at most ${duration(goal.seconds)} after they were sent`;
    case "duplicates":
      return `at most ${share} of the handlings are duplicates`;
    case "deadLetters":
      return `at most ${share} of the messages become dead letters`;
  }
}

/** A goal's bound: seconds, or a share. */
export function boundOf(goal: Goal): number {
  return "seconds" in goal ? goal.seconds : goal.share;
}

/** What was found, and where its interval ends on the bad side. */
type Found = Pick<GoalResult, "value" | "upTo">;

const nothing: Found = { value: null, upTo: null };

/** How each goal is met, by the queue and the fleet of these names. */
export function measured(
  goals: readonly Goal[],
  reports: readonly RunReport[],
  { all, runs }: Results,
  names: { readonly queue: string; readonly fleet: string },
  queue: number,
): GoalResult[] {
  const of = all.queues[names.queue];
  const fleet = all.consumers[names.fleet];
  const found = (goal: Goal): Found => {
    if (of === undefined || fleet === undefined) return nothing;
    switch (goal.kind) {
      case "wait":
        return percentileOf(reports, (report) => report.queues[queue]?.wait, goal.share);
      case "stay":
        return percentileOf(reports, (report) => report.queues[queue]?.sojourn, goal.share);
      case "duplicates":
        return shareOf(
          runs.map((run) => run.queues[names.queue]?.duplicates ?? 0),
          of.duplicates,
          fleet.handled,
        );
      case "deadLetters":
        return shareOf(
          runs.map((run) => run.queues[names.queue]?.deadLettered ?? 0),
          of.deadLettered,
          of.sent + of.initial + of.movedIn,
        );
    }
  };
  return goals.map((goal) => {
    const { value, upTo } = found(goal);
    return { goal, value, upTo, isMet: value !== null && (upTo ?? value) <= boundOf(goal) };
  });
}

/** So many of so many, by how often it was in each run. */
function shareOf(counts: readonly number[], sum: number, whole: number): Found {
  if (whole === 0) return nothing;
  const half = meanOf(counts).halfWidth * counts.length;
  return { value: sum / whole, upTo: Number.isNaN(half) ? null : (sum + half) / whole };
}

function percentileOf(
  reports: readonly RunReport[],
  of: (report: RunReport) => TimesReport | undefined,
  share: number,
): Found {
  const all = new Histogram();
  const own: number[] = [];
  for (const report of reports) {
    const times = of(report);
    if (times === undefined) continue;
    all.add(times);
    const one = new Histogram();
    one.add(times);
    own.push(one.percentile(share));
  }
  const ms = all.percentile(share);
  if (!Number.isFinite(ms)) return nothing;
  const { halfWidth } = meanOf(own);
  return { value: ms / 1_000, upTo: Number.isNaN(halfWidth) ? null : (ms + halfWidth) / 1_000 };
}
