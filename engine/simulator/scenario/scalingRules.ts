/** What must hold between the fields by which the number of a fleet's processes changes. Part of rules.ts. */
import type { Autoscaler, ScheduleEntry, StepAlarm, StepScaling } from "./autoscaler.ts";
import type { Fleet } from "./fleet.ts";
import type { Lambda } from "./lambda.ts";
import { lambdaSize } from "./planLambda.ts";
import { countAtFirst, planScaling } from "./planScaling.ts";
import type { Tell } from "./rule.ts";

type Path = readonly string[];

export function ruleScaling(fleet: Fleet, isFifo: boolean, path: Path, tell: Tell): void {
  const { autoscaler = "none" } = fleet;
  if (autoscaler === "none") {
    ruleFixed(fleet, path, tell);
  } else {
    const own = [...path, "autoscaler", Object.keys(autoscaler)[0] ?? ""];
    ruleBounds(fleet, own, path, tell);
    ruleKind(autoscaler, own, tell);
  }
  if (fleet.graceSeconds !== undefined && (fleet.scaleIn ?? "drain") !== "drain") {
    tell([...path, "graceSeconds"], "It goes with scaleIn: drain; leave it out.");
  }
  ruleRestarts(fleet, [...path, "restarts"], tell);
  if (typeof autoscaler === "object" && "kedaJobs" in autoscaler) ruleJobs(fleet, path, tell);
  if (typeof autoscaler === "object" && "lambda" in autoscaler) {
    ruleLambda(fleet, autoscaler.lambda, isFifo, path, tell);
  }
}

function ruleRestarts({ restarts }: Fleet, path: Path, tell: Tell): void {
  if (restarts === undefined) return;
  if (restarts.atSeconds === undefined && restarts.everySeconds === undefined) {
    tell(path, "It lacks atSeconds or everySeconds: there would be none.");
  }
}

function ruleFixed(fleet: Fleet, path: Path, tell: Tell): void {
  if (fleet.count === undefined) {
    tell(path, "It lacks count, a whole number from 1 to 10000, or an autoscaler.");
  } else if (fleet.count === 0) {
    tell([...path, "count"], "Without an autoscaler it is at least 1.");
  }
  if (planScaling(fleet) !== undefined) return;
  for (const name of ["placementSeconds", "scaleIn", "graceSeconds"] as const) {
    if (fleet[name] === undefined) continue;
    tell([...path, name], "It goes with an autoscaler or restarts: all processes stay.");
  }
}

/** Whether a fleet is a Lambda function, which is given batches. */
export function isFunction({ autoscaler }: Fleet): boolean {
  return typeof autoscaler === "object" && "lambda" in autoscaler;
}

function ruleBounds(fleet: Fleet, own: Path, path: Path, tell: Tell): void {
  if (isFunction(fleet)) return;
  const { min, max } = planScaling(fleet)?.autoscaler?.bounds ?? { min: 0, max: 0 };
  if (min > max) tell([...own, "min"], `It is at most max, ${max}, not ${min}.`);
  const count = countAtFirst(fleet);
  if (min <= max && (count < min || count > max)) {
    tell([...path, "count"], `It is from ${min} to ${max}, its autoscaler's bounds, not ${count}.`);
  }
}

/** What is one autoscaler's own. */
function ruleKind(autoscaler: Exclude<Autoscaler, "none">, own: Path, tell: Tell): void {
  if ("schedule" in autoscaler) {
    const { entries, periodSeconds } = autoscaler.schedule;
    ruleEntries(entries, periodSeconds ?? Number.POSITIVE_INFINITY, [...own, "entries"], tell);
  }
  if ("step" in autoscaler) ruleStep(autoscaler.step, own, tell);
  if ("hpa" in autoscaler && autoscaler.hpa.min === 0) {
    tell([...own, "min"], "It is at least 1: an HPA does not scale to none; keda does.");
  }
  const ofKeda = "keda" in autoscaler ? autoscaler.keda : undefined;
  const ofJobs = "kedaJobs" in autoscaler ? autoscaler.kedaJobs : undefined;
  if ((ofKeda ?? ofJobs)?.metric === "ageOfOldest") {
    const sentence = "KEDA's trigger knows no ages; it is visible, visibleAndInFlight or all.";
    tell([...own, "metric"], sentence);
  }
}

