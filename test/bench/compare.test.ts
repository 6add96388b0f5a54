/** `sluice bench compare` on files made by hand: what is a regression, and what only noise. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import { compareFiles, compareRows } from "../../bench/result/compare.ts";
import type { Case, Result, Row, Unit } from "../../bench/result/schema.ts";
import { intervalOfMedian, median } from "../../bench/result/statistics.ts";

const main = fileURLToPath(new URL("../../dist/engine/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sluice-compare-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const standard: Case = {
  type: "standard",
  quotas: "off",
  durability: "memory",
  transport: "cross-thread sync text",
  batch: 10,
};

const TIGHT = [99, 100, 101, 100, 99.5, 100.5];
const WIDE = [60, 140, 90, 110, 70, 130];

function row(samples: readonly number[], unit: Unit = "messages/s", one = standard): Row {
  const range = { ...intervalOfMedian(samples), max: Math.max(...samples) };
  return { suite: "types", case: one, unit, median: median(samples), ...range, samples };
}

function result(commit: string, rows: readonly Row[]): Result {
  const environment = { commit, processor: "one" } as Result["environment"];
  return { environment, rows };
}

const times = (samples: readonly number[], factor: number) =>
  samples.map((sample) => sample * factor);

test.each([
  ["slower by 20 %", TIGHT, 0.8, "messages/s", "regression"],
  ["faster by 20 %", TIGHT, 1.2, "messages/s", "improvement"],
  ["slower by 3 %", TIGHT, 0.97, "messages/s", "same"],
  ["slower by 20 % in noise", WIDE, 0.8, "messages/s", "noise"],
  ["more time by 20 %", TIGHT, 1.2, "ns/message", "regression"],
  ["less time by 20 %", TIGHT, 0.8, "ms", "improvement"],
] as const)("%s", (_, samples, factor, unit, verdict) => {
  const comparison = compareRows(row(samples, unit), row(times(samples, factor), unit));
  expect(comparison.verdict).toBe(verdict);
  expect(comparison.ratio).toBeCloseTo(factor);
});

function pathOf(content: string | readonly Result[], index: number): string {
  const path = join(folder, `${index}.json`);
  const lines = typeof content === "string" ? [content] : content.map((one) => JSON.stringify(one));
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

/** The exit code, and what was printed. */
async function compare(...files: readonly (string | readonly Result[])[]) {
  let stdout = "";
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += text;
    return true;
  });
  try {
    return { status: await compareFiles(files.map(pathOf)), stdout };
  } finally {
    write.mockRestore();
  }
}

const before = result("aaa", [row(TIGHT), row(TIGHT, "calls/s")]);
const slower = result("bbb", [row(times(TIGHT, 0.8)), row(TIGHT, "calls/s")]);

test("two files: 1 for a regression, which is named, 0 for none", async () => {
  const worse = await compare([before], [slower]);
  expect(worse.status).toBe(1);
  expect(worse.stdout).toMatch(/types: Standard.*messages\/s.*-20\.0 %.*regression/);
  expect(worse.stdout).toContain("1 regressions, 0 improvements, 1 rows within");
  expect((await compare([slower], [before])).status).toBe(0);
  expect((await compare([before], [before])).status).toBe(0);
});

test("three files: the last is held against the first, and each shown by its commit", async () => {
  const { status, stdout } = await compare([before], [slower], [before]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/aaa +bbb +aaa/);
});

test("a results file: the last line is held against the one before", async () => {
  expect((await compare([before, before, slower])).status).toBe(1);
  const { status, stdout } = await compare([before, slower, slower]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/aaa +bbb +bbb/);
});

test("what can't be compared is refused in words", async () => {
  const other = result("ccc", [row(TIGHT, "ms")]);
  await expect(compare([before], [other])).rejects.toThrow("no row in common");
  await expect(compare([before])).rejects.toThrow("needs two results");
  await expect(compare("{}", [before])).rejects.toThrow("not what sluice bench --json writes");
  await expect(compare("no JSON", [before])).rejects.toThrow("line 1: this is no JSON");
});

test("the command exits with what came out", () => {
  const codeOf = (...words: string[]) =>
    spawnSync(process.execPath, [main, "bench", "compare", ...words]).status;
  const [old, worse] = [pathOf([before], 1), pathOf([slower], 2)];
  expect(codeOf(old, worse)).toBe(1);
  expect(codeOf(old)).toBe(2);
});
