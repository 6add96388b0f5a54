/** Expectations: what they hold for, and the words in which they fail. */
import { describe, expect, test } from "vitest";
import { ExpectationError, type Matcher } from "../../engine/testing/index.ts";
import { faces, refusalOf, sceneOf, withDeadLetters } from "./scene.ts";

const now = { timeoutMs: 0 } as const;

describe.each(faces)("%s", (face) => {
  test("a message is expected by text, pattern, JSON, attributes or a function", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    await queue.send('{"order":{"id":7,"lines":["a","b"]},"paid":null}', {
      ...{ messageAttributes: { kind: "order", weight: 2 }, messageGroupId: "g1" },
    });
    const fits: Matcher[] = [
      '{"order":{"id":7,"lines":["a","b"]},"paid":null}',
      /"id":\d/,
      /"id":\d/g,
      { body: { order: { id: 7 } } },
      { body: { order: { lines: ["a", "b"] }, paid: null } },
      { body: { order: { lines: [/^a$/, "b"] } } },
      { state: "visible", receiveCount: 0, messageGroupId: /^g/ },
      { messageAttributes: { weight: 2 } },
      { messageAttributes: { kind: /order/ } },
      ({ body }) => body.includes("lines"),
      {},
    ];
    for (const matcher of fits) await kit.expectMessage(queue, matcher, now);
    // A pattern with a memory is asked afresh each time.
    const sticky = /"id":\d/g;
    for (const _ of [1, 2, 3]) await kit.expectMessage(queue, sticky, now);
    const others: Matcher[] = [
      "order",
      /"id":8/,
      { body: { order: { id: "7" } } },
      { body: { order: { lines: ["a"] } } },
      { body: { order: { lines: ["b", "a"] } } },
      { body: { paid: false } },
      { body: { missing: null } },
      { body: [] },
      { receiveCount: 1 },
      { state: "delayed" },
      { messageGroupId: "g" },
      { messageDeduplicationId: "d" },
      { messageAttributes: { kind: "orders" } },
      { messageAttributes: { weight: "2" } },
      () => false,
    ];
    for (const matcher of others) {
      expect(await refusalOf(kit.expectMessage(queue, matcher, now))).toBeInstanceOf(
        ExpectationError,
      );
      await kit.expectNoMessage(queue, matcher);
    }
  });

  test("no match says how the nearest message differs, and what is there", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    const { messageId } = await queue.send('{"id":8,"kind":"order"}');
    const other = await queue.send("plain");
    const matcher = { body: { id: 7, kind: "order" }, state: "visible" } as const;
    const error = await refusalOf(kit.expectMessage(queue, matcher, now));
    expect(error.message).toBe(
      [
        'expectMessage: no message in orders matches {"body":{"id":7,"kind":"order"},"state":"visible"}.',
        `The nearest of 2, ${messageId}, differs:`,
        "  body.id: expected 7, found 8",
        "In the queue:",
        `  ${messageId} visible, received 0 times: "{\\"id\\":8,\\"kind\\":\\"order\\"}"`,
        `  ${other.messageId} visible, received 0 times: "plain"`,
      ].join("\n"),
    );
    expect(error).toMatchObject({ actual: ['{"id":8,"kind":"order"}', "plain"] });
    await kit.reset({ keepQueues: true });
    const empty = await refusalOf(kit.expectMessage(queue, /x+/, now));
    expect(empty.message).toBe(
      'expectMessage: no message in orders matches {"body":/x+/}.\nThe queue is empty.',
    );
  });

  test("a message that comes later is waited for", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    const expected = kit.expectMessage("orders", "late");
    await queue.send("early");
    await queue.send("late");
    expect(await expected).toMatchObject({ body: "late" });
    const abort = new AbortController();
    const never = refusalOf(kit.expectMessage("orders", "never", { signal: abort.signal }));
    abort.abort();
    expect(await never).toMatchObject({ name: "AbortError" });
    const wrong = await refusalOf(kit.expectMessage("orders", "x", { timeoutMs: -1 }));
    expect(wrong.message).toContain("timeoutMs is 0 or more");
  });

  test("an empty queue is waited for; what is left is told", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    await queue.send("hidden");
    await queue.send("delayed", { delaySeconds: 9 });
    const [message] = await queue.receive();
    await kit.expectCounts(queue, { visible: 0, inFlight: 1, delayed: 1 });
    for (const call of [kit.waitForEmpty(queue, now), kit.expectEmpty(queue)]) {
      const error = await refusalOf(call);
      expect(error).toBeInstanceOf(ExpectationError);
      expect(error.message).toContain(
        ": orders is not empty: 0 visible, 1 in flight, 1 delayed.\n" +
          `  ${message?.messageId} in flight, received once: "hidden"\n`,
      );
      expect(error.message).toContain('delayed, received 0 times: "delayed"');
    }
    await message?.delete();
    for (const call of [kit.waitForEmpty(queue, now), kit.expectEmpty(queue)]) {
      expect((await refusalOf(call)).message).toContain("0 visible, 0 in flight, 1 delayed");
    }
    await kit.advance({ seconds: 9 });
    const empty = kit.waitForEmpty(queue);
    for (const one of await queue.receive()) await one.delete();
    await empty;
    await kit.expectEmpty(queue);
  });

  test("of many that are left a few are listed, and the others counted", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    await queue.sendBatch(Array.from({ length: 12 }, (_, index) => `body ${index}`));
    const { message } = await refusalOf(kit.expectEmpty(queue));
    expect(message.match(/"body \d+"/g)).toEqual([0, 1, 2, 3, 4].map((index) => `"body ${index}"`));
    expect(message).toContain("… and 7 more");
  });

  test("all messages of a queue are expected, each by a matcher of its own", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    await queue.sendBatch(["ab", "a"]);
    // The first matcher fits both; it must leave the one that the second needs.
    await kit.expectMessages(queue, [/a/, "ab"], now);
    await kit.expectMessages(queue, ["ab", /a/], now);
    const error = await refusalOf(kit.expectMessages(queue, [/a/, "b"], now));
    expect(error.message).toContain("expectMessages: orders should have 2 messages, and has 2.");
    expect(error.message).toContain('expected and missing: {"body":"b"}');
    expect(error.message).toMatch(/there and not expected: .*"a"/);
    expect((await refusalOf(kit.expectMessages(queue, [], now))).message).toContain("has 2.");
    const ordered = await broker.createQueue("orders.fifo", { fifoQueue: true });
    for (const body of ["1", "2"]) {
      await ordered.send(body, { messageGroupId: "g", messageDeduplicationId: body });
    }
    await kit.expectMessages(ordered, ["1", "2"], now);
    const wrong = await refusalOf(kit.expectMessages(ordered, ["2", "1"], now));
    expect(wrong.message).toContain("2 messages, in order");
  });

  test("a dead letter is expected of the queue it came from", async () => {
    const { broker, kit } = await sceneOf(face);
    const { queue, dead } = await withDeadLetters(broker, 1);
    await dead.send("sent here");
    const refusal = await refusalOf(kit.expectDeadLetter(queue, "sent here", now));
    expect(refusal.message).toContain(
      `deadLetterQueueSourceArn: expected ${queue.arn}, found nothing`,
    );
    await queue.send("failed");
    await queue.receive({ visibilityTimeout: 0 });
    expect(await queue.receive()).toEqual([]);
    expect(await kit.expectDeadLetter(queue, "failed")).toMatchObject({ receiveCount: 1 });
    const none = await refusalOf(kit.expectDeadLetter(dead, "x", now));
    expect(none).toMatchObject({ code: "InvalidParameterValue" });
    expect(none.message).toContain("orders-failed has no dead-letter queue");
  });

  test("counts that differ are told, and names that are none", async () => {
    const { broker, kit } = await sceneOf(face);
    const queue = await broker.createQueue("orders");
    await queue.send("a");
    const error = await refusalOf(kit.expectCounts(queue, { visible: 2, inFlight: 0 }));
    expect(error.message).toContain(
      "expectCounts: orders has other counts.\n  visible: expected 2, found 1\n",
    );
    expect(error).toMatchObject({ actual: { visible: 1, inFlight: 0, delayed: 0 } });
    const wrong = await refusalOf(kit.expectCounts(queue, { hidden: 1 } as object));
    expect(wrong.message).toContain("it knows no hidden");
  });

  const wrong: readonly (readonly [unknown, string])[] = [
    [{ id: 7 }, '{ body: {"id":7} } looks into a JSON body'],
    [{ messageid: "x" }, "messageId is one"],
    [undefined, "takes a body's text"],
    [null, "takes a body's text"],
    [7, "takes a body's text"],
  ];

  test.each(wrong)("%o is no matcher", async (matcher, sentence) => {
    const { broker, kit } = await sceneOf(face);
    await broker.createQueue("orders");
    const given = matcher as Matcher;
    for (const call of [kit.expectMessage("orders", given), kit.expectNoMessage("orders", given)]) {
      const refusal = await refusalOf(call);
      expect(refusal).toMatchObject({ code: "InvalidParameterValue" });
      expect(refusal.message).toContain(sentence);
    }
  });
});
