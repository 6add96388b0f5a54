/**
 * scripts/build.mjs and the npm scripts that call it, over a package of two small sources that has
 * this one's settings and tools. Each step tells what it does on standard error, runs when anything
 * that it reads or wrote is no longer what it was, and not otherwise.
 */
import { spawn } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createMemory } from "../../bindings/memory.ts";
import { wasm } from "../../bindings/webassembly.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sluice-build-"));
const source = join(folder, "assembly/index.ts");
const TIMEOUT_MS = 300_000;

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  /** What each line of the build says behind the step's name, by that name. */
  readonly steps: Readonly<Record<string, string[]>>;
  /** Lines of standard error that are not the build's. */
  readonly others: string;
}

function run(command: string, ...words: string[]): Promise<Run> {
  const child = spawn(command, words, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  }
  return new Promise((resolve) => {
    child.once("close", (code) => {
      const steps: Record<string, string[]> = {};
      const others = texts.stderr.replace(/^build: (.*): (.*)\n/gm, (_, title, said) => {
        steps[title] = [...(steps[title] ?? []), said.replace(/[\d.]+ s$/, "N s")];
        return "";
      });
      resolve({ code, stdout: texts.stdout, steps, others });
    });
  });
}

function build(...names: string[]): Promise<Run> {
  return run(process.execPath, "scripts/build.mjs", ...names);
}

/** Puts another text of the same length into a file, and its time back. */
function change(file: string, from: string, to: string): void {
  const { atime, mtime } = statSync(file);
  const text = readFileSync(file, "utf8");
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
  utimesSync(file, atime, mtime);
}

/** What the shipped module's only function answers. */
function one(): number {
  const module = new wasm.Module(readFileSync(join(folder, "dist/engine.wasm")));
  const instance = new wasm.Instance(module, { env: { memory: createMemory(1) } });
  return (instance.exports as { one(): number }).one();
}

const DONE = ["begins", "done in N s"];
const UP_TO_DATE = ["is up to date"];

beforeAll(() => {
  const shared = ["asconfig.json", "tsconfig.json", "tsconfig.build.json", "package.json"];
  for (const name of [
    ...shared,
    "scripts",
    "assembly/optimizeTwice.mjs",
    "assembly/must.mjs",
    "assembly/unroll.mjs",
  ]) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(source, "export function one(): i32 { return 1; }\n");
  writeFileSync(join(folder, "assembly/layout.ts"), "export const ONE = 1;\n");
  mkdirSync(join(folder, "assembly/checksum"));
  writeFileSync(
    join(folder, "assembly/checksum/index.ts"),
    "export function two(): i32 { return 2; }\n",
  );
  mkdirSync(join(folder, "assembly/probe"));
  writeFileSync(join(folder, "assembly/probe/index.ts"), 'export * from "../index";\n');
  mkdirSync(join(folder, "engine/cli"), { recursive: true });
  // The types of Node are most of what the compiler would read.
  change(join(folder, "tsconfig.json"), '"types": ["node"]', '"types": []');
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const { types } of Object.values<{ types?: string }>(exports)) {
    if (types === undefined) continue;
    const entry = join(folder, types.replace("dist/", "").replace(".d.ts", ".ts"));
    mkdirSync(dirname(entry), { recursive: true });
    writeFileSync(entry, "/** One. */\nexport const one = 1;\n");
  }
  for (const name of ["bench", "bindings", "test"]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "empty.ts"), "export {};\n");
  }
  mkdirSync(join(folder, "engine/report/browser"), { recursive: true });
  writeFileSync(join(folder, "engine/report/page.css"), "/* nothing */\n");
  mkdirSync(join(folder, "engine/server/settings"), { recursive: true });
  writeFileSync(join(folder, "engine/server/settings/configuration.schema.json"), "{}\n");
  mkdirSync(join(folder, "engine/simulator/scenario"), { recursive: true });
  writeFileSync(join(folder, "engine/simulator/prices.yaml"), "{}\n");
  writeFileSync(join(folder, "engine/simulator/scenario/scenario.schema.json"), "{}\n");
  writeFileSync(join(folder, "engine/report/browser/one.ts"), "export const one: number = 1;\n");
  writeFileSync(
    join(folder, "engine/report/browser/main.ts"),
    'import { one as first } from "./one.ts";\nconst one = 2;\nconsole.log(first, one);\n',
  );
  const main = `
    declare const process: { stdout: { write(text: string): void } };
    process.stdout.write("it is up\\n");
`;
  writeFileSync(join(folder, "engine/cli/main.ts"), main);
  writeFileSync(join(folder, "engine/gone.ts"), "export const gone = 1;\n");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the build", { timeout: TIMEOUT_MS }, () => {
  test("makes what is named, and says so on standard error alone", async () => {
    const { code, stdout, steps, others } = await build("engine", "typescript");
    expect([code, stdout, others]).toEqual([0, "", ""]);
    expect(steps).toEqual({ "engine, release": DONE, TypeScript: DONE });
    expect(one()).toBe(1);
    expect(existsSync(join(folder, "dist/engine/cli/main.js"))).toBe(true);
    for (const name of ["probe", "debug"])
      expect(existsSync(join(folder, `build/engine.${name}.wasm`))).toBe(false);
  });

  test("makes one script of a page's code, whose modules share no names", async () => {
    const script = await run(process.execPath, "dist/engine/report/browser.js");
    expect([script.code, script.stdout]).toEqual([0, "1 2\n"]);
  });

  test("is left out where nothing changed, whatever the files' times", async () => {
    utimesSync(source, new Date(), new Date());
    const { code, steps } = await build("engine", "typescript");
    expect([code, steps]).toEqual([0, { "engine, release": UP_TO_DATE, TypeScript: UP_TO_DATE }]);
  });

  test("runs again where a source changed, though its length and time did not", async () => {
    change(source, "return 1", "return 2");
    change(join(folder, "engine/cli/main.ts"), "is", "IS");
    const { steps } = await build("engine", "typescript");
    expect(steps).toEqual({ "engine, release": DONE, TypeScript: DONE });
    expect(readFileSync(join(folder, "dist/engine/cli/main.js"), "utf8")).toContain("it IS up");
    expect(one()).toBe(2);
  });

  test("takes away what it made of a source that is gone, and nothing else", async () => {
    expect(existsSync(join(folder, "dist/engine/gone.js"))).toBe(true);
    rmSync(join(folder, "engine/gone.ts"));
    const { steps } = await build("typescript");
    expect(steps).toEqual({ TypeScript: DONE });
    expect(existsSync(join(folder, "dist/engine/gone.js"))).toBe(false);
    expect(existsSync(join(folder, "dist/engine.wasm"))).toBe(true);
  });

  test("of a name that is none, or of none, is refused", async () => {
    for (const names of [[], ["engine", "everything"]]) {
      const { code, stdout, others } = await build(...names);
      expect([code, stdout]).toEqual([2, ""]);
      expect(others).toMatch(/^build: name engine, probe, debug, typescript/);
    }
  });
});

