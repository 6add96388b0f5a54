/**
 * docs/SERVER.md does what it says: each of its code blocks is a program in a folder in which the built
 * package is installed, and prints what the block behind it shows; its options are those of the types and of
 * the server's table. Needs a build.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { optionNames } from "../../engine/server/settings/options.ts";
import { snippetsOf } from "../support/snippets.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/SERVER.md"), "utf8");
const types = readFileSync(join(root, "engine/server/serve.ts"), "utf8");
const project = mkdtempSync(join(tmpdir(), "sluice-server-"));

const programs = snippetsOf(page).map(({ text, prints }) => {
  const [, name = ""] = /^\/\/ ([\w-]+\.m[jt]s)\n/.exec(text) ?? [];
  return { name, text, prints };
});

beforeAll(() => {
  mkdirSync(join(project, "node_modules/@aws-sdk"), { recursive: true });
  writeFileSync(join(project, "package.json"), '{ "private": true }\n');
  symlinkSync(root, join(project, "node_modules/sluice"));
  for (const name of ["tsx", "@aws-sdk/client-sqs"]) {
    symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
  }
  for (const { name, text } of programs) writeFileSync(join(project, name), text);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

test("every code block has a name and says what it prints", () => {
  expect(programs.length).toBeGreaterThan(3);
  for (const { name, prints } of programs) expect([name, typeof prints]).toEqual([name, "string"]);
  expect(programs.map(({ name }) => name)).not.toContain("");
});

test.concurrent.each(programs)("$name prints what the page shows", async ({ name, prints }) => {
  const words = name.endsWith(".mts") ? ["--import", "tsx", name] : [name];
  const env = { PATH: process.env.PATH, NODE_NO_WARNINGS: "1" };
  const { stdout, stderr } = await run(process.execPath, words, { cwd: project, env });
  expect([stdout, stderr]).toEqual([prints, ""]);
});

test("a program has every option that the command has, and the page what is different", () => {
  const [, body = ""] = /^export interface ServeOptions \{\n([\s\S]*?)^\}/m.exec(types) ?? [];
  const members = [...body.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, name]) => name);
  const own = ["broker", "queues", "config", "clock", "extension", "logger"];
  // How a log is written is its own affair.
  const shared = optionNames.filter((name) => name !== "logFormat");
  expect(members.sort()).toEqual([...shared, ...own].sort());
  const rows = [...page.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)].map(([, names]) => names);
  for (const name of own) expect(rows).toContain(`\`${name}\``);
});
