/**
 * `sluice bench` as it is called: the shape of what it writes, that its checks find what they are for,
 * how it ends when it is interrupted. No figure is looked at but to be one.
 */
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { keyOf, type Result, type Row } from "../../bench/result/schema.ts";
import { QUICK } from "../../bench/run/pace.ts";
import { groups } from "../../bench/suites/groups.ts";
import { patience } from "../support/patience.ts";

const command = fileURLToPath(new URL("../../dist/engine/cli/main.js", import.meta.url));
/** What the command starts, and all that it does beside handing on words, signals and exit codes. */
const main = fileURLToPath(new URL("../../dist/bench/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function bench(...words: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...words], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

function read(path: string): Result {
  return JSON.parse(readFileSync(path, "utf8")) as Result;
}

function checkRow(row: Row): void {
  const numbers = [row.median, row.low, row.high, row.max, ...row.samples];
  expect([row.case, numbers.every((value) => value > 0 && Number.isFinite(value))]).toEqual([
    row.case,
    true,
  ]);
  expect(row.samples.length).toBeGreaterThanOrEqual(3);
  expect(row.low).toBeLessThanOrEqual(row.median);
  expect(row.high).toBeGreaterThanOrEqual(row.median);
  expect(row.max).toBeGreaterThanOrEqual(row.high);
  expect(row.messages).toBeGreaterThan(0);
}

test("a quick suite writes every case once, in each unit, with the machine it ran on", async () => {
  const [json, html] = [join(folder, "groups.json"), join(folder, "groups.html")];
  const words = ["groups", "--quick", "--json", json, "--html", html, "--append", `${json}l`];
  const { code, stdout, stderr } = await bench(...words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { environment, rows, quick } = read(json);
  expect(quick).toBe(true);
  expect(environment).toMatchObject({
    processor: expect.any(String),
    cores: expect.any(Number),
    sharedCores: expect.stringMatching(/core/),
    node: process.versions.node,
    commit: expect.stringMatching(/^[0-9a-f]{7,}$/),
    loadBefore: expect.any(Number),
    loadAfter: expect.any(Number),
    jitterMs: { p50: expect.any(Number), max: expect.any(Number) },
  });
  const expected = groups.works().flatMap((work) => {
    if (work.kind !== "flow" && work.kind !== "inThread") throw new Error("a work of its own");
    return work.units.map((unit) => keyOf({ suite: "groups", case: work.spec.case, unit }));
  });
  expect(rows.map(keyOf).sort()).toEqual(expected.sort());
  for (const row of rows) checkRow(row);
  expect(stdout).toContain("100,000 groups");
  expect(read(`${json}l`)).toEqual(read(json));
  expect(readFileSync(html, "utf8")).toMatch(/^<!doctype html>/);
});

test("the selftest sees each fault that is made, by its id, and none where none is", async () => {
  const { code, stdout } = await bench("--selftest");
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.split(", ")[0]),
  ).toEqual([
    "ok: nothing wrong",
    "ok: loss",
    "ok: nothing wrong",
    "ok: duplicate",
    "ok: nothing wrong",
    "ok: reorder",
    "ok: nothing wrong",
    "ok: wrong byte",
  ]);
  expect(code).toBe(0);
});

test("interrupted, it tells what is finished", async () => {
  // From dist/, since it starts a process that runs from there.
  const module = "../../dist/bench/run/processes.js";
  const { Run } = (await import(module)) as typeof import("../../bench/run/processes.ts");
  const pace = { ...QUICK, windows: 3, windowMs: 5, warmUpMs: 0 };
  const run = new Run("groups", pace);
  await run.run(groups.works(), { step: () => run.interrupt() });
  expect(run.rows().map(({ unit }) => unit)).toEqual(["messages/s", "ns/message"]);
});

test("a signal ends it with 130 and a result that says so", async () => {
  const json = join(folder, "cut.json");
  const env = { ...process.env, NODE_DEBUG: "sluice-bench" };
  const words = [command, "bench", "soak", "--json", json];
  const child = spawn(process.execPath, words, { env, stdio: ["ignore", "pipe", "pipe"] });
  await once(child.stderr, "data");
  // npm hands one Ctrl-C on twice.
  child.kill("SIGINT");
  child.kill("SIGINT");
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(130);
  expect(read(json)).toMatchObject({ interrupted: true, rows: [] });
});

test("what can't be asked for is refused with 2, and what could be is named", async () => {
  expect(await bench("nonsense")).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/no suite nonsense; choose of types, .*compare/),
  });
  expect(await bench("types", "--jsno", "x")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--jsno"),
  });
  expect(await bench("soak", "--minutes", "-1")).toMatchObject({ code: 2 });
  const { code, stdout } = await bench("--help");
  expect(code).toBe(0);
  for (const name of ["types", "timers", "messages", "groups", "backlog", "consumers", "metrics"]) {
    expect(stdout).toMatch(new RegExp(`^ +${name} `, "m"));
  }
});

test("a measurement that fails ends the process, and says why", () => {
  const [suites, pace] = ["suites", "pace"].map((name) =>
    JSON.stringify(new URL(`../../dist/bench/run/${name}.js`, import.meta.url).href),
  );
  const program = `
    import { QUICK } from ${pace};
    import { runSuites } from ${suites};
    const broken = { name: "broken", about: "", works: () => [{ kind: "none" }] };
    await runSuites([broken], QUICK).catch(({ name, message }) => console.log(name, message));
  `;
  const file = join(folder, "broken.mjs");
  writeFileSync(file, program);
  const ended = spawnSync(process.execPath, [file], { encoding: "utf8", timeout: patience() });
  expect(ended.status).toBe(0);
  expect(ended.stdout).toMatch(/^RunFailed TypeError/);
});
