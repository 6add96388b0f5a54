/**
 * The reader of test/support/ against modules with planted defects: what the release build's test
 * relies on must be able to fail.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { compile } from "../support/compile.ts";
import { findSections, findStops, type Section } from "../support/sections.ts";
import { readModule, shapeDefects } from "../support/wasm.ts";

const BEGIN = "store<i32>(shard, PHASE, 16);";
const END = "store<i32>(shard, 0x5effffff, 16);";

/** One exported function a case; `PHASE` stands for the case's own begin constant. */
const CASES = {
  straight: `${BEGIN} if (n > 0) store<i32>(shard, n, 64); else store<f64>(shard, 1.5, 72);
    atomic.add<i32>(shard, 1, 128); memory.copy(shard, shard + 64, 8); ${END} return n;`,
  insideLoop: `let i = 0; while (i < n) { ${BEGIN} store<i32>(shard, i, 64); ${END} i++; } return i;`,
  exitsIdle: `${BEGIN} if (n < 0) { ${END} return -1; } store<i32>(shard, n, 64); ${END} return n;`,
  breaksForward: `${BEGIN} do { if (n == 3) break; store<i32>(shard, n, 64); } while (false);
    ${END} return n;`,
  simd: `${BEGIN} v128.store(shard, v128.shl<i32>(v128.load(shard), n), 256);
    v128.store_lane<i32>(shard, v128.splat<i32>(n), 1, 300); ${END} return i32(f64(n) * 1.5);`,
  loops: `${BEGIN} for (let i = 0; i < n; i++) store<i32>(shard + i, i, 64); ${END} return n;`,
  calls: `${BEGIN} store<i32>(shard, fibonacci(n), 64); ${END} return n;`,
  waits: `${BEGIN} atomic.wait<i32>(shard, 0, 10); ${END} return n;`,
  grows: `${BEGIN} memory.grow(1); ${END} return n;`,
  returnsEarly: `${BEGIN} if (load<i32>(shard, 8) == n) return -1; store<i32>(shard, n, 64); ${END}
    return n;`,
  continues: `let i = 0; while (i < n) { i++; ${BEGIN} if (load<i32>(shard, 8) == i) continue;
    store<i32>(shard, i, 64); ${END} } return i;`,
  neverEnds: `${BEGIN} store<i32>(shard, n, 64); return n;`,
  traps: `${BEGIN} if (n > 5) unreachable(); ${END} return n;`,
  nests: `${BEGIN} store<i32>(shard, 0x5e000001, 16); ${END} return n;`,
  endsAnother: `${BEGIN} store<i32>(shard, n, 64); store<i32>(shard, 0x5effffff, 20); return n;`,
} as const;

type Case = keyof typeof CASES;
const NAMES = Object.keys(CASES) as Case[];

function phaseOf(name: Case): number {
  return 0x5e000100 + NAMES.indexOf(name);
}

const RECURSION = `function fibonacci(n: i32): i32 {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}`;

function sourceOf(name: Case): string {
  const code = CASES[name].replaceAll("PHASE", String(phaseOf(name)));
  return `export function ${name}(shard: usize, n: i32): i32 { ${code} }`;
}

