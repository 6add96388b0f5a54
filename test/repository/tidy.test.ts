/**
 * The house rules over every file of the repository, and the proof that each rule can fail: a breach
 * planted in a text is found, and the same text put right is not.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { cycles, RULES, type Source } from "../support/rules.ts";
import { importsOf, withoutLiterals } from "../support/source.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const TEXT = /\.(ts|js|mjs|json|md|html|css|tf|py|sh)$|(^|\/)(run|\.[a-z]+)$/;

/** The files that are committed or would be: what git does not ignore. */
function files(): Source[] {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  return execFileSync("git", list, { cwd: root, encoding: "utf8" })
    .split("\0")
    .filter((path) => TEXT.test(path) && existsSync(`${root}${path}`))
    .map((path) => ({ path, text: readFileSync(`${root}${path}`, "utf8") }));
}

describe("the repository", () => {
  const sources = files();

  test("is read whole", () => {
    const paths = sources.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(["package.json", ".ci/run", "test/repository/tidy.test.ts"]),
    );
  });

  test.each(Object.entries(RULES))("%s", (_, rule) => {
    expect(sources.flatMap(rule)).toEqual([]);
  });

  test("no import leads back to its file", () => {
    expect(cycles(sources.filter(({ path }) => path.endsWith(".ts")))).toEqual([]);
  });
});

/** A file that breaks the rule named by the key, and the same file put right. */
const PLANTED: Readonly<Record<string, readonly [bad: Source, good: Source][]>> = {
  "imports go down the table of layers": [
    [
      { path: "engine/clock.ts", text: 'import { a } from "./errors.ts";' },
      { path: "engine/broker/a.ts", text: 'import { a } from "../errors.ts";' },
    ],
    [
      { path: "bindings/a.ts", text: 'export * from "../engine/limits.ts";' },
      { path: "bindings/a.ts", text: 'export * from "../assembly/layout.ts";' },
    ],
    [
      { path: "assembly/layout.ts", text: 'import { slot } from "./ground/slot";' },
      { path: "assembly/ground/slot.ts", text: 'import { SLOT_BYTES } from "../layout";' },
    ],
    [
      { path: "engine/metrics/a.ts", text: 'const a = await import("../server/a.ts");' },
      { path: "engine/server/a.ts", text: 'const a = await import("../metrics/a.ts");' },
    ],
    [
      { path: "bindings/a.ts", text: 'import { f } from "../assembly/ground/slot.ts";' },
      { path: "bindings/a.ts", text: '// import { f } from "../assembly/ground/slot.ts";' },
    ],
    [
      { path: "bench/a.ts", text: 'import { a } from "../engine/broker/a.ts";' },
      { path: "bench/a.ts", text: 'import { a } from "../engine/index.ts";' },
    ],
    [
      { path: "engine/report/a.ts", text: 'import { a } from "../limits.ts";' },
      { path: "bench/a.ts", text: 'import { a } from "../engine/report/a.ts";' },
    ],
    [
      { path: "engine/cli/main.ts", text: 'import { a } from "../../test/support/a.ts";' },
      { path: "engine/cli/main.ts", text: 'import { a } from "../server/a.ts";' },
    ],
    [
      { path: "engine/helper.ts", text: "" },
      { path: "engine/index.ts", text: "" },
    ],
  ],
  "imports between the rooms of assembly/ go down": [
    [
      { path: "assembly/ground/a.ts", text: 'import { Ring } from "../indexes/ring";' },
      { path: "assembly/shard/a.ts", text: 'import { Ring } from "../indexes/ring";' },
    ],
    [
      { path: "assembly/a.ts", text: "" },
      { path: "assembly/arena/a.ts", text: 'import { Pages } from "./pages";' },
    ],
    [
      { path: "assembly/life/a.ts", text: 'import { drive } from "../probe/drive";' },
      { path: "assembly/index.ts", text: 'import { Send } from "./operations/send";' },
    ],
  ],
  "only bindings/ names the shared memory": [
    [
      { path: "engine/broker/a.ts", text: "Atomics.load(a, 0);" },
      { path: "engine/broker/a.ts", text: "// Atomics.load\nload('Atomics');" },
    ],
    [
      { path: "engine/broker/a.ts", text: `f(\`\${new SharedArrayBuffer(8)}\`);` },
      { path: "bindings/a.ts", text: "new SharedArrayBuffer(8);" },
    ],
    [
      { path: "engine/server/a.ts", text: "let a: WebAssembly.Memory;" },
      { path: "bindings/a.ts", text: "let a: WebAssembly.Memory;" },
    ],
  ],
  "only engine/clock.ts reads the time": [
    [
      { path: "engine/broker/a.ts", text: "const a = Date.now();" },
      { path: "engine/clock.ts", text: "const a = Date.now();" },
    ],
    [
      { path: "engine/server/a.ts", text: "log(new Date());" },
      { path: "engine/server/a.ts", text: "log(new Date(nowMs));" },
    ],
    [
      { path: "bindings/a.ts", text: "performance.now();" },
      { path: "bench/a.ts", text: "performance.now();" },
    ],
    [
      { path: "engine/cli/a.ts", text: "process.hrtime.bigint();" },
      { path: "engine/cli/a.ts", text: "setTimeout(f, 5);" },
    ],
  ],
  "only engine/random.ts reads entropy": [
    [
      { path: "engine/broker/a.ts", text: "Math.random();" },
      { path: "engine/broker/a.ts", text: "Math.round(1);" },
    ],
    [
      { path: "engine/server/a.ts", text: 'import { randomUUID } from "node:crypto";' },
      { path: "engine/random.ts", text: 'import { randomUUID } from "node:crypto";' },
    ],
    [
      { path: "bindings/a.ts", text: "crypto.getRandomValues(a);" },
      { path: "bindings/a.ts", text: "crypto.createHash(a);" },
    ],
  ],
  "a slot and its content are taken and freed together": [
    [
      { path: "assembly/operations/a.ts", text: "Content.free(thread, slot);" },
      { path: "assembly/arena/a.ts", text: "Content.free(thread, slot);" },
    ],
    [
      { path: "assembly/probe/a.ts", text: "Slots.release(thread, slot);" },
      { path: "assembly/probe/a.ts", text: "Messages.free(thread, slot);" },
    ],
    [
      { path: "assembly/operations/a.ts", text: "const slot = Slots.prepare(thread);" },
      { path: "assembly/operations/a.ts", text: "const slot = Messages.prepare(thread, send);" },
    ],
  ],
  "a file has at most 400 lines": [
    [
      { path: "test/a.test.ts", text: "a();\n".repeat(401) },
      { path: "test/a.test.ts", text: "a();\n".repeat(400) },
    ],
  ],
  "a file begins by saying what it is": [
    [
      { path: "engine/broker/a.ts", text: "export const a = 1;\n" },
      { path: "engine/broker/a.ts", text: "/** The number of the letter a. */\n" },
    ],
    [
      { path: "assembly/a.ts", text: "// a\nexport const a = 1;\n" },
      { path: "assembly/a.ts", text: "// The number\n// of the letter a.\n" },
    ],
    [
      { path: "engine/cli/main.ts", text: "#!/usr/bin/env node\nrun();\n" },
      { path: "engine/cli/main.ts", text: "#!/usr/bin/env node\n/** The command starts here. */" },
    ],
  ],
  "nothing is left for later": [
    [
      { path: "docs/a.md", text: `A ${"TO"}${"DO"} list` },
      { path: "docs/a.md", text: "A list" },
    ],
    [
      { path: "engine/a.ts", text: `// ${"FIX"}${"ME"}: later` },
      { path: "engine/a.ts", text: "// It is fixed." },
    ],
  ],
  "no file names a registry or a path of the author's machine": [
    [
      { path: "package-lock.json", text: `"url": "https://${"registry"}.npmjs.org/a.tgz"` },
      { path: "package-lock.json", text: '"integrity": "sha512-a"' },
    ],
    [
      { path: "package-lock.json", text: `"resolved": "https:/${"/"}example.org/a.tgz"` },
      { path: "package-lock.json", text: '"resolved": "../a"' },
    ],
    [
      { path: "docs/a.md", text: `see ${"/wo"}rk/main/a` },
      { path: "docs/a.md", text: "see framework/main and ../shared/data" },
    ],
    [
      { path: "test/a.ts", text: `f("${"/ro"}ot/a")` },
      { path: "test/a.ts", text: 'f("/tmp/a")' },
    ],
  ],
  "assembly/ has no decorator at the top level": [
    [
      { path: "assembly/a.ts", text: "@inline\nfunction a(): i32 {}" },
      { path: "assembly/a.ts", text: "class A {\n  @inline static a(): i32 {}\n}" },
    ],
    [
      { path: "assembly/a.ts", text: "export @lazy const a = 1;" },
      { path: "assembly/a.ts", text: "/*\n@lazy is not used.\n*/" },
    ],
    [
      { path: "assembly/a.ts", text: "@final\nexport class A {}" },
      { path: "assembly/a.ts", text: "@unmanaged\nexport class A {}" },
    ],
  ],
};

