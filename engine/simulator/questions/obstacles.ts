/** Why goals can't be met by any fleet: by a formula before anything runs, or by what was simulated. Pure. */
import { duration, quantity } from "../../report/words.ts";
import { isHeldBack } from "../instabilities.ts";
import { loadsOf } from "../load.ts";
import type { Plan, PlannedFleet } from "../scenario/plan.ts";
import { goalText } from "./goals.ts";
import { outlasting, tailOf } from "./lawTail.ts";
import type { Subject, Trial } from "./trials.ts";
import type { Goal } from "./types.ts";

const timeoutMost = 43_200;
const processesMost = 10_000;

export function percent(share: number): string {
  return quantity(Number((100 * share).toPrecision(3)), "%");
}

/** What no number of processes can change. */
export function obstaclesOf(
  plan: Plan,
  place: number,
  goals: readonly Goal[],
  paths: Subject["paths"],
): string[] {
  const fleet = plan.fleets[place] as PlannedFleet;
  const found = goals.flatMap((goal) => {
    switch (goal.kind) {
      case "stay":
        return stayObstacles(goal, fleet);
      case "duplicates":
        return duplicateObstacles(goal, fleet, paths);
      case "deadLetters":
        return deadLetterObstacles(goal, fleet, plan);
      default:
        return [];
    }
  });
  return [...found, ...groupObstacles(plan, fleet), ...quotaObstacles(plan, fleet)];
}

function stayObstacles(goal: Extract<Goal, { kind: "stay" }>, fleet: PlannedFleet): string[] {
  const { seconds, share } = goal;
  const trips = (2 * fleet.roundTripMs) / 1_000;
  const late = tailOf(fleet.service, seconds - trips);
  if (late > 1 - share) {
    const of = `a handling alone takes longer than ${duration(seconds)} in ${percent(late)} of the cases`;
    return [`${goalText(goal)}: No fleet does that: ${of}, by its law.`];
  }
  const { probability, poisonShare } = fleet.failure;
  const back = fleet.backoff?.baseSeconds ?? fleet.visibilityTimeoutSeconds;
  const failing = probability * (1 - poisonShare);
  if (fleet.backoff !== undefined && fleet.backoff.jitter === "none" && back >= seconds) {
    if (failing > 1 - share) {
      const of = `${percent(failing)} of the handlings fail, and a message comes back after ${duration(back)} only`;
      return [`${goalText(goal)}: No fleet does that: ${of}; shorten backoffSeconds.`];
    }
  }
  return [];
}

function duplicateObstacles(
  goal: Extract<Goal, { kind: "duplicates" }>,
  fleet: PlannedFleet,
  paths: Subject["paths"],
): string[] {
  if (paths.visibilityTimeout === undefined) return [];
  const late = outlasting({ ...fleet, batch: 1 }, timeoutMost);
  if (late <= goal.share) return [];
  const of = `${percent(late)} of the handlings outlast the longest visibility timeout, 12 hours`;
  return [`${goalText(goal)}: ${of}; give it a heartbeat.`];
}

function deadLetterObstacles(
  goal: Extract<Goal, { kind: "deadLetters" }>,
  { failure, queue }: PlannedFleet,
  plan: Plan,
): string[] {
  const hasTarget = plan.queues[queue]?.deadLetters !== undefined;
  const always = failure.poisonShare + (failure.probability === 1 ? 1 : 0);
  if (!hasTarget || always <= goal.share) return [];
  return [
    `${goalText(goal)}: ${percent(Math.min(1, always))} of them fail however often they are handled.`,
  ];
}

/** A message group has one message in work at a time, however many processes there are. */
function groupObstacles(plan: Plan, fleet: PlannedFleet): string[] {
  const most = plan.fleets.map((one) => (one === fleet ? { ...one, count: processesMost } : one));
  const name = plan.queues[fleet.queue]?.name;
  return loadsOf({ ...plan, fleets: most })
    .filter(
      ({ queue, bound, load }) => queue === name && bound === "largest message group" && load > 1,
    )
    .map(({ load }) => {
      const full = quantity(Number(load.toPrecision(3)));
      return `${name}: Its largest message group has one message in work at a time, and a load of ${full}; no number of processes helps. Spread its messages over more groups.`;
    });
}

/** What the quota of a FIFO queue does not let producers send, no consumer can take. */
function quotaObstacles(plan: Plan, fleet: PlannedFleet): string[] {
  const name = plan.queues[fleet.queue]?.name;
  return loadsOf(plan)
    .filter((load) => load.queue === name && isHeldBack(load))
    .map(
      ({ unsentPerSecond }) =>
        `${name}: The FIFO quota holds back ${quantity(Number(unsentPerSecond.toPrecision(3)))} messages a second of what is to be sent; no fleet changes that. Send more messages in a call.`,
    );
}

/** What the simulations say, where the formulas saw no obstacle. */
export function whyNot(
  trials: readonly Trial[],
  obstacles: readonly string[],
  countMax: number,
): string[] {
  if (obstacles.length > 0) return [];
  const stable = trials.filter(({ isStable }) => isStable);
  const largest = stable.toSorted(
    (one, other) => (other.setting.count ?? 0) - (one.setting.count ?? 0),
  )[0];
  if (largest === undefined) {
    return [`Its queue would grow with any number of processes up to ${countMax}.`];
  }
  const { count = 0, batch = 1 } = largest.setting;
  return largest.goals
    .filter(({ isMet }) => !isMet)
    .map(({ goal, value, upTo }) => {
      const text = (amount: number) => ("seconds" in goal ? duration(amount) : percent(amount));
      const end =
        upTo === null || upTo === value
          ? ""
          : ` (its 95 % interval ends at ${text(upTo)}; more replications or a longer horizon narrow it)`;
      const found = value === null ? "nothing was measured" : `${text(value)}${end}`;
      return `${goalText(goal)}: With ${count} processes and receives of ${batch} it is ${found}, and more were not tried or changed nothing.`;
    });
}
