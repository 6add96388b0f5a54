/** docs/TRACING.md: its program, run over the built package, prints what the page shows. Build first. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { snippetsOf } from "../support/snippets.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/TRACING.md"), "utf8");

test("the programs of docs/TRACING.md print what it shows", async () => {
  const project = mkdtempSync(join(tmpdir(), "sluice-tracing-"));
  try {
    mkdirSync(join(project, "node_modules"));
    writeFileSync(join(project, "package.json"), '{ "private": true }\n');
    for (const [name, place] of [
      ["sluice", "."],
      ["@opentelemetry", "node_modules/@opentelemetry"],
    ] as const) {
      symlinkSync(join(root, place), join(project, "node_modules", name));
    }
    let programs = 0;
    for (const { text, prints } of snippetsOf(page)) {
      const [, name = "none"] = /^\/\/ ([\w-]+\.mjs)\n/.exec(text) ?? [];
      writeFileSync(join(project, name), text);
      if (prints === undefined) continue;
      programs += 1;
      const env = { PATH: process.env.PATH };
      const { stdout, stderr } = await run(process.execPath, [join(project, name)], { env });
      expect([stdout, stderr]).toEqual([prints, ""]);
    }
    expect(programs).toBe(1);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
});