function ruleEntries(
  entries: readonly ScheduleEntry[],
  periodSeconds: number,
  path: Path,
  tell: Tell,
): void {
  for (const [index, { atSeconds, count }] of entries.entries()) {
    const before = entries[index - 1]?.atSeconds ?? -1;
    const own = [...path, String(index)];
    if (atSeconds <= before) {
      tell([...own, "atSeconds"], `It is after that of the entry before, ${before}.`);
    }
    if (atSeconds >= periodSeconds) {
      tell([...own, "atSeconds"], `It is less than periodSeconds, ${periodSeconds}.`);
    }
    if (count > 0 || entries.some((entry) => entry.count > 0)) continue;
    tell([...own, "count"], "At least one entry has a process.");
  }
}

function ruleStep({ out, in: back, adjustmentType }: StepScaling, own: Path, tell: Tell): void {
  if (out === undefined && back === undefined) {
    tell(own, "It lacks out or in: it would do nothing.");
  }
  const isExact = adjustmentType === "exactCapacity";
  const check = (alarm: StepAlarm | undefined, name: string, sign: number): void => {
    for (const [index, { adjustment }] of (alarm?.steps ?? []).entries()) {
      const path = [...own, name, "steps", String(index), "adjustment"];
      if (isExact && adjustment < 0) tell(path, "A number of processes is 0 or more.");
      if (isExact || adjustment * sign > 0) continue;
      tell(path, `It is ${sign > 0 ? "above" : "below"} 0, since it scales ${name}.`);
    }
  };
  check(out, "out", 1);
  check(back, "in", -1);
  if (out !== undefined && back !== undefined && back.threshold >= out.threshold) {
    tell([...own, "in", "threshold"], `It is below that of out, ${out.threshold}.`);
  }
}

function ruleJobs(fleet: Fleet, path: Path, tell: Tell): void {
  for (const name of ["scaleIn", "graceSeconds", "prefetch", "restarts"] as const) {
    if (fleet[name] === undefined || fleet[name] === 0) continue;
    tell([...path, name], "A job makes one receive and ends by itself; leave it out.");
  }
  if ((fleet.concurrency ?? 1) > 1) {
    tell([...path, "concurrency"], "A job makes one receive and ends; it is 1.");
  }
}

/** What Lambda does by itself, or does not know. */
const notOfLambda = [
  ...["count", "concurrency", "prefetch", "pauseSeconds", "placementSeconds"],
  ...["scaleIn", "graceSeconds", "restarts", "heartbeat"],
] as const;

function ruleLambda(fleet: Fleet, lambda: Lambda, isFifo: boolean, path: Path, tell: Tell): void {
  const own = [...path, "autoscaler", "lambda"];
  for (const name of notOfLambda) {
    if (!Object.hasOwn(fleet, name)) continue;
    tell([...path, name], "It does not go with lambda, which sees to that itself; leave it out.");
  }
  if ((fleet.handler ?? "batch") !== "batch") {
    tell([...path, "handler"], "A function is given a batch; it is batch, or left out.");
  }
  if (lambda.provisioned !== undefined && lambda.maximumConcurrency !== undefined) {
    tell(
      [...own, "maximumConcurrency"],
      "It does not go with provisioned: maximumPollers bounds it.",
    );
  }
  const { min, max } = lambdaSize(lambda);
  if (min > max) {
    tell([...own, "provisioned", "maximumPollers"], `It is at least minimumPollers, ${min}.`);
  }
  if ((lambda.maximumBatchingWindow ?? 0) > 0 && isFifo) {
    tell([...own, "maximumBatchingWindow"], "Only a Standard queue has a batching window.");
  }
}
