/**
 * The numbers of the shared memory, as both compilers made them and as docs/LAYOUT.md tells them.
 * The page is read: a table with the column "Bytes" lists the fields of a record (the size of the
 * record is the constant that the heading names), a table with the column "Value" lists constants,
 * and a picture is a block of text under a ruler of bytes.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { createMemory } from "../../bindings/memory.ts";
import { instantiate } from "../../bindings/module.ts";
import { wasm } from "../../bindings/webassembly.ts";
import { moduleOf } from "../support/builds.ts";

const numbers = new Map<string, number>(Object.entries(layout));
const page = readFileSync(new URL("../../docs/LAYOUT.md", import.meta.url), "utf8");

/** A field of a record, or a part of a picture. */
interface Field {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
}

interface Section {
  readonly heading: string;
  /** Rows of each table, cells without the marks of code. */
  readonly fields: Field[];
  readonly constants: { name: string; value: number }[];
  readonly rows: string[][];
  readonly parts: Field[];
}

const ROW = /^\|(.*)\|$/;
const RULER = /^ +\+0 +\+1 /;
const PICTURE_ROW = /^ *(\d+) {2}(\|.*\|)$/;
/** Characters that a picture spends on a byte. */
const BYTE_COLUMNS = 5;

/** The labelled parts of a picture's row, by where their bars stand. */
function partsOf(line: string): Field[] {
  const match = PICTURE_ROW.exec(line);
  if (match === null) return [];
  const [, row = "", cells = ""] = match;
  let column = 0;
  return cells
    .slice(1, -1)
    .split("|")
    .map((label) => {
      const offset = Number(row) + column / BYTE_COLUMNS;
      const bytes = (label.length + 1) / BYTE_COLUMNS;
      column += label.length + 1;
      return { name: label.trim(), offset, bytes };
    })
    .filter(({ name }) => name !== "");
}

function readTable(section: Section, lines: readonly string[]): void {
  const [head = [], , ...body] = lines.map((line) =>
    (ROW.exec(line)?.[1] ?? "").split("|").map((cell) => cell.trim().replaceAll("`", "")),
  );
  for (const row of body) {
    const [name = "", first = "", second = ""] = row;
    if (head[0] === "Constant") section.constants.push({ name, value: Number(first) });
    else if (head[0] === "Field") {
      section.fields.push({ name, offset: Number(first), bytes: Number(second) });
    } else section.rows.push(row);
  }
}

/** The page, cut at its headings. */
function readPage(text: string): Section[] {
  return text.split(/^(?=#+ )/m).map((part) => {
    const heading = part.slice(0, part.indexOf("\n"));
    const section: Section = { heading, fields: [], constants: [], rows: [], parts: [] };
    for (const table of part.matchAll(/(?:^\|.*\|\n)+/gm)) {
      readTable(section, table[0].trimEnd().split("\n"));
    }
    for (const [, block = ""] of part.matchAll(/^```text\n([\s\S]*?)^```$/gm)) {
      if (RULER.test(block)) section.parts.push(...block.split("\n").flatMap(partsOf));
    }
    return section;
  });
}

/** What is wrong with where a record's fields lie; one sentence each. */
function defects(fields: readonly Field[], recordBytes: number): string[] {
  const found: string[] = [];
  let end = 0;
  for (const { name, offset, bytes } of fields) {
    if (offset < end) found.push(`${name} begins at ${offset}, inside the field before it`);
    if (bytes === 8 && offset % 8 !== 0) found.push(`${name} has 8 bytes and begins at ${offset}`);
    if (bytes < 8 && offset % bytes !== 0) found.push(`${name} begins at ${offset}, unaligned`);
    end = offset + bytes;
  }
  if (end > recordBytes) found.push(`the record has ${recordBytes} bytes, its fields ${end}`);
  return found;
}

const sections = readPage(page);
const records = sections.filter(({ fields }) => fields.length > 0);

describe.each(["probe", "debug"] as const)("the %s build", (name) => {
  const { exports } = instantiate(moduleOf(name), createMemory(1));
  const globals = exports as unknown as Record<string, { value: number } | undefined>;

  test("has the numbers of layout.ts, each of them", () => {
    expect(numbers.size).toBeGreaterThan(300);
    const compiled = [...numbers.keys()].map((key) => [key, globals[key]?.value]);
    expect(Object.fromEntries(compiled)).toEqual(Object.fromEntries(numbers));
  });
});