describe("a planted breach", () => {
  test("is there for every rule", () => {
    expect(Object.keys(PLANTED)).toEqual(Object.keys(RULES));
  });

  test.each(
    Object.entries(RULES).flatMap(([name, rule]) =>
      (PLANTED[name] ?? []).map(([bad, good]) => ({ name, rule, bad, good })),
    ),
  )("is found: $name, $bad.path: $bad.text", ({ rule, bad, good }) => {
    expect(rule(bad)).toHaveLength(1);
    expect(rule(good)).toEqual([]);
  });

  test("is found: an import that leads back to its file", () => {
    const chain = [
      { path: "assembly/a.ts", text: 'import { b } from "./b";' },
      { path: "assembly/b.ts", text: 'export { c } from "./c";' },
      { path: "assembly/c.ts", text: 'import "./a";' },
    ];
    expect(cycles(chain)).toEqual([
      "assembly/a.ts -> assembly/b.ts -> assembly/c.ts -> assembly/a.ts",
    ]);
    expect(cycles(chain.slice(0, 2))).toEqual([]);
  });
});

describe("the reading of source", () => {
  test("keeps code and drops comments, texts and regular expressions", () => {
    const source = `a("// b"); /* c */ d(/[/"]e/g); f(\`g \${h} i\`); // j\nk = l / m;`;
    expect(withoutLiterals(source).replace(/\s+/g, " ").trim()).toBe(
      'a(""); d(""); f( h ); k = l / m;',
    );
  });

  test("finds every form of import", () => {
    const source = `import type { A } from "./a.ts";\nimport "./b.ts";\nexport {\n  c,\n} from './c';
      const d = await import("./d.ts"); import { readFileSync } from "node:fs";`;
    expect(importsOf("engine/x/y.ts", source)).toEqual([
      "engine/x/a.ts",
      "engine/x/c.ts",
      "engine/x/b.ts",
      "engine/x/d.ts",
    ]);
  });
});
