/**
 * A broker on a real directory whose disk has an error, and a record of what it acknowledged: for tests that ask
 * whether a start without the error finds all of that.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { verdictOf } from "../../../engine/cli/journal/verify.ts";
import { SluiceError } from "../../../engine/errors.ts";
import type { Message, Queue } from "../../../engine/types.ts";
import type { Call, Fault } from "../../journal/simulatedDisk.ts";
import { Ruled } from "./kept.ts";

/** So short that the log is cleaned within some twenty messages. */
const PLAN = { isSimulated: false, segmentBytes: 65_536 };
export const BODY = "x".repeat(8_000);
export const OPERATIONS = 40;
export const CALLS: readonly Call[] = [
  ...(["open", "read", "write", "sync"] as const),
  ...(["syncDirectory", "rename", "unlink", "truncate"] as const),
];

export function nameOf(body: string): string {
  return body.slice(0, body.indexOf(":"));
}

export function segmentsOf(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".log"))
    .sort();
}

/** How a call ends. */
export async function errorOf(call: () => Promise<unknown>): Promise<SluiceError | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
}

/** What one directory was asked for and acknowledged, over its lives. */
export class Ledger {
  readonly directory: string;
  readonly begun = new Set<string>();
  readonly sent = new Set<string>();
  readonly deleting = new Set<string>();
  readonly deleted = new Set<string>();

  constructor(directory: string) {
    this.directory = directory;
  }

  open(fault?: Fault): Promise<Ruled> {
    return Ruled.open({ directory: this.directory }, { ...PLAN, ...(fault && { fault }) });
  }

  /** Sends, and deletes most of it, waiting where there is no room for a while; the first error. */
  async work(jobs: Queue, operations: number): Promise<SluiceError | undefined> {
    for (let left = operations; left > 0; left--) {
      const name = `message ${this.begun.size}`;
      this.begun.add(name);
      const patient = { waitForCapacity: true };
      const sendError = await errorOf(() => jobs.send(`${name}:${BODY}`, patient));
      if (sendError !== undefined) return sendError;
      this.sent.add(name);
      if (left % 5 === 0) continue;
      const received: Message[] = [];
      const receiveError = await errorOf(async () => {
        received.push(...(await jobs.receive()));
      });
      if (receiveError !== undefined) return receiveError;
      const [message] = received;
      if (message === undefined) continue;
      const held = nameOf(message.body);
      this.deleting.add(held);
      const deleteError = await errorOf(() => jobs.delete(message));
      if (deleteError !== undefined) return deleteError;
      this.deleted.add(held);
    }
    return undefined;
  }

  /** A first life, with an end that a crash tore: the next one has something to read and to cut off. */
  async begin(): Promise<void> {
    const { broker } = await this.open();
    await this.work(await broker.createQueue("jobs"), 2);
    await broker.close();
    const last = join(this.directory, segmentsOf(this.directory).at(-1) ?? "");
    writeFileSync(last, Buffer.concat([readFileSync(last), Buffer.alloc(4_096, 1)]));
  }

  /** A life without an error finds what it must. */
  async check(): Promise<void> {
    expect(verdictOf(this.directory)).toMatchObject({ isWhole: true, defects: [] });
    const { broker } = await this.open();
    const { messages } = await (await broker.getQueue("jobs")).peek({ limit: 1_000 });
    const found = new Set(messages.map(({ body }) => nameOf(body)));
    expect(found.size).toBe(messages.length);
    for (const name of found) {
      expect([name, this.begun.has(name), this.deleted.has(name)]).toEqual([name, true, false]);
    }
    for (const name of this.sent) {
      if (!this.deleting.has(name)) expect([name, found.has(name)]).toEqual([name, true]);
    }
    await broker.close();
  }
}

/** The broker has ended: how calls are told. */
export const ended = { code: "InternalFailure", retryable: false };

/** Works in a life with this error until it shows; what it was, if it came to that. */
export async function meet(ledger: Ledger, fault: Fault): Promise<SluiceError | undefined> {
  let ruled: Ruled;
  try {
    ruled = await ledger.open(fault);
  } catch (error) {
    expect(error).toBeInstanceOf(SluiceError);
    return error as SluiceError;
  }
  const { broker } = ruled;
  const jobs = await broker.getQueue("jobs");
  const error = await ledger.work(jobs, OPERATIONS);
  if (error !== undefined) {
    expect(error.message).toContain("The journal could not ");
    // Nothing more is acknowledged, whoever asks.
    const later = [() => jobs.send("x"), () => broker.createQueue("more"), () => broker.flush()];
    for (const call of later) expect(await errorOf(call)).toMatchObject(ended);
    expect(() => jobs.sync.send("x")).toThrow(expect.objectContaining(ended));
  }
  // What the close writes may meet it, too.
  const closeError = await errorOf(() => broker.close());
  if (error !== undefined) expect(closeError).toBeUndefined();
  return error ?? closeError;
}
