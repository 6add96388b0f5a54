/**
 * What a signature costs to verify, beside the hashes that no verifier goes without, as `sluice bench
 * signatures` measures it: a ratio within one run.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Result } from "../../bench/result/schema.ts";
import { BARE, BODY_BYTES, VERIFIED } from "../../bench/suites/signatures.ts";

const command = fileURLToPath(new URL("../../dist/bench/main.js", import.meta.url));
const TIMES_MAX = 4;

test("to verify a signature costs at most four times its hashes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-signatures-"));
  try {
    const json = join(folder, "signatures.json");
    const words = [command, "signatures", "--quick", "--json", json];
    const { stdout } = await promisify(execFile)(process.execPath, words);
    console.log(stdout);
    const { rows } = JSON.parse(readFileSync(json, "utf8")) as Result;
    for (const bytes of BODY_BYTES) {
      const ns = (load: string) =>
        rows.find(({ case: one }) => one.load === load && one.bodyBytes === bytes)?.median;
      expect((ns(VERIFIED) ?? Number.NaN) / (ns(BARE) ?? 0)).toBeLessThanOrEqual(TIMES_MAX);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
