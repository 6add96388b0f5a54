/**
 * A simulated year: 315 million messages come to their end and balance, in the memory that a day takes.
 * Some five minutes of processor time.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const YEAR_SECONDS = 31_536_000;
const PER_SECOND = 10;
const program = fileURLToPath(new URL("year.mjs", import.meta.url));

test("a year at ten messages a second balances and stays under 300 MiB", () => {
  const said = execFileSync(process.execPath, ["--expose-gc", program], { encoding: "utf8" });
  const { sent, deleted, moved, expired, left, residentBytes, simulatedSeconds } = JSON.parse(said);
  expect(simulatedSeconds).toBe(YEAR_SECONDS);
  // A Poisson number, within five standard deviations.
  const mean = YEAR_SECONDS * PER_SECOND;
  expect(Math.abs(sent - mean)).toBeLessThan(5 * Math.sqrt(mean));
  expect(sent).toBe(deleted + moved + expired + left);
  expect(residentBytes.length).toBe(10);
  expect(Math.max(...residentBytes)).toBeLessThan(300 * 2 ** 20);
  const [first, second] = [residentBytes.slice(0, 5), residentBytes.slice(5)];
  expect(Math.max(...second) / Math.max(...first)).toBeLessThan(1.1);
});
