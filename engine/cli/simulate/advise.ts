/**
 * What `sluice simulate advise FILE` does: the smallest fleet and the settings that meet a service level, the
 * reasons, and what changes as YAML. --write writes the whole scenario, with the comments that it had.
 * Exits with 1 where the goals can't be met.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { isMap, parseDocument, stringify } from "yaml";
import { advise } from "../../simulator/questions/advise.ts";
import { segmentsOf } from "../../simulator/questions/fields.ts";
import type { Advice, Goal, Knob } from "../../simulator/questions/types.ts";
import { ScenarioError } from "../../simulator/scenario/scenarioError.ts";
import {
  adviceContent,
  adviceTables,
  changedFields,
  changesYaml,
  reasonLines,
} from "../../simulator/show/adviceText.ts";
import { fileMistake, type OutputOptions, work } from "./output.ts";
import type { SimulationOptions } from "./run.ts";

export interface AdviseCommandOptions extends OutputOptions, SimulationOptions {
  readonly maxWaitP50?: number;
  readonly maxWaitP90?: number;
  readonly maxWaitP95?: number;
  readonly maxWaitP99?: number;
  readonly maxWaitP999?: number;
  readonly within?: readonly { readonly seconds: number; readonly share: number }[];
  readonly duplicates?: number;
  readonly deadLetters?: number;
  readonly fleet?: string;
  readonly keep?: readonly Knob[];
  readonly maxCount?: number;
  readonly write?: string;
}

export async function simulateAdvise(file: string, options: AdviseCommandOptions): Promise<void> {
  const { threads, seed, prices, fleet, keep, maxCount: countMax, write } = options;
  await work(options, `looking for the least that ${file} needs`, async (watch) => {
    const unfit = fileMistake(write) ?? [];
    if (unfit.length > 0) throw new ScenarioError(unfit);
    const goals = goalsOf(options);
    const how = { threads, seed, prices, fleet, keep, countMax };
    const advice = await advise(file, { goals, ...how, ...watch });
    if (!advice.isMet) process.exitCode = 1;
    else if (write !== undefined) writeFileSync(write, advisedText(file, advice));
    const told = {
      tables: adviceTables(advice),
      verdict: textOf(advice),
      chart: undefined,
      charts: [],
      page: adviceContent(advice),
      data: advice,
    };
    return { told, isComplete: advice.isComplete };
  });
}

function goalsOf(options: AdviseCommandOptions): Goal[] {
  const waits = [
    [0.5, options.maxWaitP50],
    [0.9, options.maxWaitP90],
    [0.95, options.maxWaitP95],
    [0.99, options.maxWaitP99],
    [0.999, options.maxWaitP999],
  ] as const;
  const { duplicates, deadLetters, within = [] } = options;
  const goals: Goal[] = [
    ...waits.flatMap(([share, seconds]): Goal[] =>
      seconds === undefined ? [] : [{ kind: "wait", share, seconds }],
    ),
    ...within.map((one): Goal => ({ kind: "stay", ...one })),
    ...(duplicates === undefined ? [] : [{ kind: "duplicates", share: duplicates } as const]),
    ...(deadLetters === undefined ? [] : [{ kind: "deadLetters", share: deadLetters } as const]),
  ];
  if (goals.length > 0) return goals;
  throw new ScenarioError([
    "It takes a goal: --max-wait-p95 2s, --within 10s=99%, --duplicates 0.1% or --dead-letters 0.01%.",
  ]);
}

function textOf(advice: Advice): string {
  const parts = [reasonLines(advice).join("\n"), changesYaml(advice), advice.verdict];
  return parts.filter((part) => part !== "").join("\n\n");
}

/**
 * The file's text with the fields that change. Where one of them stands in an anchor that others use, too,
 * it is the scenario without anchors and comments.
 */
function advisedText(file: string, advice: Advice): string {
  const document = parseDocument(readFileSync(file, "utf8"), { merge: true });
  for (const { path, to } of changedFields(advice)) {
    const segments = segmentsOf(advice.scenario, path);
    const above = segments.slice(0, -1);
    // A policy may stand there as text, as AWS has it, or an alias; a map of its own takes its place.
    for (let depth = 1; depth <= above.length; depth++) {
      const place = above.slice(0, depth);
      if (!document.hasIn(place) || isMap(document.getIn(place, true))) continue;
      document.setIn(place, document.createNode(valueAt(advice.scenario, place)));
    }
    document.setIn(segments, to);
  }
  const isAdvised = isDeepStrictEqual(document.toJS(), advice.scenario);
  return isAdvised ? document.toString() : stringify(advice.scenario);
}

function valueAt(tree: unknown, segments: readonly string[]): unknown {
  let at = tree;
  for (const name of segments) at = (at as Record<string, unknown> | undefined)?.[name];
  return at;
}
