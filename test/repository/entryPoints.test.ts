/**
 * What each entry point of the package loads, and that a CommonJS program can `require` it: an embedder
 * pays for no server, simulator or console, and nothing on the way waits at a module's top level. Needs a
 * build.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { patience } from "../support/patience.ts";
import { entryPoints } from "../support/typings.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const TIMEOUT_MS = patience();

/** The rooms of engine/ that each loads, in order. */
const LOADS: Readonly<Record<string, readonly string[]>> = {
  sluice: ["broker", "consumer", "tracing"],
  "sluice/server": ["broker", "metrics", "policy", "server", "tracing"],
  "sluice/aws-sdk": ["awsSdk", "broker", "metrics", "policy", "server", "tracing"],
  "sluice/lambda": ["broker", "consumer", "lambda", "tracing"],
  "sluice/testing": ["broker", "testing", "tracing"],
  "sluice/simulator": ["broker", "policy", "report", "simulator", "tracing"],
};

/** Prints the address of each module that is loaded, from the thread that loads them. */
const HOOKS = `
  import { writeSync } from "node:fs";
  export async function load(url, context, next) {
    writeSync(1, url + "\\n");
    return next(url, context);
  }`;

function run(type: "module" | "commonjs", program: string): string {
  const words = [`--input-type=${type}`, "--eval", program];
  return execFileSync(process.execPath, words, {
    cwd: root,
    encoding: "utf8",
    timeout: TIMEOUT_MS,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function roomsOf(entry: string): string[] {
  const program = `
    import { register } from "node:module";
    register("data:text/javascript," + encodeURIComponent(${JSON.stringify(HOOKS)}));
    await import("${entry}");`;
  const rooms = run("module", program).matchAll(/\/dist\/(?:engine\/(\w+)\/|(bench|test)\/)/g);
  return [...new Set([...rooms].map(([, room, folder]) => room ?? folder ?? ""))].sort();
}

describe.each(entryPoints())("%s", (entry) => {
  test(
    "loads what it needs and nothing else",
    () => {
      expect(roomsOf(entry)).toEqual(LOADS[entry]);
    },
    TIMEOUT_MS,
  );

  test(
    "can be required, and answers what an import does",
    () => {
      const required = run("commonjs", `console.log(Object.keys(require("${entry}")).join())`);
      const imported = run("module", `console.log(Object.keys(await import("${entry}")).join())`);
      // What Node adds for who asks whether the module was an ES module.
      const names = required
        .trim()
        .split(",")
        .filter((name) => name !== "__esModule");
      expect(names).toEqual(imported.trim().split(","));
      expect(names.length).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});

test("the oldest Node that the package asks for is one that can require it", () => {
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(engines.node).toBe(">=20.19");
});
