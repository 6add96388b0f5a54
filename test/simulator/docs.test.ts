/**
 * docs/SIMULATION.md is true: its scenario and its program run, its command prints a line like the one
 * shown, what it says of mistakes is what is said, and it has all laws and fields. Needs a build.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { instabilities } from "../../engine/simulator/instabilities.ts";
import { readScenario } from "../../engine/simulator/scenario/read.ts";
import { lawName, resolved, scenarioSchema } from "../../engine/simulator/scenario/schema.ts";
import { patience } from "../support/patience.ts";

const TIMEOUT_MS = patience(120_000);
const root = fileURLToPath(new URL("../..", import.meta.url));
const main = join(root, "dist", "engine", "cli", "main.js");
const page = readFileSync(join(root, "docs", "SIMULATION.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "sluice-docs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The blocks of a language, in their order. */
function blocks(language: string): string[] {
  const found = page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"));
  return [...found].map(([, text = ""]) => text);
}

/** A line without its figures, which the next version may change. */
function shape(line: string | undefined): string | undefined {
  return line?.trim().replace(/[\d.,]+( ?(ms|s|min|h)\b)?/g, "#");
}

const [verdict, mistake, growth] = blocks("text");

describe("docs/SIMULATION.md", { timeout: TIMEOUT_MS }, () => {
  test("shows what its command prints", () => {
    const [command = ""] = blocks("sh");
    expect(command).toMatch(/^sluice simulate run examples\/scenarios\/shop\.yaml /);
    const [, , , file = ""] = command.split(" ");
    const printed = execFileSync(process.execPath, [main, "simulate", "run", file], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    expect(shape(printed.trimEnd().split("\n").at(-1))).toBe(shape(verdict));
  });

  test("has a program that runs", () => {
    const [program = ""] = blocks("js");
    const file = join(folder, "program.mjs");
    const own = join(root, "dist", "engine", "simulator", "index.js");
    writeFileSync(file, program.replace('"sluice/simulator"', JSON.stringify(`file://${own}`)));
    const printed = execFileSync(process.execPath, [file], { encoding: "utf8" }).split("\n");
    expect(printed[0]).toMatch(/^The consumers keep up: /);
    expect(printed[1]).toBe("80000 true true");
  });

  test("has a scenario that is read, and stable", async () => {
    const [scenario = ""] = blocks("yaml");
    const file = join(folder, "scenario.yaml");
    writeFileSync(file, scenario);
    const plan = await readScenario(file);
    expect(plan.queues.map(({ name }) => name)).toEqual(["work", "dead"]);
    expect(instabilities(plan)).toEqual([]);
  });

  test("says of mistakes what is said", async () => {
    const file = join(folder, "shop.yaml");
    const lines = [
      "horizon: { seconds: 9 }",
      "queues: { work: {} }",
      "",
      "",
      "",
      "",
      "",
      "producers:",
    ];
    const producer = "  web: { queue: work, arrivals: { poisson: { perMinute: 3.6 } } }";
    writeFileSync(file, [...lines, producer].join("\n"));
    await expect(readScenario(file)).rejects.toThrow(join(folder, mistake?.trim() ?? ""));
    const fleet = { queue: "work", count: 88, service: { deterministic: { seconds: 1 } } };
    const plan = await readScenario({
      horizon: { seconds: 9 },
      queues: { work: {} },
      producers: { web: { queue: "work", arrivals: { poisson: { perSecond: 100 } } } },
      consumers: { workers: fleet },
    });
    expect(`sluice: ${instabilities(plan)[0]}`).toBe(growth?.trim());
  });

  test("names every law, every kind of arrivals and every field of producers and fleets", () => {
    const { definitions = {} } = scenarioSchema();
    const names = ["Law", "Arrivals", "Groups", "Autoscaler"].flatMap((type) =>
      (definitions[type]?.anyOf ?? [])
        .map(resolved)
        .map((node) => lawName(node) ?? node.enum?.[0] ?? "nameless"),
    );
    expect(names.length).toBeGreaterThan(20);
    const fields = ["Producer", "Fleet", "Failure"].flatMap((type) =>
      Object.keys(definitions[type]?.properties ?? {}),
    );
    const missing = [...names, ...fields].filter((name) => !new RegExp(`\\b${name}\\b`).test(page));
    expect(missing).toEqual([]);
  });
});
