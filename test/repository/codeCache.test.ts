/**
 * V8's code cache of the journal's thread, as the build made it: taken by the Node that built it, and done without where
 * it is another Node's, or gone, as in a package. Needs a build.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, expect, test } from "vitest";
import { patience } from "../support/patience.ts";

const built = fileURLToPath(new URL("../../dist/engine/broker/durable/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sluice-cache-"));
const cache = join(folder, "journalThread.cache");
const TIMEOUT_MS = patience();

/** Runs a thread's file outside of a thread, where it does nothing, and says what V8 thought of its cache. */
const PROGRAM = `
  const vm = require("node:vm");
  vm.Script = class extends vm.Script {
    constructor(code, options) {
      super(code, options);
      console.log(String(this.cachedDataRejected));
    }
  };
  require(process.argv[1]);`;

function rejected(): string {
  const words = ["-e", PROGRAM, join(folder, "journalThread.cjs")];
  const options = { encoding: "utf8", timeout: TIMEOUT_MS } as const;
  return execFileSync(process.execPath, words, options).trim();
}

beforeEach(() => {
  for (const name of ["journalThread.cjs", "journalThread.bundle.cjs", "journalThread.cache"]) {
    copyFileSync(join(built, name), join(folder, name));
  }
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test(
  "is taken by the Node that made it",
  () => {
    expect(rejected()).toBe("false");
  },
  TIMEOUT_MS,
);

test(
  "is not taken where it is another Node's, and the thread runs all the same",
  () => {
    const bytes = readFileSync(cache);
    // V8 begins with a word of its own, and then its version's.
    bytes.writeUInt32LE(bytes.readUInt32LE(4) ^ 1, 4);
    writeFileSync(cache, bytes);
    expect(rejected()).toBe("true");
  },
  TIMEOUT_MS,
);

test(
  "need not be there",
  () => {
    rmSync(cache);
    expect(rejected()).toBe("undefined");
  },
  TIMEOUT_MS,
);
