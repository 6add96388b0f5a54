/**
 * docs/DURABILITY.md does what it says: its program is written into a folder in which the built package is
 * installed, is run there, and prints what the page shows. Needs a build.
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
const page = readFileSync(join(root, "docs/DURABILITY.md"), "utf8");
const project = mkdtempSync(join(tmpdir(), "sluice-durability-"));

beforeAll(() => {
  mkdirSync(join(project, "node_modules"));
  symlinkSync(root, join(project, "node_modules", "sluice"));
});

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

test("every program prints what the page shows", async () => {
  const snippets = snippetsOf(page);
  expect(snippets).toHaveLength(1);
  for (const [index, { text, prints }] of snippets.entries()) {
    const file = join(project, `${index}.mjs`);
    writeFileSync(file, text);
    const { stdout, stderr } = await run(process.execPath, [file], {
      env: { PATH: process.env.PATH, TMPDIR: project },
    });
    expect(stderr).toBe("");
    expect(stdout).toBe(prints);
  }
});
