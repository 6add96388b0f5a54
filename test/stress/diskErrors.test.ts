/**
 * Errors of the disk at every call that a broker with a directory makes from its start to the cleaning of the log, once
 * and for ever, and a disk that takes a part of every write: after each, a start finds what was acknowledged.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Directory } from "../broker/durable/kept.ts";
import { CALLS, ended, Ledger, meet } from "../broker/durable/ledger.ts";
import type { Fault } from "../journal/simulatedDisk.ts";

/** More than a life here makes of any call: it ends where one is not met. */
const MOST = 400;

/** Meets the n-th call with an error for n from 1 on, until a life makes fewer; how many those were. */
async function meetAll(fault: Omit<Fault, "nth">): Promise<number> {
  for (let nth = 1; nth <= MOST; nth++) {
    using directory = new Directory();
    const ledger = new Ledger(directory.path);
    await ledger.begin();
    // One that every start takes away; the log's own are mostly written anew.
    if (fault.call === "unlink") writeFileSync(join(directory.path, "segment.new"), "");
    const error = await meet(ledger, { ...fault, nth });
    await ledger.check();
    if (error === undefined) return nth - 1;
    expect([nth, error]).toEqual([nth, expect.objectContaining(ended)]);
  }
  return MOST;
}

test.each(CALLS.flatMap((call) => [false, true].map((forEver) => ({ call, forEver }))))(
  "EIO at each $call (for ever: $forEver)",
  async ({ call, forEver }) => {
    const met = await meetAll({ call, code: "EIO", forEver });
    expect(met).toBeGreaterThan(0);
    console.log(`${met} calls`);
  },
);

test("a disk that takes a part of each write, once", async () => {
  for (let nth = 1; nth <= 60; nth++) {
    using directory = new Directory();
    const ledger = new Ledger(directory.path);
    await ledger.begin();
    const fault = { call: "write", code: "ENOSPC", nth, forEver: false } as const;
    expect(await meet(ledger, fault)).toBeUndefined();
    await ledger.check();
  }
});
