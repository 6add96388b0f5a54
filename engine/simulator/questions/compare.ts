/**
 * `compare`: two scenarios on the same traffic (pair.ts), run by run, so that a difference of some percent
 * shows that separate runs would hide. All intervals together hold in 95 of 100 comparisons, since
 * whoever looks at ten results would see one of them differ by chance half of the time.
 */
import { priceBook } from "../cost.ts";
import type { RunReport } from "../events/report.ts";
import { instabilities } from "../instabilities.ts";
import { simulatePlans } from "../run.ts";
import type { RunOptions } from "../runOptions.ts";
import type { Plan } from "../scenario/plan.ts";
import { readScenario } from "../scenario/read.ts";
import { ScenarioError } from "../scenario/scenarioError.ts";
import type { Scenario } from "../scenario/types.ts";
import { comparisonVerdict } from "../show/compareVerdict.ts";
import { UnstableError, withSeed } from "../simulate.ts";
import type { Findings, SimulationResult } from "../simulationResult.ts";
import { meanOf, tWithin } from "../statistics/student.ts";
import { consumedQueues, figuresAt, numberAt, type Results, resultsOf } from "./figures.ts";
import { paired } from "./pair.ts";
import type { CompareOptions, Comparison, Difference, Figure } from "./types.ts";

const outside = 0.05;
const runsLeast = 10;
const runsMore = 10;
const runsMost = 10_000;

/** Of these less is better. */
const lessIsBetter =
  /(waitSeconds|sojournSeconds|depth|ageOfOldestSeconds|ageOfNextSeconds)\.(mean|p\d+|max)$|\.(duplicates|deadLettered|expired|emptyReceives|redelivered|left|failed|crashed|abandoned|killed)$|Usd$/;

/**
 * Simulates both and says what differs. Rejects with a ScenarioError for what is wrong with either, with
 * an UnstableError where a queue of either would grow without end and `unstable` is not true. Aborted by
 * `signal`, it resolves with the runs that both have made; with fewer than two each it rejects.
 */
export async function compare(
  a: string | Scenario,
  b: string | Scenario,
  options: CompareOptions = {},
): Promise<Comparison> {
  const { seed, unstable = false, prices, show, ...how } = options;
  const { replications, precisionPercent, replicationsMax = 200, ...run } = how;
  const book = priceBook(prices);
  const first = withSeed(await readScenario(a), seed);
  const second = paired(first, await readScenario(b));
  const names = namesOf([a, b], [first, second]);
  if (!unstable) refuseGrowing([first, second], names);
  const runs = replications ?? Math.max(runsLeast, first.replications, second.replications);
  checkNumbers(runs, precisionPercent, replicationsMax);
  const figures = await figuresOfBoth(first, second, show);
  const duel = new Duel([first, second], run);
  let found = await duel.more(runs);
  const make = (plan: Plan, reports: readonly RunReport[]): Results =>
    resultsOf(plan, reports, book);
  let results = [make(first, found.a), make(second, found.b)] as const;
  let differences = differencesOf(figures, results);
  while (precisionPercent !== undefined && found.isComplete && found.a.length < replicationsMax) {
    if (isPrecise(differences[0], precisionPercent)) break;
    found = await duel.more(Math.min(runsMore, replicationsMax - found.a.length));
    results = [make(first, found.a), make(second, found.b)];
    differences = differencesOf(figures, results);
  }
  const whole = {
    ...{ a: names[0], b: names[1], seed: first.seed },
    replications: found.a.length,
    isComplete: found.isComplete,
    differences,
  };
  const [ofA, ofB] = results.map(({ all }) => withoutSpeed(all));
  return {
    ...whole,
    verdict: comparisonVerdict(whole),
    results: { a: ofA, b: ofB } as Comparison["results"],
  };
}

/** The file's name, or the title; A and B where these do not tell them apart. */
function namesOf(
  sources: readonly (string | Scenario)[],
  plans: readonly Plan[],
): readonly [string, string] {
  const [one = "A", other = "B"] = sources.map((source, index) =>
    typeof source === "string" ? source : (plans[index]?.title ?? ["A", "B"][index]),
  );
  return one === other ? ["A", "B"] : [one, other];
}

function refuseGrowing(plans: readonly Plan[], names: readonly string[]): void {
  const growing = plans.flatMap((plan, index) =>
    instabilities(plan).map((sentence) => `${names[index]}: ${sentence}`),
  );
  if (growing.length > 0) throw new UnstableError(growing);
}

