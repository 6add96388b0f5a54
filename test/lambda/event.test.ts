/** What a function is called with: every member of an event and of a context, as AWS has them. */
import { hash } from "node:crypto";
import { expect, test } from "vitest";
import { Broker, VirtualClock } from "../../engine/index.ts";
import { until } from "../consumer/support.ts";
import { inlined, keeping } from "./support.ts";

const ID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

test("a record of a Standard queue has all that a message has", async () => {
  const clock = new VirtualClock(1_545_082_649_183.5);
  await using broker = await Broker.open({
    clock,
    region: "eu-central-1",
    account: "123456789012",
  });
  const queue = await broker.createQueue("my-queue");
  const messageAttributes = {
    text: "a",
    number: { dataType: "Number.kg", stringValue: "1.50" },
    bytes: Uint8Array.of(0, 255),
    ["__proto__"]: "p",
  };
  const trace = "Root=1-5759e988-bd862e3fe1be46a994272793";
  await queue.send("héllo \u2028 ✓", {
    messageAttributes,
    awsTraceHeader: trace,
    messageGroupId: "g",
  });
  await queue.send("plain", { senderId: "AIDAIENQZJOLO23YVJ4VO" });
  await clock.advance(2);
  const { calls, handler } = keeping();
  await using consumer = inlined(queue, handler, { functionName: "my-function" });
  await until(() => calls.length === 1, "called");
  const lists = { stringListValues: [], binaryListValues: [] };
  const same = {
    ...{ messageId: ID, receiptHandle: expect.stringMatching(/^.{40,}$/) },
    ...{ eventSource: "aws:sqs", eventSourceARN: "arn:aws:sqs:eu-central-1:123456789012:my-queue" },
    awsRegion: "eu-central-1",
  };
  const times = {
    ...{ ApproximateReceiveCount: "1", SentTimestamp: "1545082649183" },
    ApproximateFirstReceiveTimestamp: "1545082649185",
  };
  const Records = calls[0]?.event.Records ?? [];
  expect(Records[0]?.md5OfMessageAttributes).toMatch(/^[0-9a-f]{32}$/);
  expect({ Records }).toEqual({
    Records: [
      {
        ...same,
        body: "héllo \u2028 ✓",
        attributes: {
          ...times,
          SenderId: "123456789012",
          AWSTraceHeader: trace,
          MessageGroupId: "g",
        },
        messageAttributes: {
          text: { stringValue: "a", ...lists, dataType: "String" },
          number: { stringValue: "1.50", ...lists, dataType: "Number.kg" },
          bytes: { binaryValue: "AP8=", ...lists, dataType: "Binary" },
          ["__proto__"]: { stringValue: "p", ...lists, dataType: "String" },
        },
        md5OfMessageAttributes: Records[0]?.md5OfMessageAttributes,
        md5OfBody: hash("md5", "héllo \u2028 ✓"),
      },
      {
        ...same,
        body: "plain",
        attributes: { ...times, SenderId: "AIDAIENQZJOLO23YVJ4VO" },
        messageAttributes: {},
        md5OfBody: hash("md5", "plain"),
      },
    ],
  });
  expect(Object.keys(Records[0] ?? {})).toEqual([
    ...["messageId", "receiptHandle", "body", "attributes", "messageAttributes"],
    ...["md5OfMessageAttributes", "md5OfBody", "eventSource", "eventSourceARN", "awsRegion"],
  ]);
  await consumer.stop();
});

test("a record of a FIFO queue has its group, its number, and where it came from", async () => {
  await using broker = await Broker.open();
  const dead = await broker.createQueue("dead.fifo", { fifoQueue: true });
  const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 1 };
  const queue = await broker.createQueue("work.fifo", { fifoQueue: true, redrivePolicy });
  const options = { messageGroupId: "g", messageDeduplicationId: "d" };
  const { sequenceNumber } = await queue.send("x", options);
  const { calls, handler } = keeping(() => {
    throw new Error("planted");
  });
  await using consumer = inlined(queue, handler, { backoffSeconds: () => 0 });
  const dying = keeping();
  await using last = inlined(dead, dying.handler);
  await until(() => dying.calls.length === 1, "dead");
  const mine = { MessageGroupId: "g", MessageDeduplicationId: "d" };
  const [first] = calls[0]?.event.Records ?? [];
  expect(first?.attributes).toMatchObject({ ...mine, SequenceNumber: sequenceNumber });
  expect(first?.attributes).not.toHaveProperty("DeadLetterQueueSourceArn");
  expect(dying.calls[0]?.event.Records[0]?.attributes).toMatchObject({
    ...mine,
    SequenceNumber: expect.stringMatching(/^\d{20}$/),
    DeadLetterQueueSourceArn: queue.arn,
  });
  await consumer.stop();
  await last.stop();
});

test("the context is AWS's, anew for each call, and the queue's beside it", async () => {
  await using broker = await Broker.open();
  const queue = await broker.createQueue("work");
  await queue.sendBatch(["1", "2"]);
  const { calls, handler } = keeping();
  const options = { functionName: "f", timeout: 30, batchSize: 1, data: { mine: 1 } };
  await using consumer = inlined(queue, handler, options);
  await until(() => calls.length === 2, "called twice");
  const [one, two] = calls.map(({ context }) => context);
  expect(one).toMatchObject({
    ...{ awsRequestId: ID, functionName: "f", functionVersion: "$LATEST" },
    invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:f",
    ...{ memoryLimitInMB: "128", logGroupName: "/aws/lambda/f" },
    logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
    callbackWaitsForEmptyEventLoop: true,
  });
  expect(one?.sluice).toMatchObject({ broker, queue, data: { mine: 1 } });
  const left = one?.getRemainingTimeInMillis() ?? 0;
  expect(left).toBeLessThanOrEqual(30_000);
  expect(two?.awsRequestId).not.toBe(one?.awsRequestId);
  expect(two?.logStreamName).toBe(one?.logStreamName);
  await consumer.stop();
  expect(one?.sluice.signal.aborted).toBe(true);
});
