/**
 * The cells of a sweep: a scenario in which some fields take several values each. Fields are named by
 * their paths in the scenario, and what they may hold is what the scenario's schema says. Pure, but for
 * the reading of scenarios.
 */
import { dirname } from "node:path";
import { Setting } from "../../broker/described/setting.ts";
import { sentencesOf } from "../../broker/described/settingError.ts";
import type { KnownFiles } from "../scenario/loadTraces.ts";
import type { Plan } from "../scenario/plan.ts";
import { readScenario } from "../scenario/read.ts";
import { ScenarioError } from "../scenario/scenarioError.ts";
import type { Scenario } from "../scenario/types.ts";
import { segmentsOf, withValues } from "./fields.ts";
import type { CellValues, VariedValue, Vary } from "./types.ts";

export interface GridCell {
  readonly values: CellValues;
  readonly scenario: Scenario;
  readonly plan: Plan;
}

const cellsMax = 10_000;
const numberPattern = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const rangePattern = /^(-?[\d.]+?)\.\.(-?[\d.]+?)(?::([\d.]+))?$/;

/**
 * What `PATH=VALUES` says: `count=1..8`, `timeout=30,60,120`, `rate=0.5..2:0.5`. Throws a ScenarioError
 * where it says nothing.
 */
export function readVary(text: string): Vary {
  const at = text.indexOf("=");
  const [path, list] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at < 1 || path === "" || list === "") {
    const example = "consumers.workers.count=1..8";
    throw new ScenarioError([
      `vary: It is PATH=VALUES, as in ${example}, not ${text || "nothing"}.`,
    ]);
  }
  return { path, values: list.split(",").flatMap((one) => valuesOf(one.trim(), path)) };
}

function valuesOf(text: string, path: string): VariedValue[] {
  const range = rangePattern.exec(text);
  if (range !== null) return rangeOf(text, path, range.slice(1).map(Number));
  if (numberPattern.test(text)) return [Number(text)];
  if (text === "true" || text === "false") return [text === "true"];
  return [text === "null" ? null : text];
}

function rangeOf(text: string, path: string, [from, until, given]: readonly number[]): number[] {
  const step = given === undefined || Number.isNaN(given) ? 1 : given;
  const [first, last] = [from ?? Number.NaN, until ?? Number.NaN];
  const fail = (why: string) => new ScenarioError([`vary: ${path}=${text}: ${why}`]);
  if (!Number.isFinite(first + last + step)) throw fail("A range is two numbers, as in 1..8.");
  if (last < first) throw fail(`A range ascends: ${last}..${first}.`);
  if (step <= 0) throw fail("A range's step is above 0, as in 1..8:2.");
  const count = Math.floor((last - first) / step + 1e-9) + 1;
  if (count > cellsMax) throw fail(`It has ${count} values; ${cellsMax} are the most.`);
  // Without the last digits that sums of fractions have.
  return Array.from({ length: count }, (_, index) =>
    Number((first + index * step).toPrecision(12)),
  );
}

/** A scenario as an object, and what its files' names start from. */
export interface Opened {
  readonly scenario: Scenario;
  readonly folder: string;
  readonly known: KnownFiles;
}

/** Reads a file's scenario, or copies a program's own; its mistakes are told. */
export async function openScenario(source: string | Scenario): Promise<Opened> {
  const known: KnownFiles = new Map();
  await readScenario(source, { known });
  if (typeof source !== "string") return { scenario: structuredClone(source), folder: ".", known };
  const { root, mistakes } = Setting.read(source);
  if (root === undefined) throw new ScenarioError(sentencesOf(mistakes));
  return { scenario: root.json as Scenario, folder: dirname(source), known };
}

/** The plan of an opened scenario with these fields set. */
export async function readCell(opened: Opened, values: CellValues): Promise<GridCell> {
  const scenario = withValues(opened.scenario, values);
  const { folder, known } = opened;
  return {
    values,
    scenario,
    plan: await readScenario(scenario, { name: nameOfCell(values), folder, known }),
  };
}

/** What a cell is called in mistakes. */
export function nameOfCell(values: CellValues): string {
  return Object.entries(values)
    .map(([path, value]) => `${path}=${value}`)
    .join(", ");
}

/** All combinations, the last field's values the fastest. */
export function combinations(varied: readonly Vary[]): CellValues[] {
  let cells: CellValues[] = [{}];
  for (const { path, values } of varied) {
    cells = cells.flatMap((cell) => values.map((value) => ({ ...cell, [path]: value })));
  }
  return cells;
}

/**
 * Reads every cell. Throws a ScenarioError with all that is wrong: with a field, with a value of it, or,
 * where each is right by itself, with values together.
 */
export async function gridOf(opened: Opened, varied: readonly Vary[]): Promise<GridCell[]> {
  checkVaried(opened.scenario, varied);
  await readAll(
    opened,
    varied.flatMap(({ path, values }) => values.map((value) => ({ [path]: value }))),
  );
  return readAll(opened, combinations(varied));
}

function checkVaried(scenario: Scenario, varied: readonly Vary[]): void {
  if (varied.length === 0) throw new ScenarioError(["vary: It takes a field that varies."]);
  const mistakes = varied.flatMap(({ path, values }, index) => {
    const others = varied.slice(0, index);
    if (others.some((one) => one.path === path)) return [`vary: ${path}: It is there twice.`];
    if (values.length === 0) return [`vary: ${path}: It has no values.`];
    const twice = values.find((value, at) => values.indexOf(value) !== at);
    if (twice !== undefined) return [`vary: ${path}: It has the value ${twice} twice.`];
    try {
      segmentsOf(scenario, path);
      return [];
    } catch (error) {
      if (error instanceof ScenarioError) return [...error.mistakes];
      throw error;
    }
  });
  const cells = varied.reduce((product, { values }) => product * values.length, 1);
  if (cells > cellsMax) mistakes.push(`vary: That is ${cells} cells; ${cellsMax} are the most.`);
  if (mistakes.length > 0) throw new ScenarioError(mistakes);
}

async function readAll(opened: Opened, all: readonly CellValues[]): Promise<GridCell[]> {
  const cells: GridCell[] = [];
  const mistakes: string[] = [];
  for (const values of all) {
    try {
      cells.push(await readCell(opened, values));
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      mistakes.push(...error.mistakes);
    }
  }
  if (mistakes.length > 0) throw new ScenarioError(mistakes);
  return cells;
}
