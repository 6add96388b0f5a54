/**
 * docs/TESTING.md does what it says: its programs print what the page shows, its shell commands answer so
 * of a server for tests, and its tables have every path, every expectation and every fault. (Its vitest file
 * is run in test/repository/twoMinutes.test.ts.) Needs a build.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PREFIX, routes } from "../../engine/testing/routes.ts";
import { serveOnce } from "../support/serve.ts";
import { snippetsOf } from "../support/snippets.ts";
import { requireTool } from "../support/tools.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/TESTING.md"), "utf8");
const types = readFileSync(join(root, "engine/testing/types.ts"), "utf8");
const programs = snippetsOf(page)
  .filter(({ language, prints }) => language === "js" && prints !== undefined)
  .map(({ text, prints }) => ({ name: /^\/\/ (\S+)\n/.exec(text)?.[1] ?? "", text, prints }));
const project = mkdtempSync(join(tmpdir(), "sluice-testing-"));

beforeAll(() => {
  mkdirSync(join(project, "node_modules"));
  writeFileSync(join(project, "package.json"), '{ "private": true }\n');
  symlinkSync(root, join(project, "node_modules", "sluice"));
  for (const { name, text } of programs) writeFileSync(join(project, name), text);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

test("every block of JavaScript is run, here or by vitest", () => {
  const blocks = snippetsOf(page).filter(({ language }) => language === "js");
  const others = blocks.filter(({ prints }) => prints === undefined);
  expect(programs.map(({ name }) => name)).toEqual([
    ...["time.mjs", "expect.mjs", "spy.mjs", "faults.mjs"],
  ]);
  expect(others.map(({ text }) => text.split("\n", 1)[0])).toEqual(["// orders.test.mjs"]);
});

test.concurrent.each(programs)("$name prints what the page shows", async ({ name, prints }) => {
  const env = { PATH: process.env.PATH };
  const { stdout, stderr } = await run(process.execPath, [join(project, name)], { env });
  expect(stderr).toBe("");
  expect(stdout).toBe(prints);
});

describe("of a server for tests", () => {
  const serve = serveOnce(["--testing"]);

  test.skipIf(!requireTool("curl"))("the commands print what the page shows", async () => {
    const curls = snippetsOf(page).filter(({ text }) => text.startsWith("curl"));
    expect(curls).toHaveLength(1);
    for (const { text, prints } of curls) {
      const { stdout } = await run("sh", ["-c", text.replaceAll("9324", String(serve().port))]);
      expect(`${stdout}\n`).toBe(prints);
    }
  });
});

describe("of a server that was told nothing", () => {
  const serve = serveOnce();

  test("every path is 404", async () => {
    for (const { method, path } of routes) {
      const answer = await serve().send({ method, path: PREFIX + path });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });
});

test("the tables have every path, every expectation, every fault and what ends before its time", () => {
  const rows = (pattern: RegExp) => [...page.matchAll(pattern)].map(([, name]) => name);
  const methods = [...types.matchAll(/^ {2}(waitFor\w+|expect\w+|end\w+|deadLetter)\(/gm)];
  expect(rows(/^\| `(\w+)\(/gm)).toEqual(expect.arrayContaining(methods.map(([, name]) => name)));
  expect(rows(/^\| `(\w+)\(/gm)).toHaveLength(methods.length);
  const faults = [...types.matchAll(/readonly fault: "(\w+)"/g)].map(([, name]) => name);
  expect(rows(/^\| `(error|throttle|delay|duplicate|loseDelete)` \|/gm)).toEqual(faults);
  const paths = [...page.matchAll(/^\| `(GET|POST) (\S+)` \| (.*?) ?\| (.*) \|$/gm)].map(
    ([, method, path, takes = "", description]) => ({
      ...{ method, path, description },
      takes: takes.match(/\w+/g) ?? [],
    }),
  );
  expect(paths).toEqual(
    routes.map(({ method, path, takes, description }) => ({ method, path, takes, description })),
  );
});
