/**
 * docs/PEEK.md does what it says: its programs are written into a folder in which the built package is
 * installed, are run there, and print what the page shows. Needs a build.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { peekNames } from "../../engine/broker/face/names.ts";
import { peeks } from "../../engine/limits.ts";
import { snippetsOf } from "../support/snippets.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/PEEK.md"), "utf8");
const programs = snippetsOf(page).filter(({ language }) => language === "js");
const project = mkdtempSync(join(tmpdir(), "sluice-peek-"));

beforeAll(() => {
  mkdirSync(join(project, "node_modules"));
  symlinkSync(root, join(project, "node_modules", "sluice"));
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

test("every program prints what the page shows", async () => {
  expect(programs.length).toBeGreaterThan(0);
  for (const [index, { text, prints }] of programs.entries()) {
    const file = join(project, `${index}.mjs`);
    writeFileSync(file, text);
    const { stdout, stderr } = await run(process.execPath, [file], {
      env: { PATH: process.env.PATH },
    });
    expect(stderr).toBe("");
    expect(stdout).toBe(prints);
  }
});

test("the table has every option, and the numbers are the limits", () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = ""]) => name);
  expect(new Set(rows)).toEqual(peekNames.all);
  const { limit, maxLooked, maxBytes } = peeks;
  const numbers = [limit.max, limit.default, maxLooked].map((number) =>
    number.toLocaleString("en"),
  );
  for (const number of [...numbers, `${maxBytes / 1_048_576} MiB`]) expect(page).toContain(number);
});
