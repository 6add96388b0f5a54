/**
 * Whether the cases of AWS's documentation notice a fault in the evaluation of policies: each of
 * `mutants.ts` is planted into a copy of engine/policy/, and the copy is asked all of them.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { answerBy, type Evaluation } from "../policy/asked.ts";
import { cases } from "../policy/cases/all.ts";
import { type Mutant, mutants } from "../policy/mutants.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "build", "mutants");

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The evaluation with a fault in it, or without one. */
async function evaluationWith(name: string, mutant?: Mutant): Promise<Evaluation> {
  const engine = join(folder, name, "engine");
  mkdirSync(engine, { recursive: true });
  for (const path of ["policy", "limits.ts", "suggestion.ts"]) {
    cpSync(join(root, "engine", path), join(engine, path), { recursive: true });
  }
  if (mutant !== undefined) {
    const path = join(engine, "policy", mutant.file);
    const parts = readFileSync(path, "utf8").split(mutant.right);
    expect([mutant, parts.length - 1]).toEqual([mutant, 1]);
    writeFileSync(path, parts.join(mutant.wrong));
  }
  const { evaluate } = await import(join(engine, "policy", "evaluate.ts"));
  const { parsePolicy } = await import(join(engine, "policy", "parse.ts"));
  return { evaluate, parsePolicy };
}

/** How many cases are answered wrongly; a fault may also throw. */
function mistakesOf(evaluation: Evaluation): number {
  return cases.filter((one) => {
    try {
      return answerBy(evaluation, one).allowed !== one.allowed;
    } catch {
      return true;
    }
  }).length;
}

test("a copy without a fault makes no mistake", async () => {
  expect(mistakesOf(await evaluationWith("none"))).toBe(0);
});

test.each(mutants.map((mutant, index) => [index, mutant] as const))(
  "fault %i is noticed",
  async (index, mutant) => {
    const mistakes = mistakesOf(await evaluationWith(`${index}`, mutant));
    expect([mutant, mistakes > 0]).toEqual([mutant, true]);
  },
);
