/**
 * The examples run as they stand, import the package by its name, and print what their last comment
 * says. Those that use AWS's SDK are given a server by the environment; those of accounts/ one with the
 * credentials that stand beside them. What the examples of
 * consumers have beside them (handlers, a schema) is used by one of them; and the example of typed
 * payloads is held to its types. That of tests is run by vitest. Needs a build.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { patience } from "../support/patience.ts";
import { serveOnce } from "../support/serve.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../examples", import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".mjs") && !file.startsWith("testing/"))
  .sort();
/** What another file loads: `fifo-pool.handler.mjs`. */
const parts = files.filter((file) => /\.\w+\.mjs$/.test(file));
const programs = files.filter((file) => !parts.includes(file));
const linesMax = 100;
const serve = serveOnce();
const guarded = serveOnce(["--credentials", `${root}/accounts/credentials.yaml`]);

function read(file: string): string {
  return readFileSync(`${root}/${file}`, "utf8");
}

/** The lines behind `// Prints:` at a file's end. */
function printsOf(source: string): string | undefined {
  const [, lines] = /\n\/\/ Prints:\n((?:\/\/ .*\n)+)$/.exec(source) ?? [];
  return lines?.replace(/^\/\/ /gm, "");
}

describe("the examples", () => {
  test("are the patterns that a queue is for, and what consumers are for", () => {
    expect(programs).toEqual([
      "accounts/cross-account.mjs",
      "consumers/cpu-bound.mjs",
      "consumers/fifo-pool.mjs",
      "consumers/graceful-shutdown.mjs",
      "consumers/request-reply.mjs",
      "consumers/setup-close.mjs",
      "consumers/typed-payloads.mjs",
      "consumers/worker-threads.mjs",
      "lambda/orders.mjs",
      "patterns/dead-letters.mjs",
      "patterns/delayed-work.mjs",
      "patterns/fan-out.mjs",
      "patterns/idempotent-consumer.mjs",
      "patterns/load-leveling.mjs",
      "patterns/outbox.mjs",
      "patterns/priority.mjs",
      "patterns/producer-consumer.mjs",
      "patterns/request-reply.mjs",
      "web/express-jobs.mjs",
    ]);
  });

  test.each(parts)("%s is loaded by a program beside it", (part) => {
    const [folder = "", name = ""] = part.split("/");
    const loads = programs.filter((program) => {
      return program.startsWith(`${folder}/`) && read(program).includes(`"./${name}"`);
    });
    expect(loads).toHaveLength(1);
  });

  test.concurrent.each(programs)("%s prints what it says", async (file) => {
    const source = read(file);
    const prints = printsOf(source);
    const { url } = file.startsWith("accounts/") ? guarded() : serve();
    expect(source.split("\n").length).toBeLessThan(linesMax);
    expect(prints).toBeDefined();
    const { stdout, stderr } = await run(process.execPath, [`${root}/${file}`], {
      env: { PATH: process.env.PATH, AWS_ENDPOINT_URL: url, NODE_NO_WARNINGS: "1" },
    });
    expect(stderr).toBe("");
    expect(stdout).toBe(prints);
  });
});

test(
  "the tests of the example pass under vitest",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-example-"));
    try {
      // Beside this project's own configuration, which would be found.
      const config = join(folder, "vitest.config.mjs");
      writeFileSync(config, `export default { cacheDir: ${JSON.stringify(folder)} };\n`);
      const vitest = fileURLToPath(
        new URL("../../node_modules/vitest/vitest.mjs", import.meta.url),
      );
      const words = [vitest, "run", "--root", `${root}/testing`, "--config", config];
      const { stdout } = await run(process.execPath, [...words, "--reporter=json"], {
        env: { PATH: process.env.PATH, NODE_NO_WARNINGS: "1" },
      });
      const { success, numPassedTests } = JSON.parse(stdout.slice(stdout.indexOf("{")));
      expect({ success, numPassedTests }).toEqual({ success: true, numPassedTests: 3 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  patience(),
);

const PAYLOADS = /typed-payloads\.\w*\.?mjs$/;
/** What does not change from one compilation to the next. */
const compiled = new Map<string, ts.SourceFile | undefined>();

/** What the compiler says of the typed payloads, with pieces of their texts replaced. */
function typeErrors(changes: Readonly<Record<string, string>>): string[] {
  const options: ts.CompilerOptions = {
    noEmit: true,
    allowJs: true,
    checkJs: true,
    strict: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: ["node"],
  };
  const host = ts.createCompilerHost(options);
  const { readFile, getSourceFile } = host;
  host.readFile = (path) => {
    const text = readFile(path);
    if (!PAYLOADS.test(path)) return text;
    return Object.entries(changes).reduce((all, [from, to]) => all?.replace(from, to), text);
  };
  host.getSourceFile = (path, ...more) => {
    if (PAYLOADS.test(path)) return getSourceFile(path, ...more);
    if (!compiled.has(path)) compiled.set(path, getSourceFile(path, ...more));
    return compiled.get(path);
  };
  const payloads = files.filter((file) => PAYLOADS.test(file)).map((file) => `${root}/${file}`);
  return ts
    .getPreEmitDiagnostics(ts.createProgram(payloads, options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

test("the typed payloads have types: what does not fit is told, and nothing as they are", () => {
  expect(typeErrors({})).toEqual([]);
  const sent = { "count: 3": 'count: "3"' };
  const handled = { "count } = readOrder": "amount: count } = readOrder" };
  expect(typeErrors({ ...sent, ...handled }).sort()).toEqual([
    expect.stringContaining("Property 'amount' does not exist"),
    "Type 'string' is not assignable to type 'number'.",
  ]);
});
