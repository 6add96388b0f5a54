/** Brokers with a directory for tests: opened on a disk that the test rules, or on a real one. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Broker } from "../../../engine/broker/broker.ts";
import { useJournalThread } from "../../../engine/broker/durable/journalStart.ts";
import { MessageBatch } from "../../../engine/broker/messages/batch.ts";
import { SluiceError } from "../../../engine/errors.ts";
import type { BrokerOptions, Message, Queue } from "../../../engine/types.ts";
import type { Fault } from "../../journal/simulatedDisk.ts";
import { Gate, WAIT } from "./gate.ts";

/** What the journal's thread is told of its disk; it can be posted. */
export interface DiskPlan {
  readonly gate: Int32Array;
  readonly fault: Fault | undefined;
  /** A word: how many bytes all files may have together; 0: as many as they like. */
  readonly room: Int32Array | undefined;
  readonly segmentBytes: number;
  readonly isSimulated: boolean;
}

const THREAD = new URL("../../../dist/test/broker/durable/diskThread.js", import.meta.url);
const SEGMENT_BYTES = 1_048_576;
export const SMALL: BrokerOptions = { memoryBytes: 64 * 1_048_576, queuesMax: 16, threadsMax: 8 };

/** A directory that is empty, and goes with the test. */
export class Directory implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "sluice-durable-"));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A broker whose disk is the test's. */
export class Ruled {
  readonly broker: Broker;
  readonly gate: Gate;

  private constructor(broker: Broker, gate: Gate) {
    this.broker = broker;
    this.gate = gate;
  }

  static async open(
    options: BrokerOptions = {},
    plan: Partial<Omit<DiskPlan, "gate">> = {},
  ): Promise<Ruled> {
    const gate = new Gate();
    const all: BrokerOptions = { ...SMALL, directory: "/nowhere", ...options };
    const more: DiskPlan = {
      ...{ gate: gate.words, fault: undefined, room: undefined },
      ...{ segmentBytes: SEGMENT_BYTES, isSimulated: true },
      ...plan,
    };
    useJournalThread(all, { file: THREAD, more });
    return new Ruled(await Broker.open(all), gate);
  }
}

/**
 * With the gate closed, what is sent and hidden without waiting fills the queue's ring of effects, until it takes no
 * more of either. Answers a message in hand.
 */
export async function fillRing({ broker, gate }: Ruled, queue: Queue): Promise<Message> {
  const batch = new MessageBatch(1);
  queue.sync.send("in hand");
  if (queue.sync.receive(batch) !== 1) throw new Error("a message was sent and is not there");
  await broker.flush();
  gate.set(WAIT);
  const came = gate.came();
  queue.sync.send("what the journal waits with");
  await came;
  while (queue.sync.send("x"));
  try {
    while (queue.sync.changeVisibility(batch, 600, 0) === 1);
  } catch (error) {
    if (error instanceof SluiceError && error.code === "CapacityExceeded") return batch.message(0);
    throw error;
  }
  throw new Error("the message in hand is gone");
}

/** Whether a promise has settled, as far as this thread can know by now. */
export async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  promise.then(note, note);
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

/** By what a body of the kill tests is told from others: `group:number` of `group:number-...`. */
export function keyOf(body: string): string {
  return body.slice(0, body.indexOf("-"));
}