describe("docs/LAYOUT.md", () => {
  test("names each number of layout.ts once, with the value it has", () => {
    const told = sections.flatMap(({ fields, constants }) => [
      ...fields.map(({ name, offset }) => [name, offset] as const),
      ...constants.map(({ name, value }) => [name, value] as const),
    ]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(numbers));
    const names = told.map(([name]) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test.each(records)("lets no two fields overlap: $heading", ({ heading, fields }) => {
    const size = /`(\w+_BYTES(?:_MAX)?)`/.exec(heading)?.[1] ?? "";
    expect(numbers.get(size)).toBeGreaterThan(0);
    expect(defects(fields, numbers.get(size) ?? 0)).toEqual([]);
  });

  test("draws what its tables say", () => {
    const drawn = sections.filter(({ parts }) => parts.length > 0);
    expect(drawn.length).toBeGreaterThan(15);
    for (const { heading, parts, fields } of drawn) {
      const wrong = parts.filter(({ offset, bytes }) => {
        const field = fields.find((one) => one.offset === offset);
        // A field that is wider than a row of the picture is drawn to the row's end.
        return field === undefined || Math.min(field.bytes, 16) !== bytes;
      });
      expect({ heading, wrong }).toEqual({ heading, wrong: [] });
    }
  });

  test("tells where the regions of a broker of 1 GiB lie, and its block sizes", () => {
    const pages = 16_384;
    const memory = createMemory(pages);
    const instance = new wasm.Instance(moduleOf("release"), { env: { memory } });
    type Init = {
      memoryInit(pages: number, threads: number, queues: number, slots: number): number;
    };
    const { memoryInit } = instance.exports as Init;
    expect(memoryInit(pages, 64, 4096, 2_097_152)).toBe(0);
    const words = new Uint32Array(memory.buffer, layout.HEADER, layout.PAGE_BYTES >> 2);
    const word = (offset: number): number => words[offset >> 2] as number;
    const regions = sections
      .flatMap(({ rows }) => rows)
      .filter((row) => row.length === 3)
      .map(([name = "", begin, bytes]) => ({ name, offset: Number(begin), bytes: Number(bytes) }));
    const bases = regions.slice(2).map(({ name, offset }) => [name.toUpperCase(), offset]);
    expect(bases).toEqual(
      bases.map(([name]) => {
        const base = numbers.get(`HEADER_${String(name).replace(" ", "_")}_BASE`);
        return [name, word(base ?? -1)];
      }),
    );
    expect(defects(regions, pages * layout.PAGE_BYTES)).toEqual([]);
    const classes = sections.flatMap(({ rows }) => rows).filter((row) => row.length === 4);
    const record = layout.HEADER_ARENA + layout.ARENA_CLASSES;
    const made = classes.map((_, index) => {
      const at = record + index * layout.CLASS_RECORD_BYTES;
      const fields = [layout.CLASS_BYTES, layout.CLASS_PER_PAGE, layout.CLASS_HELD_MAX];
      return [index, ...fields.map((field) => word(at + field))].map(String);
    });
    expect(classes).toEqual(made);
    expect(classes).toHaveLength(layout.CLASS_COUNT);
  });
});

describe("a planted mistake is found", () => {
  const first = { name: "A", offset: 0, bytes: 8 };

  test.each([
    ["an overlap", [first, { name: "B", offset: 4, bytes: 4 }], /B begins at 4, inside/],
    ["8 bytes off the grid", [{ name: "B", offset: 4, bytes: 8 }], /B has 8 bytes/],
    ["a word off the grid", [first, { name: "B", offset: 10, bytes: 4 }], /B begins at 10, un/],
    [
      "a field past the end",
      [first, { name: "B", offset: 16, bytes: 4 }],
      /16 bytes, its fields 20/,
    ],
  ])("%s", (_, fields, message) => {
    expect(defects(fields, 16).join()).toMatch(message);
    expect(defects([first, { name: "B", offset: 8, bytes: 8 }], 16)).toEqual([]);
  });

  test("in a table, and in a picture", () => {
    const planted = (from: string, to: string): Section[] => {
      expect(page).toContain(from);
      return readPage(page.replace(from, to));
    };
    const slot = (all: Section[]): Section | undefined =>
      all.find(({ heading }) => heading.startsWith("## Slot"));
    const moved = slot(planted("| `SLOT_DUE` | 24 |", "| `SLOT_DUE` | 20 |"));
    expect(defects(moved?.fields ?? [], layout.SLOT_BYTES)).not.toEqual([]);
    const wider = slot(planted("|   FIRST_RECEIVE   |", "|        FIRST_RECEIVE        |"));
    expect(wider?.parts).not.toEqual(slot(sections)?.parts);
    expect(slot(sections)?.parts).toContainEqual({ name: "DUE", offset: 24, bytes: 8 });
  });
});
