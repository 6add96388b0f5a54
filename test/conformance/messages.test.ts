/** What clients rely on of what they send: edge cases 41 to 48, 65, 75 to 77 of the contract. */
import { describe, expect, test } from "vitest";
import { formHeaders, formOf } from "../support/query.ts";
import { contract, entries, noBytes } from "./contract.ts";

const invalid = "InvalidParameterValue";
const text = (StringValue: string, DataType = "String") => ({ DataType, StringValue });
const bytes = (BinaryValue: string, DataType = "Binary") => ({ DataType, BinaryValue });

contract("A message", (sqs, protocol) => {
  describe("of a size", () => {
    test("41: counts its attributes' names, types and values", async () => {
      const QueueUrl = await sqs().queue("size", { MaximumMessageSize: "1024" });
      // 4 + 6 + 5 and 3 + 6 + 2 bytes.
      const MessageAttributes = { name: text("value"), bin: bytes("AAH/".slice(0, 3).concat("=")) };
      const room = 1_024 - 15 - 11;
      await sqs().send(QueueUrl, "x".repeat(room), { MessageAttributes });
      const input = { QueueUrl, MessageBody: "x".repeat(room + 1), MessageAttributes };
      await sqs().fails("SendMessage", input, 400, invalid);
    });

    test("42: over the queue's limit fails alone in its batch", async () => {
      const QueueUrl = await sqs().queue("oversize", { MaximumMessageSize: "1024" });
      const Entries = [
        { Id: "large", MessageBody: "x".repeat(1_025) },
        { Id: "small", MessageBody: "x" },
      ];
      expect(entries(await sqs().ok("SendMessageBatch", { QueueUrl, Entries }))).toEqual({
        successful: ["small"],
        failed: [["large", invalid, true]],
      });
    });

    test("42: over 1,048,576 bytes in all fails the batch", async () => {
      const QueueUrl = await sqs().queue("total");
      const half = "x".repeat(524_288);
      const batch = (...sizes: string[]) =>
        sizes.map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
      const code = "AWS.SimpleQueueService.BatchRequestTooLong";
      const tooLong = { QueueUrl, Entries: batch(half, half, "x") };
      await sqs().fails("SendMessageBatch", tooLong, 400, code);
      const whole = await sqs().ok("SendMessageBatch", { QueueUrl, Entries: batch(half, half) });
      expect(entries(whole)).toEqual({ successful: ["0", "1"], failed: undefined });
    });

    test("43: is added up in a batch without regard to the queue's limit", async () => {
      const QueueUrl = await sqs().queue("constant", { MaximumMessageSize: "2048" });
      const Entries = ["x".repeat(2_048), "x"].map((MessageBody, index) => ({
        Id: `${index}`,
        MessageBody,
      }));
      const { Successful } = await sqs().ok("SendMessageBatch", { QueueUrl, Entries });
      expect(Successful).toHaveLength(2);
    });

    test("44: exactly of the limit is accepted, counted in bytes and not in letters", async () => {
      const QueueUrl = await sqs().queue("exact", { MaximumMessageSize: "1024" });
      await sqs().send(QueueUrl, "é".repeat(512));
      const input = { QueueUrl, MessageBody: `${"é".repeat(512)}x` };
      await sqs().fails("SendMessage", input, 400, invalid);
    });
  });

  describe("with characters", () => {
    test.each([0x0, 0x1, 0xb, 0x1f, 0xfffe, 0xffff])(
      "45: like U+%s is refused, and fails alone in its batch",
      async (point) => {
        const QueueUrl = await sqs().queue("characters");
        const MessageBody = `a${String.fromCodePoint(point)}b`;
        const code = "InvalidMessageContents";
        await sqs().fails("SendMessage", { QueueUrl, MessageBody }, 400, code);
        const Entries = [
          { Id: "bad", MessageBody },
          { Id: "good", MessageBody: "ab" },
        ];
        expect(entries(await sqs().ok("SendMessageBatch", { QueueUrl, Entries }))).toEqual({
          successful: ["good"],
          failed: [["bad", code, true]],
        });
      },
    );

    test("45: of all that is allowed comes back as it was sent", async () => {
      const QueueUrl = await sqs().queue("allowed");
      const MessageBody =
        "\t\n\r\r\n \u0020\u007f\u0085\ud7ff\ue000\ufffd\u{10000}\u{10ffff}<&>'\"";
      await sqs().send(QueueUrl, MessageBody);
      expect((await sqs().one(QueueUrl)).Body).toBe(MessageBody);
    });

    test("without any is a missing parameter", async () => {
      const QueueUrl = await sqs().queue("empty-body");
      await sqs().fails("SendMessage", { QueueUrl, MessageBody: "" }, 400, "MissingParameter");
      await sqs().fails("SendMessage", { QueueUrl }, 400, "MissingParameter");
    });
  });

  describe("with attributes", () => {
    test("46: that have no value is refused", async () => {
      const QueueUrl = await sqs().queue("valueless");
      for (const value of [text(""), bytes(""), { DataType: "String" }]) {
        const input = { QueueUrl, MessageBody: "a", MessageAttributes: { city: value } };
        await sqs().fails("SendMessage", input, 400, invalid);
      }
    });

    test.each([
      ["a6ffb68ea212e1f864e24e589a1bda87", { city: text("Any City") }],
      ["adb59cd4678ea5a855436b949cd07ab6", { MyAttribute: text("foobar") }],
      [
        "4c360f3fdafd970e05fae2f149d997f5",
        { General: text("Kenobi"), Hello: text("There"), "Help.Me": text("Me") },
      ],
      ["235c5c510d26fb653d073faed50ae77c", { timestamp: text("1493147359900", "Number") }],
      [
        "8cbe4db156db8a94db8b801b7addb984",
        {
          attr1: bytes(
            Buffer.from(
              "traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01",
            ).toString("base64"),
          ),
        },
      ],
      [
        "ce5bca3fe8c6982c772b26032ef181c0",
        {
          city: text("Any City"),
          pop: text("42", "Number.int"),
          bin: bytes("AAH/", "Binary.png"),
        },
      ],
    ])("47: has the digest %s", async (digest, MessageAttributes) => {
      const QueueUrl = await sqs().queue("digest");
      const sent = await sqs().send(QueueUrl, "Hello", { MessageAttributes });
      expect(sent.MD5OfMessageBody).toBe("8b1a9953c4611296a827abf8c47804d7");
      expect(sent.MD5OfMessageAttributes).toBe(digest);
      const message = await sqs().one(QueueUrl, { MessageAttributeNames: ["All"] });
      expect(message.MD5OfMessageAttributes).toBe(digest);
      expect(message.MessageAttributes).toEqual(MessageAttributes);
    });

    test("48: has on receive the digest of those that are asked for", async () => {
      const QueueUrl = await sqs().queue("filtered");
      const MessageAttributes = {
        color: text("blue"),
        count: text("3", "Number"),
        blob: bytes("AQID"),
      };
      const sent = await sqs().send(QueueUrl, "Hello", { MessageAttributes });
      expect(sent.MD5OfMessageAttributes).toBe("d838729972a4b70e2d2acd9d59ac847c");
      const ask = (...MessageAttributeNames: string[]) =>
        sqs().one(QueueUrl, { MessageAttributeNames, VisibilityTimeout: 0 });
      const some = await ask("color");
      expect(some.MD5OfMessageAttributes).toBe("da1b33cc3cbfe8b1630921e78e6b9880");
      expect(some.MessageAttributes).toEqual({ color: text("blue") });
      const none = await ask("nothing");
      expect(none).not.toHaveProperty("MD5OfMessageAttributes");
      expect(none).not.toHaveProperty("MessageAttributes");
    });
  });

  test.each([901, 3_600, -1])("65: may not be delayed by %d s", async (DelaySeconds) => {
    const QueueUrl = await sqs().queue("delays");
    await sqs().fails("SendMessage", { QueueUrl, MessageBody: "a", DelaySeconds }, 400, invalid);
  });

  test("75: takes its trace from the request's header when it has none of its own", async ({
    skip,
  }) => {
    skip(!sqs().hasBytes, noBytes);
    const QueueUrl = await sqs().queue("trace");
    const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    const input = { QueueUrl, MessageBody: "a" };
    const isJson = protocol === "json";
    const headers = isJson
      ? { "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage" }
      : formHeaders;
    const answer = await sqs().endpoint.send({
      headers: { ...headers, "X-Amzn-Trace-Id": trace },
      body: isJson ? JSON.stringify(input) : formOf("SendMessage", input),
    });
    expect(answer.status).toBe(200);
    const AttributeNames = ["AWSTraceHeader"];
    const first = await sqs().one(QueueUrl, { AttributeNames });
    expect(first.Attributes).toEqual({ AWSTraceHeader: trace });
    const MessageSystemAttributes = { AWSTraceHeader: text(trace) };
    const sent = await sqs().send(QueueUrl, "b", { MessageSystemAttributes });
    expect(sent.MD5OfMessageSystemAttributes).toBe("5ae4d5d7636402d80f4eb6d213245a88");
    expect(sent.MD5OfMessageAttributes).toBeUndefined();
    const second = await sqs().one(QueueUrl, { AttributeNames: ["All"] });
    expect(second.Attributes?.AWSTraceHeader).toBe(trace);
  });

  test("76: may have a group on a Standard queue, and shows it", async () => {
    const QueueUrl = await sqs().queue("group");
    await sqs().send(QueueUrl, "a", { MessageGroupId: "tenant-1" });
    const { Attributes } = await sqs().one(QueueUrl, { AttributeNames: ["MessageGroupId"] });
    expect(Attributes).toEqual({ MessageGroupId: "tenant-1" });
  });

  test("77: may have no deduplication id on a Standard queue", async () => {
    const QueueUrl = await sqs().queue("deduplication");
    const input = { QueueUrl, MessageBody: "a", MessageDeduplicationId: "once" };
    await sqs().fails("SendMessage", input, 400, invalid);
  });
});
