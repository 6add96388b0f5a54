/**
 * Threads that a broker with a directory waits for when it starts have all that they load in one file, of the build:
 * what each loads besides is Node's own. The journal's is run by another file, with a code cache (codeCache.test.ts).
 */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const dist = new URL("../../dist/engine/", import.meta.url);

test.each(["broker/durable/journalThread.bundle", "journal/syncThread"])(
  "%s is a file that loads no other",
  (file) => {
    const text = readFileSync(new URL(`${file}.cjs`, dist), "utf8");
    const name = file.replace(".bundle", "");
    const loaded = [...text.matchAll(/\b(?:require|import)\(([^)]*)\)/g)].map(([, what]) => what);
    expect(loaded).toContain('"node:worker_threads"');
    expect(loaded.filter((what) => !what?.startsWith('"node:'))).toEqual([]);
    expect(existsSync(new URL(`${name}.js`, dist))).toBe(false);
  },
);
