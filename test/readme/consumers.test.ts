/**
 * docs/CONSUMERS.md does what it says. Each of its code blocks begins with its file's name; all are
 * written into one folder in which the built package is installed, and a block with a block of text
 * behind it is run and prints that. The others are handlers that one of these names. The page's table
 * of options is compared with the types and with what `consume` refuses. Needs a build.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Broker, type ConsumeOptions, consume } from "../../engine/index.ts";
import { membersOf, pageProject, tableOf } from "../support/pageProject.ts";

const project = pageProject("docs/CONSUMERS.md", ["tsx"]);
const file = fileURLToPath(new URL("../../engine/consumer/types.ts", import.meta.url));
const types = readFileSync(file, "utf8");

test("every code block has a name of its own, and is run or named by one that is", () => {
  const { names, programs, idle } = project;
  expect(names).not.toContain(undefined);
  expect(new Set(names).size).toBe(names.length);
  expect(programs.length).toBeGreaterThan(5);
  expect(idle).toEqual([]);
});

test.concurrent.each(project.programs)("$name prints what the page shows", async (program) => {
  const { stdout, stderr } = await project.run(program.name);
  expect(stderr).toBe("");
  expect(stdout).toBe(program.prints);
});

test("the tables have every option and every event", () => {
  const { page } = project;
  const options = membersOf(types, "ConsumeOptions");
  expect([...tableOf(page, "Options").keys()].sort()).toEqual(options.sort());
  expect([...tableOf(page, "Events and stats").keys()].sort()).toEqual(
    membersOf(types, "ConsumerEvents").sort(),
  );
  expect(options).toContain("maxDeathsInARow");
});

test("the ranges of the options are those that consume insists on", async () => {
  await using broker = await Broker.open();
  const queue = await broker.createQueue("ranges");
  const ranges = [...tableOf(project.page, "Options")].flatMap(([name, text]) => {
    const [, min, max] = /(\d+) (?:to ([\d,]+)|or more)\b/.exec(text) ?? [];
    if (min === undefined || name === "backoffSeconds") return [];
    return [{ name, min: Number(min), max: Number((max ?? "Infinity").replace(",", "")) }];
  });
  expect(ranges.map(({ name }) => name)).toEqual([
    "threads",
    "batch",
    "concurrency",
    "visibilityTimeout",
    "recycleAfter",
    "maxDeathsInARow",
  ]);
  const wrong = "InvalidParameterValue";
  const missing = new URL("file:///none.mjs");
  for (const { name, min, max } of ranges) {
    const answers = [min - 1, min, max, max + 1].map((value) => {
      try {
        void consume(queue, missing, { [name]: value } as ConsumeOptions).stop();
        return "taken";
      } catch (error) {
        return (error as { code?: unknown }).code;
      }
    });
    // There is no number above Infinity.
    const above = max === Number.POSITIVE_INFINITY ? "taken" : wrong;
    expect([name, ...answers]).toEqual([name, wrong, "taken", "taken", above]);
  }
});
