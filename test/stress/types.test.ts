/** Every entry point's types under every compiler and every way to resolve a name that users have. */
import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { patience } from "../support/patience.ts";
import {
  allEntryPoints,
  COMPILERS,
  type Compiler,
  compile,
  folderOfTypes,
  RESOLUTIONS,
  type Resolution,
} from "../support/typings.ts";

let folder = "";

beforeAll(() => {
  folder = folderOfTypes();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cases = (Object.keys(COMPILERS) as Compiler[]).flatMap((compiler) =>
  (Object.keys(RESOLUTIONS) as Resolution[]).map((resolution) => ({ compiler, resolution })),
);

test.each(cases)(
  "TypeScript $compiler compiles them under $resolution",
  {
    timeout: patience(180_000),
  },
  (how) => {
    expect(compile(folder, { "all.ts": allEntryPoints() }, how)).toEqual([]);
  },
);
