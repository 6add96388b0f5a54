/**
 * What each entry point of the package loads, and that a CommonJS program can `require` it: an embedder
 * pays for no server, simulator or console, and nothing on the way waits at a module's top level. Nor does
 * the command load a server before one is asked for. Needs a build.
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

interface Loaded {
  readonly rooms: readonly string[];
  /** What the module has, joined by commas. */
  readonly names: string;
}

const known = new Map<string, Loaded>();

/** What a process says that loads a module alone; `words` are what it finds on its command line. */
function loaded(entry: string, ...words: string[]): Loaded {
  const before = known.get(entry);
  if (before !== undefined) return before;
  const program = `
    import { register } from "node:module";
    register("data:text/javascript," + encodeURIComponent(${JSON.stringify(HOOKS)}));
    process.argv = [process.execPath, "-", ...${JSON.stringify(words)}];
    const names = Object.keys(await import(${JSON.stringify(entry)}));
    console.log("names: " + names.join());`;
  const said = run("module", program);
  const rooms = said.matchAll(/\/dist\/(?:engine\/(\w+)\/|(bench|test)\/)/g);
  const is = {
    rooms: [...new Set([...rooms].map(([, room, folder]) => room ?? folder ?? ""))].sort(),
    names: /^names: (.*)$/m.exec(said)?.[1] ?? "",
  };
  known.set(entry, is);
  return is;
}

describe.each(entryPoints())("%s", (entry) => {
  test(
    "loads what it needs and nothing else",
    () => {
      expect(loaded(entry).rooms).toEqual(LOADS[entry]);
    },
    TIMEOUT_MS,
  );

  test(
    "can be required, and answers what an import does",
    () => {
      const required = run("commonjs", `console.log(Object.keys(require("${entry}")).join())`);
      // What Node adds for who asks whether the module was an ES module.
      const names = required
        .trim()
        .split(",")
        .filter((name) => name !== "__esModule");
      expect(names.join()).toBe(loaded(entry).names);
      expect(names.length).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});

test("the command loads no server, journal or simulator before one is asked for", () => {
  const main = new URL("../../dist/engine/cli/main.js", import.meta.url).href;
  // Of the broker it has the error that names a setting.
  expect(loaded(main, "--version").rooms).toEqual(["broker", "cli", "server"]);
});

test("the oldest Node that the package asks for is one that can require it", () => {
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(engines.node).toBe(">=20.19");
});
