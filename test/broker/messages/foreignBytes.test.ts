/**
 * Bytes that a caller hands over may lie about their length, change, or go away. They are sent as they
 * are, or refused; what arrives is never something else.
 */
import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { MessageBatch } from "../../../engine/broker/messages/batch.ts";
import type { Body, Queue } from "../../../engine/types.ts";

let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  broker = await Broker.open({ memoryBytes: 128 * 1_048_576 });
  queue = await broker.createQueue("jobs");
});

afterEach(() => broker.close());

/** Takes out all that is in the queue. */
function drain(from: Queue = queue): string[] {
  const batch = new MessageBatch(256);
  const bodies: string[] = [];
  while (from.sync.receive(batch) > 0) {
    for (let index = 0; index < batch.length; index++) bodies.push(batch.body(index));
    from.sync.delete(batch);
  }
  return bodies;
}

/** A list whose element at `index` is what `get` answers. */
function withGetter(list: unknown[], index: number, get: () => unknown): Body[] {
  Object.defineProperty(list, index, { get, enumerable: true, configurable: true });
  return list as Body[];
}

class Liar extends Uint8Array<ArrayBuffer> {
  said = 0;
  override get length(): number {
    return this.said;
  }
  override get byteLength(): number {
    return this.said;
  }
  override get byteOffset(): number {
    return 1;
  }
}

function liar(text: string, said: number): Liar {
  const bytes = new Liar(new ArrayBuffer(Buffer.byteLength(text)));
  bytes.set(Buffer.from(text));
  bytes.said = said;
  return bytes;
}

describe("bytes of a class that lies about its length", () => {
  const texts = ["four", "s".repeat(900), "m".repeat(200_000), "l".repeat(600_000)];
  const lies = [0, 1, 3, 5, 1_000_000, Number.NaN, -1];
  const verbs: readonly [string, (body: Body) => unknown][] = [
    ["send", (body) => queue.send(body)],
    ["sendBatch", (body) => queue.sendBatch([body])],
    ["sync.send", (body) => queue.sync.send(body)],
    ["sync.send with options", (body) => queue.sync.send(body, { delaySeconds: 0 })],
    ["sync.sendBatch", (body) => queue.sync.sendBatch(["before", body, "behind"])],
    ["sync.sendBatch of entries", (body) => queue.sync.sendBatch([{ body }])],
  ];

  test.each(verbs)("are sent whole by %s", async (_, run) => {
    for (const text of texts) {
      for (const lie of lies) {
        await run(liar(text, lie));
        const got = drain().filter((body) => body !== "before" && body !== "behind");
        expect(got.map((body) => [body.length, body === text])).toEqual([[text.length, true]]);
      }
    }
  });

  test("are whole in an attribute, too", async () => {
    await queue.send("x", { messageAttributes: { a: liar("four", 1) } });
    await queue.send("x", {
      messageAttributes: { a: { dataType: "Binary", binaryValue: liar("four", 9) } },
    });
    for (const message of await queue.receive({ maxNumberOfMessages: 2 })) {
      const { a } = message.messageAttributes;
      const bytes = a instanceof Uint8Array ? a : (a as { binaryValue: Uint8Array }).binaryValue;
      expect(Buffer.from(bytes).toString()).toBe("four");
    }
  });
});

describe("bytes that are gone", () => {
  const gone: readonly [string, () => Uint8Array][] = [
    [
      "moved away",
      () => {
        const bytes = new Uint8Array([1, 2, 3]);
        structuredClone(bytes, { transfer: [bytes.buffer] });
        return bytes;
      },
    ],
    [
      "cut off",
      () => {
        const buffer = new ArrayBuffer(8, { maxByteLength: 16 });
        const bytes = new Uint8Array(buffer, 4, 4);
        buffer.resize(2);
        return bytes;
      },
    ],
  ];

  test.each(gone)("are refused: %s", async (_, make) => {
    await expect(queue.send(make())).rejects.toMatchObject({ code: "MissingParameter" });
    const { failed } = await queue.sendBatch([make(), { body: make() }]);
    expect(failed).toHaveLength(2);
    const error = expect.objectContaining({ code: "MissingParameter" });
    expect(() => queue.sync.send(make())).toThrow(error);
    expect(() => queue.sync.sendBatch(["a", make()])).toThrow(error);
    expect(drain()).toEqual([]);
  });

  test("or resized by another element's getter, are sent as they are then", () => {
    const buffer = new ArrayBuffer(4, { maxByteLength: 900_000 });
    const bytes = new Uint8Array(buffer);
    bytes.fill(97);
    const list = withGetter([bytes, ""], 1, () => {
      buffer.resize(6);
      bytes.fill(98);
      return "behind";
    });
    expect(queue.sync.sendBatch(list)).toBe(2);
    expect(drain()).toEqual(["bbbbbb", "behind"]);
  });
});

