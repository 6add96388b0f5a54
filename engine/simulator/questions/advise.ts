/**
 * `advise`: the smallest fleet and the settings that meet a service level at least cost. Formulas say where
 * to begin (Erlang's C, the law's tail, powers of the failure's probability); simulations of the scenario
 * decide, and are what each piece of advice is proved by.
 */
import { priceBook } from "../cost.ts";
import { instabilities } from "../instabilities.ts";
import { power } from "../random/math.ts";
import type { Plan, PlannedFleet } from "../scenario/plan.ts";
import { readScenario } from "../scenario/read.ts";
import { ScenarioError } from "../scenario/scenarioError.ts";
import type { Scenario } from "../scenario/types.ts";
import { adviceVerdict } from "../show/adviceText.ts";
import { withSeed } from "../simulate.ts";
import { withValues } from "./fields.ts";
import { checkGoals } from "./goals.ts";
import { openScenario } from "./grid.ts";
import { secondsFor } from "./lawTail.ts";
import { obstaclesOf, whyNot } from "./obstacles.ts";
import { fieldsOf } from "./reasons.ts";
import { type Beginning, type Limits, refine, search } from "./search.ts";
import { processesFor, staffingOf } from "./staffing.ts";
import { type Setting, type Subject, type Trial, Trials, valuesOf } from "./trials.ts";
import type { Advice, AdviseOptions, Goal, Knob } from "./types.ts";

const batches = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const longestWait = 20;
const timeoutMost = 43_200;
const receivesMost = 1_000;
const countMost = 10_000;
const hoursAMonth = 720;
/** Runs of each variant, where the scenario does not say: an interval takes several. */
const runsDefault = 4;
/** How often the timeout is made longer because the simulation says so. */
const longerMax = 6;

/**
 * Searches. Rejects with a ScenarioError for what is wrong with the scenario or the goals; goals that
 * can't be met are no error, but what `obstacles` says. Aborted by `signal`, it resolves with the best of
 * what was simulated by then.
 */
export async function advise(source: string | Scenario, options: AdviseOptions): Promise<Advice> {
  const { goals, fleet, keep = [], countMax = 1_000, seed, prices, ...run } = options;
  checkGoals(goals);
  checkCount(countMax);
  const opened = await openScenario(source);
  const { folder, known } = opened;
  const plan = withSeed(await readScenario(opened.scenario, { folder, known }), seed);
  const place = placeOfFleet(plan, fleet);
  const own = plan.fleets[place] as PlannedFleet;
  const paths = pathsOf(opened.scenario, plan, own, keep, goals);
  const subject: Subject = {
    ...{ opened, goals, paths, seed: plan.seed, fleet: place },
    replications: opened.scenario.replications ?? runsDefault,
    names: { queue: plan.queues[own.queue]?.name ?? "", fleet: own.name },
    book: priceBook(prices),
  };
  const trials = new Trials(subject, run);
  const limits = {
    countMax,
    count: paths.count === undefined ? own.count : undefined,
    isPriced: own.usdPerHour > 0,
    processUsd: own.usdPerHour * hoursAMonth,
  };
  const now = settingOf(plan, place);
  const isStable = instabilities(plan).length === 0;
  const [before] = isStable ? await trials.run([now]) : [];
  const obstacles = obstaclesOf(plan, place, goals, paths);
  const asked = { plan, place, goals, paths, now, countMax };
  const best = obstacles.length === 0 ? await bestFor(trials, asked, limits) : undefined;
  const shown = best ?? nearest(trials.all) ?? before;
  const whole = {
    ...{ title: plan.title, fleet: own.name, queue: subject.names.queue, seed: plan.seed },
    isMet: best !== undefined,
    obstacles: best === undefined ? [...obstacles, ...whyNot(trials.all, obstacles, countMax)] : [],
    fields:
      best === undefined ? [] : fieldsOf({ plan, place, best, now, trials: trials.all, subject }),
    goals: shown?.goals ?? goals.map((goal) => ({ goal, value: null, upTo: null, isMet: false })),
    before: before === undefined ? null : { goals: before.goals, monthUsd: before.monthUsd },
    monthUsd: shown?.isStable === true ? shown.monthUsd : null,
    scenario: withValues(opened.scenario, best === undefined ? {} : valuesOf(best.setting, paths)),
    simulated: trials.simulated,
    replications: subject.replications,
    isComplete: !trials.isStopped,
  };
  return { ...whole, verdict: adviceVerdict(whole) };
}

