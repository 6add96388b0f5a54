/**
 * AWS's plateaus as `sluice bench types` finds them, by the machine's own clock: 300 calls and 3,000
 * messages a second on a FIFO queue, 300 calls in a partition of one with high throughput, within 2 %;
 * and without quotas at least ten times as much.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { Result } from "../../bench/result/schema.ts";

const main = fileURLToPath(new URL("../../dist/engine/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sluice-plateaus-"));
const CALLS_PER_SECOND = 300;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("AWS's plateaus show within 2 %, and without quotas there is at least ten times as much", () => {
  const file = join(folder, "types.json");
  execFileSync(process.execPath, [main, "bench", "types", "--quick", "--json", file]);
  const { rows } = JSON.parse(readFileSync(file, "utf8")) as Result;
  const limited = rows.filter(({ case: one }) => one.quotas === "aws" && one.type !== "standard");
  expect(limited).toHaveLength(8);
  for (const { case: one, unit, median, throttled } of limited) {
    const expected = CALLS_PER_SECOND * (unit === "calls/s" ? 1 : (one.batch ?? 1));
    expect([one, unit, Math.abs(median / expected - 1) <= 0.02]).toEqual([one, unit, true]);
    expect(throttled).toBeGreaterThan(0);
    const free = rows.find(
      (row) =>
        row.unit === unit &&
        row.case.type === one.type &&
        row.case.batch === one.batch &&
        row.case.quotas === "off",
    );
    expect(free?.median).toBeGreaterThanOrEqual(10 * median);
  }
});
