/**
 * `sluice bench durable`, quickly: every row is there, and none says what a disk can't do. No bound on what this
 * machine takes: those are the report's.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BARE } from "../../bench/durable/others.ts";
import type { Outcome } from "../../bench/durable/pairs.ts";
import type { Restart } from "../../bench/durable/restart.ts";

const main = fileURLToPath(new URL("../../dist/engine/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sluice-bench-durable-"));
const ALWAYS = "sluice, always";

type Row = Outcome & { readonly delayMs: number };

let rows: readonly Row[] = [];
let restarts: readonly Restart[] = [];

beforeAll(() => {
  const file = join(folder, "durable.json");
  execFileSync(process.execPath, [main, "bench", "durable", "--quick", "--json", file], {
    env: { ...process.env, SLUICE_BENCH_DIRECTORY: folder },
  });
  const figures = JSON.parse(readFileSync(file, "utf8")).figures as (Row | Restart)[];
  rows = figures.filter((figure): figure is Row => "store" in figure);
  restarts = figures.filter((figure): figure is Restart => "heldPerByte" in figure);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function rateOf(store: string, senders: number, delayMs: number): number {
  const found = rows.filter(
    (row) => row.store === store && row.senders === senders && row.delayMs === delayMs,
  );
  expect(found, `${store}, ${senders}, ${delayMs}`).toHaveLength(1);
  return found[0]?.pairsPerSecond ?? 0;
}

describe("sluice bench durable", () => {
  test("has both durabilities beside the bare loop, by 1, 32 and 256 senders on both disks", () => {
    for (const store of [ALWAYS, "sluice, relaxed", BARE]) {
      for (const senders of [1, 32, 256]) {
        for (const delayMs of [0, 1]) expect(rateOf(store, senders, delayMs)).toBeGreaterThan(0);
      }
    }
  });

  test("acknowledges nothing before its sync: one sender waits for two of them a pair", () => {
    expect(rateOf(ALWAYS, 1, 1)).toBeLessThan(500);
    expect(rateOf(BARE, 1, 1)).toBeLessThan(500);
    // Who need not wait is not held up by the disk.
    expect(rateOf("sluice, relaxed", 1, 1)).toBeGreaterThan(500);
  });

  test("commits what many senders say together", () => {
    expect(rateOf(ALWAYS, 256, 1)).toBeGreaterThan(20 * rateOf(ALWAYS, 1, 1));
  });

  test("starts with all messages, from the disk and from memory, and no quicker than it reads", () => {
    expect(restarts.map(({ bodyBytes }) => bodyBytes)).toEqual([100, 1_024]);
    for (const { warm, cold, freshPageUs, heldPerByte } of restarts) {
      expect(freshPageUs).toBeGreaterThan(0);
      for (const { startMs, readMs } of cold === undefined ? [warm] : [warm, cold]) {
        expect(startMs).toBeGreaterThan(readMs);
      }
      expect(heldPerByte).toBeGreaterThan(1);
    }
  });
});