/** Searches all batches, with longer timeouts where these alone are what fails, and then around the best. */
async function bestFor(
  trials: Trials,
  asked: Omit<Asked, "batch" | "longer">,
  limits: Limits,
): Promise<Trial | undefined> {
  const own = asked.plan.fleets[asked.place] as PlannedFleet;
  const tried = asked.paths.batch === undefined ? [own.batch] : batches;
  let best: Trial | undefined;
  for (let longer = 0; longer < longerMax && best === undefined; longer++) {
    const beginnings = tried.map((batch) => beginningOf({ ...asked, batch, longer }));
    best = await search(trials, beginnings, limits);
    if (trials.isStopped || !failsByShares(trials.all)) break;
  }
  if (best === undefined || trials.isStopped) return best;
  return refine(trials, best, timeoutsAround(best, own, asked.paths), tried, limits);
}

function checkCount(countMax: number): void {
  if (Number.isInteger(countMax) && countMax >= 1 && countMax <= countMost) return;
  throw new ScenarioError([
    `countMax: It is a whole number from 1 to ${countMost}, not ${countMax}.`,
  ]);
}

function placeOfFleet(plan: Plan, wanted: string | undefined): number {
  const names = plan.fleets.map(({ name }) => name);
  if (names.length === 0)
    throw new ScenarioError(["consumers: There are none to be advised about."]);
  if (wanted === undefined && names.length > 1) {
    const sentence = `fleet: There are several consumers; name one of ${names.join(", ")}.`;
    throw new ScenarioError([sentence]);
  }
  const place = wanted === undefined ? 0 : names.indexOf(wanted);
  if (place < 0) {
    throw new ScenarioError([
      `fleet: There are no consumers ${wanted}; there are ${names.join(", ")}.`,
    ]);
  }
  const { name, scaling } = plan.fleets[place] as PlannedFleet;
  if (scaling?.autoscaler !== undefined) {
    throw new ScenarioError([scaledSentence(`consumers.${name}`, scaling.autoscaler.rule.kind)]);
  }
  return place;
}

/** What to do instead for a fleet whose number changes by itself. */
function scaledSentence(own: string, kind: string): string {
  const bounds: Readonly<Record<string, string>> = {
    lambda: "maximumConcurrency=2,5,10,20,50",
    schedule: "periodSeconds=43200,86400",
  };
  const vary = `${own}.autoscaler.${kind}.${bounds[kind] ?? "max=4..12"}`;
  return `${own}.autoscaler: Advice is for a number of processes that stays. Leave it out (and give it a count) to learn how many the peak takes, which is what the most must be at least; then try bounds: sluice simulate sweep FILE --vary ${vary}.`;
}

/** Where the knobs are that may be turned. */
function pathsOf(
  scenario: Scenario,
  plan: Plan,
  fleet: PlannedFleet,
  keep: readonly Knob[],
  goals: readonly Goal[],
): Partial<Record<Knob, string>> {
  const queue = plan.queues[fleet.queue];
  const own = `consumers.${fleet.name}`;
  const hasOwnTimeout = scenario.consumers?.[fleet.name]?.visibilityTimeout !== undefined;
  const asks = (kind: Goal["kind"]): boolean => goals.some((goal) => goal.kind === kind);
  const paths: Partial<Record<Knob, string>> = {
    count: `${own}.count`,
    batch: `${own}.batch`,
    waitTimeSeconds: `${own}.waitTimeSeconds`,
  };
  // A heartbeat hides messages as long as it takes.
  if (asks("duplicates") && fleet.heartbeat === undefined) {
    paths.visibilityTimeout = hasOwnTimeout
      ? `${own}.visibilityTimeout`
      : `queues.${queue?.name}.VisibilityTimeout`;
  }
  if (asks("deadLetters") && queue?.deadLetters !== undefined) {
    paths.maxReceiveCount = `queues.${queue.name}.RedrivePolicy.maxReceiveCount`;
  }
  for (const knob of keep) delete paths[knob];
  return paths;
}

