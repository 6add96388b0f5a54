/**
 * docs/CONSUMERS.md does what it says. Each of its code blocks begins with its file's name; all are
 * written into one folder in which the built package is installed, and a block with a block of text
 * behind it is run and prints that. The others are handlers that one of these names. The page's table
 * of options is compared with the types and with what `consume` refuses. Needs a build.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Broker, type ConsumeOptions, consume } from "../../engine/index.ts";
import { snippetsOf } from "../support/snippets.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/CONSUMERS.md"), "utf8");
const types = readFileSync(join(root, "engine/consumer/types.ts"), "utf8");

const snippets = snippetsOf(page).map(({ text, prints }) => {
  const [, name] = /^\/\/ ([\w-]+\.(?:mjs|mts))\n/.exec(text) ?? [];
  return { name, text, prints };
});
const programs = snippets.flatMap(({ name, prints }) =>
  name === undefined || prints === undefined ? [] : [{ name, prints }],
);
const project = mkdtempSync(join(tmpdir(), "sluice-consumers-"));

beforeAll(() => {
  mkdirSync(join(project, "node_modules"));
  writeFileSync(join(project, "package.json"), '{ "private": true }\n');
  symlinkSync(root, join(project, "node_modules", "sluice"));
  symlinkSync(join(root, "node_modules", "tsx"), join(project, "node_modules", "tsx"));
  for (const { name, text } of snippets) {
    if (name !== undefined) writeFileSync(join(project, name), text);
  }
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

test("every code block has a name of its own, and is run or named by one that is", () => {
  const names = snippets.map(({ name }) => name);
  expect(names).not.toContain(undefined);
  expect(new Set(names).size).toBe(names.length);
  expect(programs.length).toBeGreaterThan(5);
  const idle = snippets.filter(({ name = "", prints }) => {
    const isNamed = snippets.some((by) => by.prints !== undefined && by.text.includes(name));
    return prints === undefined && !isNamed;
  });
  expect(idle).toEqual([]);
});

test.concurrent.each(programs)("$name prints what the page shows", async ({ name, prints }) => {
  const env = { PATH: process.env.PATH };
  const { stdout, stderr } = await run(process.execPath, [join(project, name)], { env });
  expect(stderr).toBe("");
  expect(stdout).toBe(prints);
});

/** The rows of the table below a heading, by what stands in their first column. */
function tableOf(heading: string): Map<string, string> {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const rows = (section.split("\n## ")[0] ?? "").matchAll(/^\| `(\w+)` \|(.*)\|$/gm);
  return new Map([...rows].map(([, name = "", rest = ""]) => [name, rest]));
}

/** The members of an interface of types.ts, in their order. */
function membersOf(name: string): string[] {
  const [, body = ""] =
    new RegExp(`^export interface ${name} \\{\n([\\s\\S]*?)^\\}`, "m").exec(types) ?? [];
  return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, member = ""]) => member);
}

test("the tables have every option and every event", () => {
  expect([...tableOf("Options").keys()].sort()).toEqual(membersOf("ConsumeOptions").sort());
  expect([...tableOf("Events and stats").keys()].sort()).toEqual(
    membersOf("ConsumerEvents").sort(),
  );
  expect(membersOf("ConsumeOptions")).toContain("maxDeathsInARow");
});

test("the ranges of the options are those that consume insists on", async () => {
  await using broker = await Broker.open();
  const queue = await broker.createQueue("ranges");
  const ranges = [...tableOf("Options")].flatMap(([name, text]) => {
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
