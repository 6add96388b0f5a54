/**
 * Threads that a broker with a directory waits for when it starts have all that they load in one file, of the build:
 * what each loads besides is Node's own.
 */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const dist = new URL("../../dist/engine/", import.meta.url);

test.each(["broker/durable/journalThread", "journal/syncThread"])(
  "%s is a file that loads no other",
  (name) => {
    const text = readFileSync(new URL(`${name}.cjs`, dist), "utf8");
    const loaded = [...text.matchAll(/\b(?:require|import)\(([^)]*)\)/g)].map(([, what]) => what);
    expect(loaded).toContain('"node:worker_threads"');
    expect(loaded.filter((what) => !what?.startsWith('"node:'))).toEqual([]);
    expect(existsSync(new URL(`${name}.js`, dist))).toBe(false);
  },
);