/** The knobs as the scenario has them. */
function settingOf(plan: Plan, place: number): Setting {
  const fleet = plan.fleets[place] as PlannedFleet;
  return {
    count: fleet.count,
    batch: fleet.batch,
    waitTimeSeconds: fleet.waitTimeSeconds,
    visibilityTimeout: fleet.visibilityTimeoutSeconds,
    maxReceiveCount: plan.queues[fleet.queue]?.deadLetters?.maxReceiveCount ?? receivesMost,
  };
}

interface Asked {
  readonly plan: Plan;
  readonly place: number;
  readonly goals: readonly Goal[];
  readonly paths: Subject["paths"];
  readonly now: Setting;
  readonly batch: number;
  readonly countMax: number;
  /** How often the timeout was found too short. */
  readonly longer: number;
}

/** Where the formulas say to begin with receives of so many messages. */
function beginningOf({
  plan,
  place,
  goals,
  paths,
  now,
  batch,
  countMax,
  longer,
}: Asked): Beginning {
  const fleet = { ...(plan.fleets[place] as PlannedFleet), batch };
  const shareOf = (kind: "duplicates" | "deadLetters") =>
    goals.find((goal) => goal.kind === kind)?.share ?? 1;
  let { visibilityTimeout = 30, waitTimeSeconds = 0, maxReceiveCount = receivesMost } = now;
  if (paths.visibilityTimeout !== undefined) {
    const exact = secondsFor(fleet, shareOf("duplicates"), timeoutMost) ?? timeoutMost;
    visibilityTimeout = Math.min(timeoutMost, Math.ceil(exact * power(1.5, longer)));
  }
  if (paths.waitTimeSeconds !== undefined) waitTimeSeconds = longestWait;
  if (paths.maxReceiveCount !== undefined) {
    maxReceiveCount = receivesFor(fleet, shareOf("deadLetters"));
    // What outlasts its timeout is received once more than it failed.
    if (longer > 0) maxReceiveCount = Math.min(receivesMost, maxReceiveCount + longer);
  }
  const fleets = plan.fleets.map((one, index) => (index === place ? fleet : one));
  const staffing = staffingOf({ ...plan, fleets }, place);
  const waits = goals.flatMap((goal) => ("seconds" in goal ? [goal] : []));
  const start = staffing === undefined ? fleet.count : processesFor(staffing, waits, countMax);
  return { setting: { batch, visibilityTimeout, waitTimeSeconds, maxReceiveCount }, start };
}

/** The fewest receives m with p^m no more than the share, poison taken off. */
export function receivesFor({ failure }: PlannedFleet, share: number): number {
  const { probability, poisonShare } = failure;
  const left = (share - poisonShare) / (1 - poisonShare);
  if (probability === 0 || left >= 1) return 1;
  if (left <= 0 || probability === 1) return receivesMost;
  return Math.min(
    receivesMost,
    Math.max(1, Math.ceil(Math.log(left) / Math.log(probability) - 1e-9)),
  );
}

/** Whether longer timeouts or more receives would help where nothing else does. */
function failsByShares(trials: readonly Trial[]): boolean {
  return trials.some(({ isStable, goals }) => {
    const failed = goals.filter(({ isMet }) => !isMet);
    const isShare = ({ goal }: (typeof failed)[number]) =>
      goal.kind === "duplicates" || goal.kind === "deadLetters";
    return isStable && failed.length > 0 && failed.every(isShare);
  });
}

/** Timeouts that the formula may have overlooked: it knows no queue. */
function timeoutsAround(
  { setting }: Trial,
  fleet: PlannedFleet,
  paths: Subject["paths"],
): readonly number[] {
  if (paths.visibilityTimeout === undefined) return [];
  const { visibilityTimeout = 30 } = setting;
  const all = [0.5, 0.75, 1.5, 2, 4].map((factor) =>
    Math.max(1, Math.ceil(visibilityTimeout * factor)),
  );
  const asked = [...all, fleet.visibilityTimeoutSeconds].map((one) => Math.min(one, timeoutMost));
  return [...new Set(asked)].filter((one) => one !== visibilityTimeout && one > 0);
}

/** Of those that do not meet the goals the one that meets most of them, and of these the largest. */
function nearest(trials: readonly Trial[]): Trial | undefined {
  const met = ({ goals }: Trial): number => goals.filter(({ isMet }) => isMet).length;
  return trials
    .filter(({ isStable }) => isStable)
    .toSorted(
      (one, other) =>
        met(other) - met(one) || (other.setting.count ?? 0) - (one.setting.count ?? 0),
    )[0];
}
