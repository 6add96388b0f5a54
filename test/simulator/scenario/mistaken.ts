/** Scenarios with something wrong, and the mistakes that are told of them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readScenario } from "../../../engine/simulator/scenario/read.ts";
import { ScenarioError } from "../../../engine/simulator/scenario/scenarioError.ts";

/** Does something with a scenario's file that has this text, in a folder of its own, which goes then. */
export async function inFile<T>(text: string, act: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-scenario-"));
  const file = join(folder, "scenario.yaml");
  try {
    writeFileSync(file, text);
    return await act(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The mistakes of a file with this text, `3: path: sentence` each; none where it is read. */
export function mistakesOf(text: string): Promise<readonly string[]> {
  return inFile(text, mistakesIn);
}

async function mistakesIn(file: string): Promise<readonly string[]> {
  try {
    await readScenario(file);
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.mistakes.map((mistake) => mistake.replace(`${file}:`, ""));
  }
}

export const queue = "queues: { work: {} }";
export const horizon = "horizon: { messages: 10 }";
export const arrivals = "arrivals: { poisson: { perSecond: 1 } }";
export const service = "service: { exponential: { meanSeconds: 1 } }";
export const producers = `producers: { web: { queue: work, ${arrivals} } }`;
export const consumers = `consumers: { workers: { queue: work, count: 1, ${service} } }`;

/** A scenario in which line 1 is this, and all others are right. */
export function first(line: string): string {
  const others = [queue, horizon, producers, consumers];
  const key = line.slice(0, line.indexOf(":") + 1);
  return [line, ...others.filter((other) => !other.startsWith(key))].join("\n");
}

export function producer(fields: string): string {
  return first(`producers: { web: { queue: work, ${fields} } }`);
}

export function fleet(fields: string): string {
  return first(`consumers: { workers: { queue: work, count: 1, ${fields} } }`);
}
