/**
 * The examples run as they stand, import the package by its name, and print what their last comment
 * says. Those that use AWS's SDK are given a server by the environment. Needs a build.
 */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { serveOnce } from "../support/serve.ts";

const run = promisify(execFile);
const folder = fileURLToPath(new URL("../../examples/patterns", import.meta.url));
const files = readdirSync(folder).sort();
const linesMax = 100;
const serve = serveOnce();

/** The lines behind `// Prints:` at a file's end. */
function printsOf(source: string): string | undefined {
  const [, lines] = /\n\/\/ Prints:\n((?:\/\/ .*\n)+)$/.exec(source) ?? [];
  return lines?.replace(/^\/\/ /gm, "");
}

describe("the examples", () => {
  test("are the patterns that a queue is for", () => {
    expect(files).toEqual([
      "dead-letters.mjs",
      "delayed-work.mjs",
      "fan-out.mjs",
      "idempotent-consumer.mjs",
      "load-leveling.mjs",
      "priority.mjs",
      "producer-consumer.mjs",
      "request-reply.mjs",
    ]);
  });

  test.concurrent.each(files)("%s prints what it says", async (file) => {
    const source = readFileSync(`${folder}/${file}`, "utf8");
    const prints = printsOf(source);
    expect(source.split("\n").length).toBeLessThan(linesMax);
    expect(prints).toBeDefined();
    const { stdout } = await run(process.execPath, [`${folder}/${file}`], {
      env: { PATH: process.env.PATH, AWS_ENDPOINT_URL: serve().url },
    });
    expect(stdout).toBe(prints);
  });
});
