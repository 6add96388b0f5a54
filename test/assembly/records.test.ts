/**
 * The records that the engine has as classes (assembly/ground/records.ts and slot.ts): the compiler
 * laid each field where layout.ts says, with as many bytes as docs/LAYOUT.md says.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { wasm } from "../../bindings/webassembly.ts";
import { compileEntry } from "../support/compile.ts";

const root = new URL("../../", import.meta.url);
const files = ["./ground/records", "./ground/slot"];
const sources = files.map((file) => readFileSync(new URL(`assembly/${file}.ts`, root), "utf8"));
const source = sources.join("\n");
const page = readFileSync(new URL("docs/LAYOUT.md", root), "utf8");
const numbers = new Map<string, number>(Object.entries(layout));

/** Each class with the constants that stand for it, and the constants of its fields by their names. */
const RECORDS = {
  QueueRecord: "QUEUE",
  SendRecord: "SEND",
  ReceiveRecord: "RECEIVE",
  PeekRecord: "PEEK",
  Slot: "SLOT",
} as const;

/** On a line of their own behind the fields of their class, and in none. */
const APART: readonly string[] = ["QUEUE_WAITERS", "QUEUE_WATCHED_DUE"];

interface Field {
  readonly record: string;
  readonly field: string;
  readonly type: string;
  readonly constant: string;
}

/** `bodyBytes` of ReceiveRecord is RECEIVE_BODY_BYTES. */
function fieldsOf(record: string, prefix: string): Field[] {
  const [, members = ""] =
    new RegExp(`\\nexport class ${record} \\{\\n(.*?)\\n\\}`, "s").exec(source) ?? [];
  return [...members.matchAll(/^ {2}(\w+): (\w+);$/gm)].map(([, field = "", type = ""]) => {
    const words = field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    return { record, field, type, constant: `${prefix}_${words}` };
  });
}

const fields = Object.entries(RECORDS).flatMap(([record, prefix]) => fieldsOf(record, prefix));

function classesOf(text: string): string[] {
  return [...text.matchAll(/^export class (\w+)/gm)].map(([, name = ""]) => name);
}

/** A module that says what the compiler made of the classes. */
async function ask(): Promise<Record<string, () => number>> {
  const names = Object.keys(RECORDS);
  const lines = [
    ...files.map((file, index) => {
      return `import { ${classesOf(sources[index] ?? "").join(", ")} } from "${file}";`;
    }),
    ...names.map((name) => `export function ${name}_bytes(): u32 { return offsetof<${name}>(); }`),
    ...fields.flatMap(({ record, field, type }) => [
      `export function ${record}_${field}(): u32 { return offsetof<${record}>("${field}"); }`,
      `export function ${record}_${field}_bytes(): u32 { return sizeof<${type}>(); }`,
    ]),
  ];
  const entry = "assembly/offsets.ts";
  const binary = await compileEntry(entry, new Map([[entry, lines.join("\n")]]));
  const memory = new wasm.Memory({ initial: 1, maximum: 65_535, shared: true });
  const { exports } = new wasm.Instance(new wasm.Module(binary), { env: { memory } });
  return exports as unknown as Record<string, () => number>;
}

test("every class is read, and every field has a constant", () => {
  expect(classesOf(source)).toEqual(Object.keys(RECORDS));
  expect(fields.length).toBeGreaterThanOrEqual(65);
  expect(fields.filter(({ constant }) => !numbers.has(constant))).toEqual([]);
});

test("every field of a record on the page is in its class", () => {
  for (const [record, prefix] of Object.entries(RECORDS)) {
    const [, table = ""] =
      new RegExp(`\\(\`${prefix}_BYTES\`\\)\\n(.*?)\\n#`, "s").exec(page) ?? [];
    const rows = [...table.matchAll(/^\| `(\w+)` \| (\d+) \| (\d+) \|/gm)];
    const named = fields.filter((field) => field.record === record);
    const inClass = rows.map(([, constant = ""]) => constant).filter((row) => !APART.includes(row));
    expect(inClass).toEqual(named.map(({ constant }) => constant));
  }
});

test("the compiler's offsets and sizes are the layout's", async () => {
  const say = await ask();
  const sizes = new Map(
    [...page.matchAll(/^\| `(\w+)` \| \d+ \| (\d+) \|/gm)].map(([, name, bytes]) => [
      name,
      Number(bytes),
    ]),
  );
  const told = fields.map(({ record, field, constant }) => ({
    constant,
    offset: say[`${record}_${field}`]?.(),
    bytes: say[`${record}_${field}_bytes`]?.(),
  }));
  expect(told).toEqual(
    fields.map(({ constant }) => ({
      constant,
      offset: numbers.get(constant),
      bytes: sizes.get(constant),
    })),
  );
  for (const [record, prefix] of Object.entries(RECORDS)) {
    const apart = APART.find((constant) => constant.startsWith(`${prefix}_`));
    const bytes = say[`${record}_bytes`]?.();
    if (apart === undefined) expect(bytes).toBe(numbers.get(`${prefix}_BYTES`));
    else expect(bytes).toBeLessThanOrEqual(numbers.get(apart) ?? 0);
  }
});
