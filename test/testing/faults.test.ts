/** Faults: what meets which calls, how often, and what a caller then sees, embedded and on the wire. */
import { describe, expect, test } from "vitest";
import { MessageBatch, type Queue } from "../../engine/index.ts";
import type { FaultRule } from "../../engine/testing/index.ts";
import { faces, refusalOf, sceneOf } from "./scene.ts";

const many = Array.from({ length: 200 }, (_, index) => `${index}`);

/** Which of 200 sends are refused. */
async function refusedOf(queue: Queue): Promise<number[]> {
  const refused: number[] = [];
  for (const [index, body] of many.entries()) {
    await queue.send(body).catch(() => refused.push(index));
  }
  return refused;
}

describe.each(faces)("%s", (face) => {
  test("an error meets the action and the queue it names, as often as it says", async () => {
    const { broker, kit } = await sceneOf(face);
    const [orders, others] = [
      await broker.createQueue("orders"),
      await broker.createQueue("others"),
    ];
    const fault = await kit.fault({
      ...{ fault: "error", action: "SendMessage", queue: "orders", count: 2, skip: 1 },
      ...{ code: "OverLimit", message: "no more" },
    });
    await others.send("passes");
    await orders.send("passes, too");
    for (const _ of [1, 2]) {
      expect(await refusalOf(orders.send("x"))).toMatchObject({
        ...{ code: "OverLimit", message: "no more", queue: "orders" },
      });
    }
    await orders.receive();
    await orders.send("passes again");
    expect(await fault.hits()).toBe(2);
    expect(await kit.faults()).toMatchObject([
      { id: fault.id, hits: 2, rule: { code: "OverLimit" } },
    ]);
    await kit.expectCounts(orders, { visible: 1, inFlight: 1 });
    await fault.remove();
    expect(await kit.faults()).toEqual([]);
  });

  test("a probability meets about as many, and the same ones for the same seed", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    const runs: number[][] = [];
    for (const seed of [1, 1, 2]) {
      const fault = await kit.fault({ fault: "throttle", probability: 0.25, seed });
      runs.push(await refusedOf(queue));
      await fault.remove();
    }
    const [one, same, other] = runs as [number[], number[], number[]];
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
    for (const run of runs) {
      // Five standard errors around 50.
      expect(run.length).toBeGreaterThan(19);
      expect(run.length).toBeLessThan(81);
    }
  });

  test("throttling reaches clients with AWS's shape, in both protocols", async () => {
    const { broker, kit, endpoint } = await sceneOf(face);
    await broker.createQueue("orders");
    await kit.fault({ fault: "throttle", action: "ReceiveMessage" });
    const QueueUrl = "http://127.0.0.1/000000000000/orders";
    const answer = await endpoint.call("ReceiveMessage", { QueueUrl });
    expect(answer.status).toBe(403);
    expect(answer.json).toMatchObject({ __type: "com.amazonaws.sqs#RequestThrottled" });
    expect(answer.headers["x-amzn-query-error"]).toBe("RequestThrottled;Sender");
    const query = await endpoint.query("ReceiveMessage", { QueueUrl });
    expect([query.status, query.text]).toEqual([
      403,
      expect.stringContaining("<Code>RequestThrottled"),
    ]);
    expect((await endpoint.call("SendMessage", { QueueUrl, MessageBody: "x" })).status).toBe(200);
  });

  test("entries of a batch fail by themselves, where the fault says so", async () => {
    const { broker, kit, endpoint } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    await kit.fault({ fault: "error", code: "InternalFailure", entries: true, count: 1, skip: 1 });
    const { successful, failed } = await queue.sendBatch(["a", "b", "c"]);
    expect(successful.map(({ index }) => index)).toEqual([0, 2]);
    expect(failed).toMatchObject([{ index: 1, error: { code: "InternalFailure" } }]);
    await kit.expectMessages(queue, ["a", "c"]);
    await kit.clearFaults();
    await kit.fault({ fault: "throttle", entries: true, action: "DeleteMessageBatch", skip: 1 });
    const [one, two] = await queue.receive({ maxNumberOfMessages: 2 });
    const Entries = [one, two].map((message, index) => ({
      ...{ Id: `${index}`, ReceiptHandle: message?.receiptHandle },
    }));
    const answer = await endpoint.call("DeleteMessageBatch", { QueueUrl: "orders", Entries });
    expect(answer.json).toEqual({
      Successful: [{ Id: "0" }],
      Failed: [
        { Id: "1", SenderFault: true, Code: "RequestThrottled", Message: expect.any(String) },
      ],
    });
    await kit.expectCounts(queue, { inFlight: 1 });
  });

  test("a whole batch fails where entries are not named", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    await kit.fault({ fault: "throttle", action: "SendMessageBatch" });
    expect(await refusalOf(queue.sendBatch(["a"]))).toMatchObject({ code: "RequestThrottled" });
    await kit.expectEmpty(queue);
  });

  test("a delay waits by the broker's clock; aborting and removing it end the wait", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    const fault = await kit.fault({ fault: "delay", action: "SendMessage", delayMs: 5_000 });
    const sent = queue.send("slow");
    await kit.advance(4_999);
    await kit.expectEmpty(queue);
    await kit.advance(1);
    await sent;
    await kit.expectCounts(queue, { visible: 1 });
    const abort = new AbortController();
    const aborted = refusalOf(queue.send("never", { signal: abort.signal }));
    abort.abort();
    expect(await aborted).toMatchObject({ name: "AbortError" });
    const released = queue.send("at once");
    await fault.remove();
    await released;
    await kit.expectMessages(queue, ["slow", "at once"]);
  });

  test("a duplicate is delivered while the first is still in hand", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    await queue.sendBatch(["a", "b"]);
    const fault = await kit.fault({ fault: "duplicate", count: 1 });
    const first = await queue.receive({ maxNumberOfMessages: 10 });
    expect(first).toHaveLength(2);
    const second = await queue.receive({ maxNumberOfMessages: 10 });
    expect(second).toMatchObject([{ messageId: first[0]?.messageId, receiveCount: 2 }]);
    expect(await queue.receive()).toEqual([]);
    expect(await fault.hits()).toBe(1);
    await broker.createQueue("x.fifo", { fifoQueue: true });
    const refusal = await refusalOf(kit.fault({ fault: "duplicate", queue: "x.fifo" }));
    expect(refusal.message).toContain("endVisibility");
  });

  test("a deletion that is lost is answered, and the message comes back", async () => {
    const { broker, kit, endpoint } = await sceneOf(face);
    const queue = await broker.createQueue("orders", { visibilityTimeout: 30 });
    await queue.sendBatch(["a", "b", "c"]);
    const messages = await queue.receive({ maxNumberOfMessages: 3 });
    await kit.fault({ fault: "loseDelete", count: 2 });
    await messages[0]?.delete();
    const { successful, failed } = await queue.deleteBatch(messages.slice(1));
    expect([successful.map(({ index }) => index), failed]).toEqual([[0, 1], []]);
    await kit.expectCounts(queue, { inFlight: 2 });
    await kit.advance({ seconds: 30 });
    await kit.expectMessages(queue, ["a", "b"]);
    await kit.fault({ fault: "loseDelete" });
    const wrong = { QueueUrl: "orders", ReceiptHandle: "nonsense" };
    expect((await endpoint.call("DeleteMessage", wrong)).status).toBe(404);
  });

  test("the synchronous face has them, too", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    const { sync } = queue;
    const batch = new MessageBatch(10);
    await kit.fault({ fault: "throttle", action: "SendMessage", count: 1 });
    expect(() => sync.send("x")).toThrow("throttling");
    expect(sync.sendBatch(["a", "b", "c"])).toBe(3);
    await kit.fault({ fault: "duplicate", count: 1, skip: 1 });
    expect(sync.receive(batch)).toBe(3);
    await kit.expectCounts(queue, { visible: 1, inFlight: 2 });
    await kit.fault({ fault: "loseDelete", count: 1 });
    expect(sync.delete(batch)).toBe(3);
    await kit.expectCounts(queue, { visible: 0, inFlight: 1 });
  });

  const wrong: readonly (readonly [object, string])[] = [
    [{ fault: "eror", code: "OverLimit" }, "Did you mean error?"],
    [{ fault: "error" }, "code is one of AWS's error codes"],
    [{ fault: "error", code: "OverLimits" }, "Did you mean OverLimit?"],
    [{ fault: "throttle", action: "SendMesage" }, "Did you mean SendMessage?"],
    [{ fault: "throttle", probability: 0 }, "probability is above 0"],
    [{ fault: "throttle", probability: 1.5 }, "probability is above 0"],
    [{ fault: "throttle", count: 0 }, "count is a whole number"],
    [{ fault: "throttle", seed: -1 }, "seed is 0 to 2^32 - 1"],
    [{ fault: "delay" }, "A delay needs delayMs"],
    [{ fault: "delay", delayMs: -1 }, "delayMs is 0 or more"],
    [{ fault: "duplicate", action: "SendMessage" }, "A member of the fault duplicate is"],
    [{ fault: "throttle", entries: 1 }, "entries is true or false"],
    [{ fault: "throttle", queue: "nowhere" }, "does not exist"],
  ];

  test.each(wrong)("%o is no fault", async (rule, sentence) => {
    const { kit } = await sceneOf(face);
    expect((await refusalOf(kit.fault(rule as FaultRule))).message).toContain(sentence);
    expect(await kit.faults()).toEqual([]);
  });
});

test("queues that are made, and got, after the fault have it; without one nobody stands in", async () => {
  const { broker, kit } = await sceneOf("in this process");
  const before = await broker.createQueue("before");
  const plain = Object.getOwnPropertyNames(before.sync);
  await kit.fault({ fault: "throttle" });
  const after = await broker.createQueue("after");
  for (const queue of [before, after]) {
    expect(await refusalOf(queue.send("x"))).toMatchObject({ code: "RequestThrottled" });
    expect(() => queue.sync.send("x")).toThrow("throttling");
  }
  await kit.clearFaults();
  for (const queue of [before, after]) {
    await queue.send("x");
    // No member of its own hides the class's.
    expect(Object.getOwnPropertyNames(queue.sync)).toEqual(plain);
  }
});

test("streams are met, and go on", async () => {
  const { broker, kit } = await sceneOf("in this process");
  const queue = await broker.createQueue("orders");
  await queue.send("one");
  await kit.fault({ fault: "throttle", action: "ReceiveMessage", count: 1 });
  const read = async () => {
    for await (const { body } of queue.messages()) return body;
    return undefined;
  };
  expect(await refusalOf(read())).toMatchObject({ code: "RequestThrottled" });
  expect(await read()).toBe("one");
});