function checkNumbers(runs: number, precision: number | undefined, most: number): void {
  const mistakes: string[] = [];
  const isCount = (value: number): boolean =>
    Number.isInteger(value) && value >= 2 && value <= runsMost;
  if (!isCount(runs)) {
    mistakes.push(`replications: It is a whole number from 2 to ${runsMost}, not ${runs}.`);
  }
  if (!isCount(most)) {
    mistakes.push(`replicationsMax: It is a whole number from 2 to ${runsMost}, not ${most}.`);
  }
  if (precision !== undefined && !(precision > 0 && precision <= 100)) {
    mistakes.push(`precisionPercent: It is a number above 0, at most 100, not ${precision}.`);
  }
  if (mistakes.length > 0) throw new ScenarioError(mistakes);
}

/** What both have. */
async function figuresOfBoth(
  first: Plan,
  second: Plan,
  show: readonly string[] | undefined,
): Promise<Figure[]> {
  if (show === undefined) return figuresAt(comparedPaths(first, second), first);
  const figures = await figuresAt(show, first);
  const paths = figures.map(({ path }) => path);
  await figuresAt(paths, second);
  return figures;
}

function comparedPaths(first: Plan, second: Plan): string[] {
  const queues = consumedQueues(first).filter((name) => consumedQueues(second).includes(name));
  const ofQueues = queues.flatMap((queue) =>
    [
      "waitSeconds.mean",
      "waitSeconds.p95",
      "waitSeconds.p99",
      "sojournSeconds.mean",
      "sojournSeconds.p95",
      "depth.mean",
      "duplicates",
      "deadLettered",
    ].map((figure) => `queues.${queue}.${figure}`),
  );
  const fleets = second.fleets.map(({ name }) => name);
  const ofFleets = first.fleets
    .filter(({ name }) => fleets.includes(name))
    .map(({ name }) => `consumers.${name}.utilisation`);
  return [...ofQueues, ...ofFleets, "cost.monthUsd"];
}

interface Found {
  readonly a: readonly RunReport[];
  readonly b: readonly RunReport[];
  readonly isComplete: boolean;
}

/** Both plans' runs, as many more each time as are asked for. */
class Duel {
  readonly #plans: readonly [Plan, Plan];
  readonly #options: RunOptions;
  #a: readonly RunReport[] = [];
  #b: readonly RunReport[] = [];

  constructor(plans: readonly [Plan, Plan], options: RunOptions) {
    this.#plans = plans;
    this.#options = options;
  }

  async more(count: number): Promise<Found> {
    const done = this.#a.length;
    const plans = this.#plans.map(
      (plan): Plan => ({ ...plan, replications: count, precision: undefined }),
    );
    const [a = [], b = []] = await simulatePlans(
      plans,
      this.#options,
      ({ reports }) => reports.filter(({ isComplete }) => isComplete),
      done,
    );
    // Interrupted, one may have made more of them: pairs are what is compared.
    const pairs = Math.min(a.length, b.length);
    this.#a = [...this.#a, ...a.slice(0, pairs)];
    this.#b = [...this.#b, ...b.slice(0, pairs)];
    if (this.#a.length < 2) throw new Error("Interrupted before two runs of each were done.");
    return { a: this.#a, b: this.#b, isComplete: pairs === count };
  }
}

function differencesOf(figures: readonly Figure[], [a, b]: readonly Results[]): Difference[] {
  const share = outside / figures.length;
  return figures.map((figure) => {
    const of = (results: Results | undefined): number[] =>
      (results?.runs ?? []).map((run) => numberAt(run, figure.path) ?? Number.NaN);
    const [ofA, ofB] = [of(a), of(b)];
    const apart = ofB.map((value, run) => value - (ofA[run] as number));
    const { mean, standardError, halfWidth } = meanOf(apart);
    const count = apart.filter((value) => !Number.isNaN(value)).length;
    const joint = count < 2 ? Number.NaN : tWithin(share, count - 1) * standardError;
    const less = mean + joint < 0 ? "b" : mean - joint > 0 ? "a" : null;
    return {
      ...figure,
      a: known(meanOf(ofA).mean),
      b: known(meanOf(ofB).mean),
      difference: known(mean),
      halfWidth: known(halfWidth),
      jointHalfWidth: known(joint),
      less,
      better: lessIsBetter.test(figure.path) ? less : null,
    };
  });
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function isPrecise(first: Difference | undefined, percent: number): boolean {
  const { a = null, halfWidth = null } = first ?? {};
  return a === null || halfWidth === null || halfWidth * 100 <= percent * Math.abs(a);
}

function withoutSpeed({ speed: _, ...result }: SimulationResult): Findings {
  return result;
}