describe("npm", { timeout: TIMEOUT_MS }, () => {
  test("start builds again what was changed or is gone, and starts with the output to itself", async () => {
    appendFileSync(join(folder, "dist/engine/cli/main.js"), "// changed\n");
    for (const name of ["engine", "checksum"]) rmSync(join(folder, `dist/${name}.wasm`));
    const { code, stdout, steps } = await run("npm", "start", "--silent");
    expect([code, stdout]).toEqual([0, "it IS up\n"]);
    expect(steps).toEqual({ "engine, release": DONE, TypeScript: DONE });
    for (const name of ["engine", "checksum"]) {
      expect(existsSync(join(folder, `dist/${name}.wasm`))).toBe(true);
    }
    expect(readFileSync(join(folder, "dist/engine/cli/main.js"), "utf8")).not.toContain("changed");
  });

  test("pack asks once whether the release is what its sources say", async () => {
    const { code, steps } = await run("npm", "pack", "--dry-run");
    expect([code, steps]).toEqual([0, { "engine, release": UP_TO_DATE, TypeScript: UP_TO_DATE }]);
  });

  test("run build makes the builds for tests, too", async () => {
    const { code, steps } = await run("npm", "run", "build");
    expect(code).toBe(0);
    expect(steps).toEqual({
      "engine, release": UP_TO_DATE,
      "engine, probe": DONE,
      "engine, debug": DONE,
      TypeScript: UP_TO_DATE,
    });
  });
});

describe("a build that fails", { timeout: TIMEOUT_MS }, () => {
  const unlike = ["is not what assembly/ says; npm run build makes it"];

  test("says why and ends with 1", async () => {
    change(source, "return 2", "return x");
    const { code, steps, others } = await build("engine", "typescript");
    expect(code).toBe(1);
    expect(steps).toEqual({ "engine, release": ["begins", "failed"], TypeScript: UP_TO_DATE });
    expect(others).toContain("Cannot find name 'x'");
  });

  test("is not taken for done: that of TypeScript alone says what the engine is not", async () => {
    const { code, steps } = await build("typescript");
    expect([code, steps]).toEqual([0, { "engine, release": unlike, TypeScript: UP_TO_DATE }]);
  });

  test("nor is the one before it, when its source is back", async () => {
    change(source, "return x", "return 2");
    const { steps } = await build("typescript");
    expect(steps).toEqual({ "engine, release": unlike, TypeScript: UP_TO_DATE });
  });
});
