/**
 * docs/AWS-SDK.md does what it says: its programs, each of which begins with its file's name, are run in a
 * folder in which the built package and the SDK are installed, and print what the page shows. Its table of
 * options names those that there are. Needs a build.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { snippetsOf } from "../support/snippets.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/AWS-SDK.md"), "utf8");
const programs = snippetsOf(page).map(({ text, prints }) => {
  const [, name = ""] = /^\/\/ ([\w-]+\.mjs)\n/.exec(text) ?? [];
  return { name, text, prints };
});
const project = mkdtempSync(join(tmpdir(), "sluice-aws-sdk-"));

beforeAll(() => {
  const modules = join(project, "node_modules");
  mkdirSync(modules);
  writeFileSync(join(project, "package.json"), '{ "private": true }\n');
  symlinkSync(root, join(modules, "sluice"));
  symlinkSync(join(root, "node_modules", "@aws-sdk"), join(modules, "@aws-sdk"));
  for (const { name, text } of programs) writeFileSync(join(project, name), text);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

test("every program has a name of its own and says what it prints", () => {
  const names = programs.map(({ name }) => name);
  expect(programs.length).toBeGreaterThan(2);
  expect(names).not.toContain("");
  expect(new Set(names).size).toBe(names.length);
  expect(programs.filter(({ prints }) => prints === undefined)).toEqual([]);
});

test.each(programs)("$name prints what the page shows", async ({ name, prints }) => {
  const env = { PATH: process.env.PATH, NODE_NO_WARNINGS: "1" };
  const { stdout, stderr } = await run(process.execPath, [join(project, name)], { env });
  expect(stderr).toBe("");
  expect(stdout).toBe(prints);
});

test("the table of options names those of the types", () => {
  const [, section = ""] = page.split("\n## The request handler\n");
  const [own = ""] = section.split("\n## ");
  const named = [...own.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = ""]) => name);
  const source = readFileSync(join(root, "engine/awsSdk/requestHandler.ts"), "utf8");
  const [, options = ""] = /interface RequestHandlerOptions \{([\s\S]*?)\n\}/.exec(source) ?? [];
  const there = [...options.matchAll(/^ {2}readonly (\w+)\?/gm)].map(([, name = ""]) => name);
  expect(there.length).toBeGreaterThan(2);
  expect(named).toEqual(there);
});
