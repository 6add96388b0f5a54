/**
 * What clients rely on of dead-letter queues: edge cases 4, 25 to 30, 33, 68 and 69 of the contract.
 */
import { expect, test } from "vitest";
import { bodies, type Client, contract, pause } from "./contract.ts";

const invalid = "InvalidParameterValue";

async function arnOf(sqs: Client, QueueUrl: string): Promise<string> {
  return (await sqs.attribute(QueueUrl, "QueueArn")) ?? "";
}

function redrive(deadLetterTargetArn: string, maxReceiveCount: number | string) {
  return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }) };
}

contract("A dead-letter queue", (sqs) => {
  /** A queue that gives up on a message after so many receives, and where it goes. */
  const pair = async (label: string, maxReceiveCount: number) => {
    const dead = await sqs().queue(`${label}-dead`);
    const arn = await arnOf(sqs(), dead);
    const source = await sqs().queue(label, redrive(arn, maxReceiveCount));
    return { dead, arn, source };
  };

  test("25: is shown with a number, although a text was sent", async () => {
    const { dead, arn } = await pair("number", 5);
    const source = await sqs().queue("text", redrive(arn, "3"));
    expect(await sqs().attribute(source, "RedrivePolicy")).toBe(
      `{"deadLetterTargetArn":"${arn}","maxReceiveCount":3}`,
    );
    expect(await sqs().attribute(dead, "RedrivePolicy")).toBeUndefined();
  });

  test("26: must be there", async () => {
    const QueueUrl = await sqs().queue("targetless");
    const arn = await arnOf(sqs(), QueueUrl);
    const Attributes = redrive(`${arn}-not-there`, 3);
    await sqs().fails("SetQueueAttributes", { QueueUrl, Attributes }, 400, invalid);
    const input = { QueueName: sqs().name("never"), Attributes };
    await sqs().fails("CreateQueue", input, 400, invalid);
  });

  test("26: must be of the same kind and region", async () => {
    const { source, arn } = await pair("kinds", 3);
    const fifo = await sqs().queue("kinds", { FifoQueue: "true" });
    const [, , , region = ""] = arn.split(":");
    for (const target of [await arnOf(sqs(), fifo), arn.replace(region, "mars-1"), "no arn"]) {
      const input = { QueueUrl: source, Attributes: redrive(target, 3) };
      await sqs().fails("SetQueueAttributes", input, 400, invalid);
    }
  });

  test.each([0, 1_001, -1, 1.5])("27: may not come after %d receives", async (count) => {
    const { source, arn } = await pair("counts", 3);
    const input = { QueueUrl: source, Attributes: redrive(arn, count) };
    await sqs().fails("SetQueueAttributes", input, 400, invalid);
  });

  test("27: needs both halves of its policy", async () => {
    const { source, arn } = await pair("halves", 3);
    for (const RedrivePolicy of [`{"deadLetterTargetArn":"${arn}"}`, '{"maxReceiveCount":3}']) {
      const input = { QueueUrl: source, Attributes: { RedrivePolicy } };
      await sqs().fails("SetQueueAttributes", input, 400, invalid);
    }
  });

  test("28: is given up by an empty text", async () => {
    const { source } = await pair("removed", 1);
    const Attributes = { RedrivePolicy: "" };
    await sqs().ok("SetQueueAttributes", { QueueUrl: source, Attributes });
    expect(await sqs().attribute(source, "RedrivePolicy")).toBeUndefined();
    await sqs().send(source, "a");
    await sqs().one(source, { VisibilityTimeout: 0 });
    expect((await sqs().one(source, { VisibilityTimeout: 0 })).Body).toBe("a");
  });

  test("is compared when its source is made again", async () => {
    const { source, arn } = await pair("again", 3);
    const QueueName = nameOf(source);
    for (const count of [3, "3"]) {
      const Attributes = redrive(arn, count);
      expect(await sqs().ok("CreateQueue", { QueueName, Attributes })).toEqual({
        QueueUrl: source,
      });
    }
    const other = { QueueName, Attributes: redrive(arn, 4) };
    await sqs().fails("CreateQueue", other, 400, "QueueAlreadyExists");
  });

  test("29: may be the queue itself, and two may be each other's", async () => {
    const { source, dead } = await pair("cycle", 1);
    const set = async (QueueUrl: string, target: string) => {
      const Attributes = redrive(await arnOf(sqs(), target), 1);
      await sqs().ok("SetQueueAttributes", { QueueUrl, Attributes });
    };
    await set(dead, source);
    await set(source, source);
    expect(await sqs().attribute(source, "RedrivePolicy")).toContain("maxReceiveCount");
  });

  test("30: is asked for leave when a source names it, and not later", async () => {
    const { dead, arn, source } = await pair("leave", 1);
    const RedriveAllowPolicy = '{"redrivePermission":"denyAll"}';
    await sqs().ok("SetQueueAttributes", { QueueUrl: dead, Attributes: { RedriveAllowPolicy } });
    expect(await sqs().attribute(dead, "RedriveAllowPolicy")).toBe(RedriveAllowPolicy);
    const other = await sqs().queue("refused");
    const input = { QueueUrl: other, Attributes: redrive(arn, 1) };
    await sqs().fails("SetQueueAttributes", input, 400, invalid);
    await sqs().send(source, "a");
    await sqs().one(source, { VisibilityTimeout: 0 });
    await sqs().receive(source);
    expect((await sqs().one(dead)).Body).toBe("a");
    const byQueue = { redrivePermission: "byQueue", sourceQueueArns: [await arnOf(sqs(), other)] };
    const Attributes = { RedriveAllowPolicy: JSON.stringify(byQueue) };
    await sqs().ok("SetQueueAttributes", { QueueUrl: dead, Attributes });
    await sqs().ok("SetQueueAttributes", input);
  });

  test("4 and 33: lists its sources by a name in small letters, and none for another", async () => {
    const { dead, source } = await pair("listed", 3);
    const list = (QueueUrl: string) => sqs().ok("ListDeadLetterSourceQueues", { QueueUrl });
    expect(await list(dead)).toEqual({ queueUrls: [source] });
    expect(await list(source)).toEqual({});
  });

  test("33: lists its sources in pages that follow one another", async () => {
    const { dead, arn, source } = await pair("paged", 3);
    const second = await sqs().queue("paged-more", redrive(arn, 3));
    const list = (more: object) =>
      sqs().ok("ListDeadLetterSourceQueues", { QueueUrl: dead, MaxResults: 1, ...more });
    const first = await list({});
    const { NextToken } = first;
    const rest = await list({ NextToken });
    const listed = [...(first.queueUrls ?? []), ...(rest.queueUrls ?? [])];
    expect(listed.toSorted()).toEqual([source, second].toSorted());
    expect(rest.NextToken).toBeUndefined();
  });

  test("68 and 69: gets a message at the receive after the last one allowed", async () => {
    const { dead, arn, source } = await pair("exhausted", 2);
    const MessageAttributes = { city: { DataType: "String", StringValue: "Any City" } };
    const { MessageId } = await sqs().send(source, "a", { MessageAttributes });
    for (const _ of [1, 2]) await sqs().one(source, { VisibilityTimeout: 0 });
    expect(await sqs().receive(source)).toEqual([]);
    const asked = { AttributeNames: ["All"], MessageAttributeNames: ["All"] };
    const moved = await sqs().one(dead, asked);
    expect(moved).toMatchObject({ MessageId, Body: "a", MessageAttributes });
    expect(moved.Attributes).toMatchObject({
      ApproximateReceiveCount: "3",
      DeadLetterQueueSourceArn: arn.replace(/[^:]*$/, nameOf(source)),
    });
  });

  test("69: gets it also when its timeout ended the last receive", async () => {
    const { dead, source } = await pair("lapsed", 1);
    await sqs().send(source, "a");
    await sqs().one(source, { VisibilityTimeout: 1 });
    await sqs().pass(1.3);
    expect(await sqs().receive(source)).toEqual([]);
    expect(bodies(await sqs().receive(dead, { WaitTimeSeconds: 2 }))).toEqual(["a"]);
  });

  test("wakes a poll that waits for it", async () => {
    const { dead, source } = await pair("woken", 1);
    await sqs().send(source, "a");
    await sqs().one(source, { VisibilityTimeout: 0 });
    const waiting = sqs().poll(dead, { WaitTimeSeconds: 20 });
    await pause(300);
    expect(await sqs().receive(source)).toEqual([]);
    expect(bodies(await waiting)).toEqual(["a"]);
  });

  test("of a FIFO queue keeps the group, and lets the next message of it through", async () => {
    const dead = await sqs().queue("fifo-dead", { FifoQueue: "true" });
    const policy = redrive(await arnOf(sqs(), dead), 1);
    const settings = { FifoQueue: "true", ContentBasedDeduplication: "true" };
    const source = await sqs().queue("fifo", { ...settings, ...policy });
    for (const body of ["1", "2"]) await sqs().send(source, body, { MessageGroupId: "g" });
    await sqs().one(source, { MaxNumberOfMessages: 1, VisibilityTimeout: 0 });
    expect(bodies(await sqs().receive(source))).toEqual(["2"]);
    const moved = await sqs().one(dead, { AttributeNames: ["MessageGroupId"] });
    expect(moved).toMatchObject({ Body: "1", Attributes: { MessageGroupId: "g" } });
  });
});

function nameOf(QueueUrl: string): string {
  return QueueUrl.split("/").at(-1) ?? "";
}
