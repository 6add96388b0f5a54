/**
 * docs/GLOSSARY.md has a word for each file of the engine, and each file that it names is there: who
 * renames a file or adds one says what its name means.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(`${root}docs/GLOSSARY.md`, "utf8");

interface Row {
  readonly word: string;
  readonly files: readonly string[];
}

const rows: Row[] = [...page.matchAll(/^\| ([^|]+) \| [^|]+ \| (`[^|]+`) \|$/gm)].map(
  ([, word = "", files = ""]) => ({
    word: word.trim(),
    files: [...files.matchAll(/`([^`]+)`/g)].map(([, file = ""]) => file),
  }),
);

test("every row is read", () => {
  const lines = page.split("\n").filter((line) => /^\| (?!Word )/.test(line));
  expect(rows.length).toBe(lines.length);
  expect(rows.length).toBeGreaterThan(40);
});

test("no word stands twice", () => {
  const words = rows.flatMap(({ word }) => word.split(", "));
  expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
});

test("every file that it names is there", () => {
  const missing = rows.flatMap(({ files }) => files).filter((file) => !existsSync(root + file));
  expect(missing).toEqual([]);
});

test("every file in a room of the engine has a word", () => {
  const named = new Set(rows.flatMap(({ files }) => files));
  const files = readdirSync(`${root}assembly`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(`${root}assembly/${name}`).map((file) => `${name}/${file}`))
    .map((file) => `assembly/${file}`);
  expect(files.length).toBeGreaterThan(60);
  expect(files.filter((file) => !named.has(file))).toEqual([]);
});
