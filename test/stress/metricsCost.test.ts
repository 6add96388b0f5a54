/**
 * What metrics cost: a look at 4,096 used queues once a second, and a scrape of them, as `sluice bench
 * metrics` measures them: the code that ships, which a test runner's own way with sources makes four times
 * as slow. For a machine that does nothing else.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Result } from "../../bench/result/schema.ts";
import { FORMATTING, LOOK, SCRAPE } from "../../bench/suites/metrics.ts";

const command = fileURLToPath(new URL("../../dist/bench/main.js", import.meta.url));
/** A hundredth of a second: a look each second takes a hundredth of a processor. */
const LOOK_MS_MAX = 10;
const TIMES_MAX = 5;

test("a look takes at most a hundredth of a processor, a scrape five times its lines", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-metrics-"));
  try {
    const json = join(folder, "metrics.json");
    const words = [command, "metrics", "--quick", "--json", json];
    const { stdout } = await promisify(execFile)(process.execPath, words);
    console.log(stdout);
    const { rows } = JSON.parse(readFileSync(json, "utf8")) as Result;
    const ms = (load: string) => rows.find((row) => row.case.load === load)?.median;
    expect(ms(LOOK)).toBeLessThanOrEqual(LOOK_MS_MAX);
    expect((ms(SCRAPE) ?? Number.NaN) / (ms(FORMATTING) ?? 0)).toBeLessThanOrEqual(TIMES_MAX);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
