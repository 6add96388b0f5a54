/** Which of the contract's 98 edge cases have a test, read from the titles of the tests. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Cases without a test here, and why. */
const without: Readonly<Record<string, readonly number[]>> = {
  "waits for metrics": [71],
  "waits for signatures and policies": [94, 95, 96, 97],
};

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** The numbers of `7: ...`, `5 and 6: ...` and `22 to 24: ...`; of what a cell of a table says, too. */
function numbersOf(text: string): number[] {
  return [...text.matchAll(/(\d+)(?: to (\d+))?/g)].flatMap(([, first, last]) =>
    range(Number(first), Number(last ?? first)),
  );
}

function casesOf(path: string): number[] {
  const source = readFileSync(`${root}${path}`, "utf8");
  const titles = source.matchAll(/(?:test|describe|\))\(\s*"((?:\d+(?:, | and | to )?)+):/g);
  return [...titles].flatMap(([, numbers = ""]) => numbersOf(numbers));
}

const files = readdirSync(`${root}test/conformance`).filter((name) => name.endsWith(".ts"));
const tested = new Set(files.flatMap((name) => casesOf(`test/conformance/${name}`)));

test("each of the 98 edge cases has a test here, or a reason why not", () => {
  expect(tested.size).toBeGreaterThan(50);
  const excused = Object.values(without).flat();
  expect([...tested, ...excused].toSorted((one, other) => one - other)).toEqual(range(1, 98));
});

test("docs/COMPATIBILITY.md cites cases that have a test", () => {
  const page = readFileSync(`${root}docs/COMPATIBILITY.md`, "utf8");
  const cited = [...page.matchAll(/\bcases? ((?:\d+(?:, | and | to )?)+)/g)];
  expect(cited.length).toBeGreaterThan(10);
  const numbers = cited.flatMap(([, text = ""]) => numbersOf(text));
  expect(numbers.filter((number) => !tested.has(number))).toEqual([]);
});