test.each<[string, unknown]>([
  ["a Proxy of bytes", new Proxy(new Uint8Array([1, 2]), {})],
  ["bytes in pairs", new Uint16Array([1, 2])],
  ["a view", new DataView(new ArrayBuffer(2))],
  ["a buffer", new ArrayBuffer(2)],
  ["shared memory", new SharedArrayBuffer(2)],
])("%s is no body", async (_, value) => {
  const body = value as Body;
  await expect(queue.send(body)).rejects.toThrow(/A body is a string or a Uint8Array, not a /);
  const { failed } = await queue.sendBatch([body]);
  expect(failed[0]?.error.message).toMatch(/A body is a string or a Uint8Array, not a /);
  expect(() => queue.sync.send(body)).toThrow(/A body is a string or a Uint8Array, not a /);
  expect(() => queue.sync.sendBatch(["a", body])).toThrow(/A body is/);
  expect(drain()).toEqual([]);
});

describe("bytes that change after the call", () => {
  test("are sent and digested as they were", async () => {
    const bytes = Buffer.from("before");
    const sending = queue.send(bytes);
    bytes.write("behind");
    const sent = await sending;
    bytes.write("again!");
    expect(sent.md5OfBody).toBe(createHash("md5").update("before").digest("hex"));
    expect(drain()).toEqual(["before"]);
  });

  test("are those of the call when it waits for room", async () => {
    const small = await Broker.open({
      memoryBytes: 16 * 1_048_576,
      messagesMax: 10_000,
      threadsMax: 4,
      queuesMax: 4,
    });
    const full = await small.createQueue("full");
    const filler = "f".repeat(200_000);
    while (full.sync.send(filler));
    const bytes = new Uint8Array(200_000).fill(97);
    const sending = full.send(bytes, { waitForCapacity: true });
    bytes.fill(98);
    const [first, second] = await full.receive({ maxNumberOfMessages: 2 });
    await first?.delete();
    await second?.delete();
    const { md5OfBody } = await sending;
    expect(md5OfBody).toBe(createHash("md5").update("a".repeat(200_000)).digest("hex"));
    expect(drain(full).at(-1)).toBe("a".repeat(200_000));
    await small.close();
  });
});

test("bytes that another thread makes longer and changes are sent as they were at one moment", async () => {
  const words = new SharedArrayBuffer(8);
  const shared = new SharedArrayBuffer(1, { maxByteLength: 300_000 });
  const source = `
    const { words, shared } = require("node:worker_threads").workerData;
    const flag = new Int32Array(words);
    for (let size = 2; Atomics.load(flag, 0) === 0; size = Math.min(size + 97, 300_000)) {
      shared.grow(size);
      new Uint8Array(shared).fill(size & 1 ? 97 : 98);
    }`;
  const writer = new Worker(source, { eval: true, workerData: { words, shared } });
  await new Promise((resolve) => writer.once("online", resolve));
  const body = new Uint8Array(shared);
  const fifo = await broker.createQueue("jobs.fifo", {
    fifoQueue: true,
    contentBasedDeduplication: true,
    deduplicationScope: "messageGroup",
  });
  try {
    for (let round = 0; round < 200; round++) {
      expect(queue.sync.sendBatch(["before", body, "behind"])).toBe(3);
      const [first, middle, last] = drain();
      expect([first, last]).toEqual(["before", "behind"]);
      expect(middle).toMatch(/^[ab\0]+$/);
      const sent = await fifo.send(body, { messageGroupId: `${round}` });
      const [message] = await fifo.receive();
      expect(message?.md5OfBody).toBe(sent.md5OfBody);
      expect(message?.messageDeduplicationId).toBe(
        createHash("sha256")
          .update(message?.bytes ?? "")
          .digest("hex"),
      );
      await message?.delete();
    }
  } finally {
    Atomics.store(new Int32Array(words), 0, 1);
    await writer.terminate();
  }
});
