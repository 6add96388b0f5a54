/**
 * Whether a build of the engine takes longer than another for what it always did: processes with both builds
 * in each, which take turns there (child.mjs), on a machine that does nothing else.
 *
 *     node --import tsx test/stress/engineCost/pairs.mjs BEFORE.wasm [AFTER.wasm] [PAIRS]
 *
 * AFTER is the build that ships where it is left out. Prints the median of the pairs' ratios with its
 * 95 % interval, for calls of one message and of ten, and the instructions that a call executes
 * (test/support/instructions.ts); ends with 1 where an interval lies above 1.02 or reaches 1.05.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { intervalOfMedian, median } from "../../../bench/result/statistics.ts";
import { instructionsOf } from "../../support/instructions.ts";

const LOW_MAX = 1.02;
const HIGH_MAX = 1.05;

const [before, after = fileURLToPath(new URL("../../../dist/engine.wasm", import.meta.url)), most] =
  process.argv.slice(2);
if (before === undefined) throw new Error("name the build to compare with: BEFORE.wasm");
const pairs = Number(most ?? 40);
const child = fileURLToPath(new URL("./child.mjs", import.meta.url));
const measure = (builds) =>
  JSON.parse(execFileSync(process.execPath, [child, ...builds], { encoding: "utf8" }));

const ratios = { one: [], ten: [] };
for (let pair = 0; pair < pairs; pair++) {
  // Who is loaded first alternates.
  const isTurned = pair % 2 === 1;
  const found = measure(isTurned ? [after, before] : [before, after]);
  for (const load of ["one", "ten"]) ratios[load].push(isTurned ? 1 / found[load] : found[load]);
}

let isSlower = false;
for (const [load, values] of Object.entries(ratios)) {
  const { low, high } = intervalOfMedian(values);
  isSlower ||= low > LOW_MAX || high >= HIGH_MAX;
  const numbers = [median(values), low, high].map((value) => value.toFixed(3));
  console.log(
    `calls of ${load}, ${pairs} pairs: ratio ${numbers[0]}, 95 % ${numbers[1]} to ${numbers[2]}`,
  );
}
const counts = [before, after].map((build) => instructionsOf(readFileSync(build)));
for (const call of Object.keys(counts[0])) {
  console.log(`instructions of ${call}: ${counts[0][call]} before, ${counts[1][call]} after`);
}
process.exitCode = isSlower ? 1 : 0;
