/**
 * The kit on a broker: setting it back, moving its time, ending what would end by itself. Each over both
 * ways; what is refused is refused with the same words.
 */
import { describe, expect, test } from "vitest";
import { Broker, type Clock } from "../../engine/index.ts";
import { testing } from "../../engine/testing/index.ts";
import { faces, refusalOf, sceneOf, withDeadLetters } from "./scene.ts";

const fifo = { fifoQueue: true, contentBasedDeduplication: true } as const;

describe.each(faces)("%s", (face) => {
  test("a reset takes all queues, faults and events; the same names can be created at once", async () => {
    const { broker, kit } = await sceneOf(face, { quotas: "aws" });
    const queue = await broker.createQueue("orders", { delaySeconds: 5 });
    await broker.createQueue("orders", {}, { account: "111122223333" });
    const spy = await kit.spy();
    await queue.send("one");
    expect(await spy.events()).toHaveLength(1);
    await kit.fault({ fault: "throttle" });
    await kit.reset();
    expect(await broker.listQueues()).toEqual([]);
    expect(await broker.listQueues({ account: "111122223333" })).toEqual([]);
    expect(await kit.faults()).toEqual([]);
    const again = await broker.createQueue("orders");
    await again.send("two");
    expect(await spy.events()).toMatchObject([{ number: 1, kind: "sent", body: "two" }]);
    await kit.expectMessages("orders", ["two"]);
  });

  test("a reset that keeps the queues ends what is in them, however often", async () => {
    const { broker, kit } = await sceneOf(face, { quotas: "aws" });
    const queue = await broker.createQueue("orders", { delaySeconds: 5 });
    for (const body of ["delayed", "visible", "hidden"]) {
      await queue.send(body, body === "delayed" ? {} : { delaySeconds: 0 });
    }
    await queue.receive();
    await kit.reset({ keepQueues: true });
    await kit.expectEmpty("orders");
    await queue.send("again", { delaySeconds: 0 });
    await kit.reset({ keepQueues: true });
    await kit.expectEmpty(queue);
    expect((await queue.getAttributes()).delaySeconds).toBe(5);
  });

  test("time moves by what is said, and what falls due has happened", async () => {
    const { broker, clock, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders", { visibilityTimeout: 30 });
    await queue.send("one");
    await queue.receive();
    const before = clock.nowMs();
    expect(await kit.now()).toBe(before);
    expect(await kit.advance({ seconds: 29.999 })).toBe(before + 29_999);
    await kit.expectCounts("orders", { visible: 0, inFlight: 1 });
    expect(await kit.advance(1)).toBe(before + 30_000);
    await kit.expectCounts("orders", { visible: 1, inFlight: 0, delayed: 0 });
    expect(await kit.advance({ ms: 0 })).toBe(before + 30_000);
    for (const span of [-1, Number.NaN, { seconds: 1, ms: 1 }, {}, "30"]) {
      const refusal = await refusalOf(kit.advance(span as number));
      expect(refusal).toMatchObject({ code: "InvalidParameterValue" });
      expect(refusal.message).toContain("{ seconds: 30 }");
    }
  });

  test("messages are seen in every state, and seeing them changes nothing", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    const { messageId } = await queue.send("hidden", { messageAttributes: { n: 7, t: "x" } });
    await queue.receive();
    await queue.send("visible", { messageGroupId: "a" });
    await queue.send("delayed", { delaySeconds: 9 });
    const seen = await kit.messages(queue);
    expect(seen).toMatchObject([
      { messageId, body: "hidden", state: "inFlight", receiveCount: 1 },
      { body: "visible", state: "visible", receiveCount: 0, messageGroupId: "a" },
      { body: "delayed", state: "delayed", receiveCount: 0, messageAttributes: {} },
    ]);
    expect(seen[0]?.messageAttributes).toEqual({ n: 7, t: "x" });
    expect(seen[0]?.sentAtMs).toBe(await kit.now());
    expect(await kit.messages(queue, 2)).toEqual(seen.slice(0, 2));
    expect(await kit.messages(queue)).toEqual(seen);
    expect(queue.totals()).toMatchObject({ messagesReceived: 1, emptyReceives: 0 });
  });

  test("queues are named by name, URL, ARN, account and name, or themselves", async () => {
    const { broker, kit } = await sceneOf(face);
    const other = { account: "111122223333" };
    const [own, foreign] = [
      await broker.createQueue("q"),
      await broker.createQueue("q", {}, other),
    ];
    await own.send("own");
    await foreign.send("1");
    await foreign.send("2");
    const here = ["q", "http://h:1/000000000000/q", "000000000000/q", own.arn, own, { name: "q" }];
    for (const ref of here) expect((await kit.counts(ref)).visible).toBe(1);
    const there = ["http://h:1/111122223333/q", "111122223333/q", foreign.arn, foreign];
    for (const ref of there) expect((await kit.counts(ref)).visible).toBe(2);
    expect(await refusalOf(kit.counts("nowhere"))).toMatchObject({ code: "QueueDoesNotExist" });
    const refusal = await refusalOf(kit.counts(7 as unknown as string));
    expect(refusal.message).toContain("A queue is its name");
  });

  test("a visibility ends now: one message's, or all", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    await queue.sendBatch(["a", "b", "c"]);
    const received = await queue.receive({ maxNumberOfMessages: 3 });
    expect(await kit.endVisibility("orders", received[1]?.messageId)).toBe(1);
    await kit.expectMessage("orders", { body: "b", state: "visible", receiveCount: 1 });
    await kit.expectCounts("orders", { visible: 1, inFlight: 2 });
    expect(await kit.endVisibility("orders")).toBe(2);
    await kit.expectCounts("orders", { visible: 3, inFlight: 0 });
    const refusal = await refusalOf(kit.endVisibility("orders", received[1]?.messageId));
    expect(refusal.message).toContain("is in flight in orders");
  });

  test("a visibility of a FIFO queue ends now, and its group goes on with it", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders.fifo", fifo);
    for (const body of ["1", "2"]) await queue.send(body, { messageGroupId: "a" });
    const [first] = await queue.receive();
    expect(await queue.receive()).toEqual([]);
    expect(await kit.endVisibility("orders.fifo", first?.messageId)).toBe(1);
    expect(await queue.receive()).toMatchObject([{ body: "1", receiveCount: 2 }]);
  });

  test("retention ends now, in every state, and the attributes stay", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    await queue.send("hidden");
    await queue.receive();
    await queue.send("visible");
    await queue.send("delayed", { delaySeconds: 9 });
    const spy = await kit.spy();
    expect(await kit.endRetention("orders")).toBe(3);
    await kit.expectEmpty("orders");
    expect(await spy.totals("orders")).toMatchObject({ expired: 3, deleted: 0 });
    expect((await queue.getAttributes()).messageRetentionPeriod).toBe(345_600);
    await kit.advance(1);
    await queue.send("later");
    await kit.advance({ seconds: 60 });
    await kit.expectMessages("orders", ["later"]);
  });

  test("messages become dead letters now: one, or all that is not delayed", async () => {
    const { broker, kit } = await sceneOf(face);
    const { queue, dead } = await withDeadLetters(broker, 5);
    for (const body of ["a", "b", "c"]) await queue.send(body);
    await queue.send("delayed", { delaySeconds: 9 });
    const [hidden] = await queue.receive();
    expect(await kit.deadLetter("orders", hidden?.messageId)).toBe(1);
    const seen = await kit.expectDeadLetter("orders", { body: hidden?.body as string });
    expect(seen).toMatchObject({ receiveCount: 1, deadLetterQueueSourceArn: queue.arn });
    const [visible] = await kit.messages("orders");
    expect(await kit.deadLetter("orders", visible?.messageId)).toBe(1);
    await kit.expectCounts(dead, { visible: 2 });
    expect(await kit.deadLetter("orders")).toBe(1);
    await kit.expectMessages("orders", ["delayed"]);
    // As any dead letter it can be received, and deleted.
    const letters = await dead.receive({ maxNumberOfMessages: 10 });
    for (const letter of letters) await letter.delete();
    expect(letters.map(({ body }) => body).sort()).toEqual(["a", "b", "c"]);
    await kit.expectEmpty(dead);
    await hidden?.delete();
    expect((await refusalOf(kit.deadLetter(dead))).message).toContain("no dead-letter queue");
    const refusal = await refusalOf(kit.deadLetter("orders", "nobody"));
    expect(refusal.message).toContain("No message nobody is visible or in flight in orders");
  });

  test("dead letters of a FIFO queue keep their order, and open their group", async () => {
    const { broker, kit } = await sceneOf(face);
    const { queue, dead } = await withDeadLetters(broker, 5, ".fifo");
    const send = (body: string) =>
      queue.send(body, { messageGroupId: "a", messageDeduplicationId: body });
    for (const body of ["1", "2", "3"]) await send(body);
    const [first] = await queue.receive();
    const second = (await kit.messages(queue))[1];
    const refusal = await refusalOf(kit.deadLetter(queue, second?.messageId));
    expect(refusal.message).toContain("of a FIFO queue one is received first");
    expect(await kit.deadLetter(queue, first?.messageId)).toBe(1);
    expect(await queue.receive()).toMatchObject([{ body: "2", receiveCount: 1 }]);
    expect(await kit.deadLetter(queue)).toBe(2);
    await kit.expectMessages(dead, ["1", "2", "3"]);
    await kit.expectEmpty(queue);
  });

  test("a long poll for dead letters is answered when one is made", async () => {
    const { broker, kit } = await sceneOf(face);
    const { queue, dead } = await withDeadLetters(broker, 5);
    await queue.send("one");
    const waiting = dead.receive({ waitTimeSeconds: 20 });
    await kit.deadLetter(queue);
    expect(await waiting).toMatchObject([{ body: "one" }]);
  });
});

test("a clock that can't be moved says so", async () => {
  const still: Clock = { nowMs: () => 1_767_225_600_000 };
  for (const clock of [undefined, still]) {
    await using broker = await Broker.open({
      memoryBytes: 64 * 2 ** 20,
      ...(clock && { clock }),
    });
    const refusal = await refusalOf(testing(broker).advance(1));
    expect(refusal).toMatchObject({ code: "UnsupportedOperation" });
    expect(refusal.message).toContain("new VirtualClock()");
  }
});

test("a kit is of a broker or a URL", async () => {
  for (const target of ["nonsense", "ftp://127.0.0.1", undefined, 7]) {
    expect(() => testing(target as string)).toThrow("A server is named by its URL");
  }
});
