/** The spy: what it tells of what is done through queues, messages and the server, and what it counts. */
import { describe, expect, test } from "vitest";
import { MessageBatch } from "../../engine/index.ts";
import { EVENTS_MAX, SpyLog } from "../../engine/testing/spyLog.ts";
import { faces, refusalOf, sceneOf, withDeadLetters } from "./scene.ts";

describe.each(faces)("%s", (face) => {
  test("it tells of a message's life, with ids, bodies, queue and time, in order", async () => {
    const { broker, clock, kit } = await sceneOf(face);
    const { queue } = await withDeadLetters(broker, 1);
    const spy = await kit.spy();
    const startMs = clock.nowMs();
    const { messageId } = await queue.send("one");
    await kit.advance(1_000);
    const [message] = await queue.receive();
    await message?.changeVisibility(0);
    expect(await queue.receive()).toEqual([]);
    const own = { queue: "orders", account: "000000000000", messageId };
    expect(await spy.events()).toEqual([
      { number: 1, kind: "sent", atMs: startMs, body: "one", ...own },
      { number: 2, kind: "received", atMs: startMs + 1_000, body: "one", receiveCount: 1, ...own },
      { number: 3, kind: "visibilityChanged", atMs: startMs + 1_000, visibilityTimeout: 0, ...own },
      {
        ...{ number: 4, kind: "deadLettered", atMs: startMs + 1_000, ...own },
        ...{ body: "one", receiveCount: 1, to: "orders-failed" },
      },
    ]);
    expect(await spy.totals("orders")).toEqual({
      sent: 1,
      received: 1,
      deleted: 0,
      moved: 1,
      expired: 0,
    });
  });

  test("it sees what comes over the wire, single and in batches", async () => {
    const { broker, kit, endpoint } = await sceneOf(face);
    await broker.createQueue("orders");
    const spy = await kit.spy();
    const QueueUrl = "orders";
    const Entries = ["a", "b"].map((body) => ({ Id: body, MessageBody: body }));
    await endpoint.ok("SendMessageBatch", { QueueUrl, Entries });
    await endpoint.ok("SendMessage", { QueueUrl, MessageBody: "c" });
    const received = await endpoint.ok("ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10 });
    const handles = (received.Messages ?? []).map((one) => one.ReceiptHandle);
    const deletions = handles
      .slice(1)
      .map((ReceiptHandle, index) => ({ Id: `${index}`, ReceiptHandle }));
    await endpoint.ok("DeleteMessageBatch", { QueueUrl, Entries: deletions });
    const ReceiptHandle = handles[0];
    await endpoint.ok("ChangeMessageVisibility", { QueueUrl, ReceiptHandle, VisibilityTimeout: 9 });
    await endpoint.ok("DeleteMessage", { QueueUrl, ReceiptHandle });
    const events = await spy.events();
    const ids = events.filter(({ kind }) => kind === "sent").map(({ messageId }) => messageId);
    expect(ids).toHaveLength(3);
    expect(events.map(({ kind, messageId }) => [kind, ids.indexOf(messageId)])).toEqual([
      ...[0, 1, 2].map((id) => ["sent", id]),
      ...[0, 1, 2].map((id) => ["received", id]),
      ...[1, 2].map((id) => ["deleted", id]),
      ["visibilityChanged", 0],
      ["deleted", 0],
    ]);
  });

  test("it is filtered, cleared and stopped", async () => {
    const { broker, kit } = await sceneOf(face);
    const [one, two] = [await broker.createQueue("one"), await broker.createQueue("two")];
    const spy = await kit.spy();
    await one.send("1");
    await two.send("2");
    await two.receive();
    expect(await spy.events({ queue: two })).toMatchObject([
      { kind: "sent" },
      { kind: "received" },
    ]);
    expect(await spy.events({ kind: "received" })).toMatchObject([{ queue: "two" }]);
    expect(await spy.events({ kind: ["sent"], queue: "one" })).toMatchObject([{ body: "1" }]);
    await spy.clear();
    expect(await spy.events()).toEqual([]);
    await one.send("3");
    expect(await spy.totals(one)).toMatchObject({ sent: 1 });
    await spy.stop();
    await one.send("4");
    expect((await refusalOf(spy.events())).message).toContain("begin with spy()");
  });

  test("it tells of faults, and not of what they kept from happening", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    await kit.fault({ fault: "throttle", action: "SendMessage", count: 1 });
    await kit.fault({ fault: "duplicate", count: 1 });
    await kit.fault({ fault: "loseDelete", count: 1 });
    const spy = await kit.spy();
    await refusalOf(queue.send("x"));
    const { messageId } = await queue.send("y");
    const [message] = await queue.receive();
    await message?.delete();
    expect(await spy.events({ kind: ["fault", "deleted"] })).toMatchObject([
      { kind: "fault", fault: "throttle", action: "SendMessage" },
      { kind: "fault", fault: "duplicate", messageId },
      { kind: "fault", fault: "loseDelete", messageId },
    ]);
  });

  test("dead letters on demand are told, those from before are not", async () => {
    const { broker, kit } = await sceneOf(face);
    const { queue } = await withDeadLetters(broker, 3);
    await queue.send("before");
    await kit.deadLetter(queue);
    const spy = await kit.spy();
    const { messageId } = await queue.send("after");
    await kit.deadLetter(queue);
    expect(await spy.events({ kind: "deadLettered" })).toMatchObject([
      { messageId, body: "after", receiveCount: 0, to: "orders-failed" },
    ]);
  });
});

test("the synchronous face is seen, but for the ids of what it sends", async () => {
  const { broker, kit } = await sceneOf("in this process");
  const { sync } = await broker.createQueue("orders");
  const spy = await kit.spy();
  const batch = new MessageBatch(10);
  sync.send("a");
  sync.sendBatch(["b", { body: "c" }]);
  sync.receive(batch);
  sync.changeVisibility(batch, 5, 1);
  sync.delete(batch, 0);
  const events = await spy.events();
  expect(events.map(({ kind, body }) => [kind, body])).toEqual([
    ...["a", "b", "c"].map((body) => ["sent", body]),
    ...["a", "b", "c"].map((body) => ["received", body]),
    ["visibilityChanged", undefined],
    ["deleted", undefined],
  ]);
  expect(events.at(-1)?.messageId).toBe(events[3]?.messageId);
  expect(events.at(-2)?.messageId).toBe(events[4]?.messageId);
});

test("it keeps so many events, and says how many it forgot", () => {
  const log = new SpyLog();
  const event = { kind: "sent", atMs: 0, queue: "q", account: "0" } as const;
  for (let count = 0; count < EVENTS_MAX; count++) log.note(event);
  expect(log.after(0)).toMatchObject({ lost: 0 });
  expect(log.after(EVENTS_MAX - 2).events.map(({ number }) => number)).toEqual([
    EVENTS_MAX - 1,
    EVENTS_MAX,
  ]);
  log.note(event);
  const { events, lost } = log.after(0);
  expect(lost).toBe(EVENTS_MAX / 10);
  expect(events.length + lost).toBe(EVENTS_MAX + 1);
  expect(events[0]?.number).toBe(lost + 1);
  expect(log.after(EVENTS_MAX).events).toHaveLength(1);
});