describe("the sections of a compiled module", () => {
  let sections: Section[] = [];
  beforeAll(async () => {
    const source = [RECURSION, ...NAMES.map(sourceOf)].join("\n");
    sections = findSections(readModule(await compile(source, "release")));
  });

  function defectsOf(name: Case): string {
    const found = sections.filter(({ phase }) => phase === phaseOf(name));
    expect(found.map((section) => section.name)).toEqual([expect.stringContaining(name)]);
    return found.flatMap(({ defects }) => defects).join("; ");
  }

  test.each(["straight", "insideLoop", "exitsIdle", "breaksForward", "simd"] as const)(
    "straight-line code passes: %s",
    (name) => {
      expect(defectsOf(name)).toBe("");
    },
  );

  test("say what they store, in order", () => {
    const { stores } = sections.find(({ phase }) => phase === phaseOf("simd")) as Section;
    expect(stores).toEqual(["i32.store", "0xfd store 0xb", "0xfd store 0x5a", "i32.store"]);
  });

  test.each([
    ["loops", /a loop at \d+/],
    ["calls", /a call at \d+/],
    ["waits", /a wait at \d+/],
    ["grows", /memory\.grow at \d+/],
    ["returnsEarly", /leaves the function|a return before/],
    ["continues", /a branch back at \d+/],
    ["neverEnds", /leaves the function|a return before/],
    ["traps", /a trap before the idle store/],
    ["nests", /another section begins inside/],
    ["endsAnother", /another record's idle store/],
  ] as const)("a planted defect is reported: %s", (name, message) => {
    expect(defectsOf(name)).toMatch(message);
  });
});

/** Functions that hold a lock for longer than their section. */
describe("between a lock and its section", () => {
  const SECTION = "store<i32>(shard, 0x5e000200, 16); store<i32>(shard, 0x5effffff, 16);";
  const GIVE = "atomic.xchg<i32>(shard, 0);";

  async function stopsOf(before: string, after: string): Promise<string> {
    const code = `if (atomic.cmpxchg<i32>(shard, 0, 1) != 0) return; ${before} ${SECTION} ${after}`;
    const source = `${RECURSION} export function held(shard: usize, n: i32): void { ${code} ${GIVE} }`;
    return findStops(readModule(await compile(source, "release"))).join("; ");
  }

  test("straight-line code passes", async () => {
    expect(await stopsOf("store<i32>(shard, n, 64);", "if (n > 3) store<i32>(shard, n, 68);")).toBe(
      "",
    );
  });

  test.each([
    ["a call before it", "store<i32>(shard, fibonacci(n), 64);", "", /held: a call at \d+/],
    ["a call behind it", "", "store<i32>(shard, fibonacci(n), 64);", /held: a call at \d+/],
    ["a loop", "for (let i = 0; i < n; i++) store<i32>(shard + i, i, 64);", "", /held: a loop/],
  ])("a planted defect is reported: %s", async (_, before, after, message) => {
    expect(await stopsOf(before, after)).toMatch(message);
  });
});

describe("the shape of a compiled module", () => {
  async function shapeOf(source: string): Promise<string> {
    return shapeDefects(readModule(await compile(source, "release"))).join("; ");
  }

  test("a module of functions and constants over the imported memory passes", async () => {
    const source = `export const VERSION = 3;
      export function add(at: usize): i32 { return atomic.add<i32>(at, VERSION); }`;
    expect(await shapeOf(source)).toBe("");
  });

  test.each([
    ["text", `export function at(): usize { return changetype<usize>("text"); }`, /data section/],
    ["state", "export let count = 1; export function add(): i32 { return count++; }", /mutable/],
    ["a start", "store<i32>(64, 1); export function f(): void {}", /start function/],
    ["an import", "declare function f(): i32; export function g(): i32 { return f(); }", /env|\.f/],
    [
      "a table",
      `function one(): i32 { return 1; } function two(): i32 { return 2; }
       export function call(n: i32): i32 {
         const chosen: () => i32 = n > 0 ? one : two;
         return chosen();
       }`,
      /a table/,
    ],
  ])("a planted defect is reported: %s", async (_, source, message) => {
    expect(await shapeOf(source)).toMatch(message);
  });
});

describe("the reader of the binary format", () => {
  let good: Uint8Array = new Uint8Array();
  beforeAll(async () => {
    good = await compile("export function f(n: i32): i32 { return n * 3; }", "release");
  });

  test("refuses an opcode that it does not know", () => {
    const multiply = good.lastIndexOf(0x6c);
    expect(readModule(good).bodies[0]?.instructions.map(({ name }) => name)).toContain("0x6c");
    expect(() => readModule(good.with(multiply, 0xf7))).toThrow(/unknown opcode 0xf7/);
  });

  test("refuses a file that is cut short", () => {
    expect(() => readModule(good.subarray(0, good.length - 1))).toThrow();
    expect(() => readModule(good.subarray(4))).toThrow(/no WebAssembly/);
  });
});
