/**
 * A trap in a living thread. The ready ring of a queue is made to point out of the memory, so the
 * next receive traps inside its section, the lock held; the thread that trapped and every other
 * must be able to go on, and no message may be lost.
 */
import { receiveMessageOnPort } from "node:worker_threads";
import { expect, test } from "vitest";
import {
  ENTRY_BYTES,
  HEADER,
  HEADER_SHARDS_BASE,
  LOCK_WORD,
  SEGMENT_ENTRIES_OFFSET,
  SHARD_BYTES,
  SHARD_RING_HEAD,
  SHARD_RING_HEAD_INDEX,
} from "../../assembly/layout.ts";
import { Engine, type EngineShare, Inbox, type QueueHandle } from "../../bindings/index.ts";
import { Broker, EngineTrap, SluiceError } from "../../engine/index.ts";
import { verify } from "../support/builds.ts";

const SIZES = { memoryBytes: 64 * 1024 ** 2, messagesMax: 1000, threadsMax: 4, queuesMax: 4 };
const IDENTITY = { secret: new Uint8Array(32), epoch: 1, isClockVirtual: false };

function makeQueue(engine: Engine): QueueHandle {
  const settings = {
    visibilityMs: 30_000,
    delayMs: 0,
    retentionMs: 1e9,
    maximumBytes: 1_048_576,
    inFlightMax: 0,
  };
  const entryBytes = engine.queues.writeImage(settings, new Uint8Array([1, 2, 3]));
  return engine.queues.handle(engine.createQueue(engine.queues.catalogueVersion(), entryBytes));
}

/** Points the queue's next ready entry out of the memory; the word that its shard begins at. */
function spoilRing(words: Uint32Array, queue: number): number {
  const shard = ((words[(HEADER + HEADER_SHARDS_BASE) >> 2] as number) + queue * SHARD_BYTES) >> 2;
  const head = words[shard + (SHARD_RING_HEAD >> 2)] as number;
  const index = words[shard + (SHARD_RING_HEAD_INDEX >> 2)] as number;
  words[(head + SEGMENT_ENTRIES_OFFSET + index * ENTRY_BYTES) >> 2] = 0x01ff_ffff;
  return shard;
}

test("a thread that traps in a receive goes on, and so do the others", async () => {
  const engine = await Engine.open(SIZES, IDENTITY);
  const queue = makeQueue(engine);
  const now = 1_700_000_000_000;
  const share = engine.share();
  if (share === undefined) throw new Error("no thread is left");
  const other = Engine.attach(share);
  expect(engine.outbox.sendShort(queue, ["a", "b", "c"], 0, 3, 768, now)).toBe(3);
  const words = new Uint32Array(share.memory.buffer);
  const shard = spoilRing(words, queue.number);

  const inbox = new Inbox(10);
  expect(() => engine.receive(inbox, queue, 10, -1, now)).toThrow(EngineTrap);
  expect(words[shard + (LOCK_WORD >> 2)]).toBe(0);
  expect(other.receive(inbox, queue, 2, -1, now)).toBe(2);
  expect([inbox.text(0), inbox.text(1)]).toEqual(["a", "b"]);
  expect(engine.receive(new Inbox(10), queue, 10, -1, now)).toBe(1);
  expect(verify(share)).toBe(0);
});

test("a caller of the broker is told by an InternalFailure, whose cause is the trap", async () => {
  const broker = await Broker.open({ memoryBytes: 64 * 1024 ** 2 });
  const jobs = await broker.createQueue("jobs");
  const handle = broker.share();
  const welcome = receiveMessageOnPort(handle.port) as { message: { share: EngineShare } };
  const { memory } = welcome.message.share;
  jobs.sync.sendBatch(["a", "b"]);
  spoilRing(new Uint32Array(memory.buffer), 0);
  const error = await jobs.receive({ maxNumberOfMessages: 10 }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SluiceError);
  expect(error).toMatchObject({
    code: "InternalFailure",
    message: expect.stringMatching(/^The engine trapped/),
  });
  expect((error as SluiceError).cause).toBeInstanceOf(EngineTrap);
  expect(await jobs.receive({ maxNumberOfMessages: 10 })).toHaveLength(2);
  await broker.close();
});

test("the guard leaves other errors as they are", async () => {
  const broker = await Broker.open({ memoryBytes: 64 * 1024 ** 2 });
  await expect(broker.getQueue("none")).rejects.toMatchObject({ code: "QueueDoesNotExist" });
  await broker.close();
});
