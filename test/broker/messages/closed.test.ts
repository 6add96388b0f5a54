/** What a closed broker answers: every call of its queues and of itself says that it was closed. */
import { beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { MessageBatch } from "../../../engine/broker/messages/batch.ts";
import type { Message, Queue } from "../../../engine/types.ts";

const closed = expect.objectContaining({ code: "BrokerClosed" });

let broker: Broker;
let queue: Queue;
let message: Message;
let batch: MessageBatch;

beforeEach(async () => {
  broker = await Broker.open({ memoryBytes: 64 * 1_048_576 });
  queue = await broker.createQueue("jobs");
  await queue.sendBatch(["a", "b"]);
  message = (await queue.receive())[0] as Message;
  batch = new MessageBatch(1);
  queue.sync.receive(batch);
  await broker.close();
});

describe("rejects", () => {
  test.each<[string, () => Promise<unknown>]>([
    ["createQueue", () => broker.createQueue("more")],
    ["deleteQueue", () => broker.deleteQueue("jobs")],
    ["send", () => queue.send("x")],
    ["sendBatch", () => queue.sendBatch(["x"])],
    ["receive", () => queue.receive()],
    ["delete", () => queue.delete(message)],
    ["delete of a message", () => message.delete()],
    ["deleteBatch", () => queue.deleteBatch([message])],
    ["changeVisibility", () => queue.changeVisibility(message, 0)],
    ["changeVisibility of a message", () => message.changeVisibility(0)],
    ["setAttributes", () => queue.setAttributes({ delaySeconds: 1 })],
    ["purge", () => queue.purge()],
  ])("%s", async (_, call) => {
    await expect(call()).rejects.toEqual(closed);
  });
});

describe("throws from", () => {
  test.each<[string, () => unknown]>([
    ["counts", () => queue.counts()],
    ["sync.send", () => queue.sync.send("x")],
    ["sync.sendBatch", () => queue.sync.sendBatch(["x"])],
    ["sync.receive", () => queue.sync.receive(batch)],
    ["sync.delete", () => queue.sync.delete(batch)],
    ["sync.changeVisibility", () => queue.sync.changeVisibility(batch, 0)],
    ["share", () => broker.share()],
  ])("%s", (_, call) => {
    expect(call).toThrow(closed);
  });
});
