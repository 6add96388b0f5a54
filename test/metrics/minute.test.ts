/** Known traffic on a clock that a test moves gives known numbers, metric by metric. */
import { afterEach, describe, expect, test } from "vitest";
import { Metrics } from "../../engine/metrics/metrics.ts";
import { type Measuring, MIDNIGHT, measuring } from "./measured.ts";

let measured: Measuring | undefined;

async function start(): Promise<Measuring> {
  measured = await measuring();
  return measured;
}

afterEach(async () => {
  measured?.metrics.stop();
  await measured?.broker.close();
});

/** What a metric has that was the same whenever somebody looked. */
function constant(samples: number, value: number) {
  return { samples, sum: samples * value, minimum: value, maximum: value };
}

describe("a minute of known traffic", () => {
  test("on a Standard queue", async () => {
    const { broker, pass, at, sumAt } = await start();
    const queue = await broker.createQueue("orders");
    await pass(10);
    await queue.send("12345");
    await queue.send("1234567");
    await queue.send("later", { delaySeconds: 30 });
    await pass(10);
    const [message] = await queue.receive({ visibilityTimeout: 10 });
    await pass(20);
    const both = await queue.receive({ maxNumberOfMessages: 10 });
    await queue.deleteBatch(both);
    await queue.receive();
    await pass(20);
    expect(message?.body).toBe("12345");
    expect(both).toHaveLength(3);
    expect(at("orders", "NumberOfMessagesSent", 0)).toEqual(constant(1, 3));
    expect(sumAt("orders", "NumberOfMessagesReceived", 0)).toBe(4);
    expect(sumAt("orders", "NumberOfMessagesDeleted", 0)).toBe(3);
    expect(sumAt("orders", "NumberOfEmptyReceives", 0)).toBe(1);
    const sizes = { samples: 3, sum: 17, minimum: 5, maximum: 7 };
    expect(at("orders", "SentMessageSize", 0)).toEqual(sizes);
    // Looks 11 to 20 find two, 21 to 29 one, 30 to 39 two again, and the 40th the one that was late.
    const visible = { samples: 60, sum: 20 + 9 + 20 + 3, minimum: 0, maximum: 3 };
    expect(at("orders", "ApproximateNumberOfMessagesVisible", 0)).toEqual(visible);
    const hidden = { samples: 60, sum: 9, minimum: 0, maximum: 1 };
    expect(at("orders", "ApproximateNumberOfMessagesNotVisible", 0)).toEqual(hidden);
    const delayed = { samples: 60, sum: 29, minimum: 0, maximum: 1 };
    expect(at("orders", "ApproximateNumberOfMessagesDelayed", 0)).toEqual(delayed);
    // Looks 11 to 40 find messages that were sent after the tenth.
    const age = { samples: 60, sum: (30 * 31) / 2, minimum: 0, maximum: 30 };
    expect(at("orders", "ApproximateAgeOfOldestMessage", 0)).toEqual(age);
    expect(at("orders", "NumberOfDeduplicatedSentMessages", 0)).toBeUndefined();
    expect(at("orders", "ApproximateNumberOfGroupsWithInflightMessages", 0)).toBeUndefined();
  });

  test("on a FIFO queue", async () => {
    const { broker, pass, at, sumAt } = await start();
    const queue = await broker.createQueue("orders.fifo", { fifoQueue: true });
    const send = (group: string, id: string) =>
      queue.send("text", { messageGroupId: group, messageDeduplicationId: id });
    await send("a", "1");
    await send("a", "1");
    await send("b", "2");
    await send("b", "3");
    await pass(30);
    await queue.receive({ maxNumberOfMessages: 10 });
    await pass(30);
    expect(sumAt("orders.fifo", "NumberOfMessagesSent", 0)).toBe(3);
    expect(sumAt("orders.fifo", "NumberOfDeduplicatedSentMessages", 0)).toBe(1);
    expect(at("orders.fifo", "SentMessageSize", 0)?.samples).toBe(3);
    // Hidden for 30 s, of which 29 were looked at: the last look finds them visible again.
    const groups = at("orders.fifo", "ApproximateNumberOfGroupsWithInflightMessages", 0);
    expect(groups).toEqual({ samples: 60, sum: 2 * 29, minimum: 0, maximum: 2 });
  });
});

describe("what is counted", () => {
  test("goes into the minute that it happened in, and shows within it", async () => {
    const { broker, pass, sumAt, at } = await start();
    const queue = await broker.createQueue("orders");
    await pass(59);
    await queue.send("one");
    await pass(1);
    expect(sumAt("orders", "NumberOfMessagesSent", 0)).toBe(1);
    await queue.send("two");
    await pass(1);
    expect(sumAt("orders", "NumberOfMessagesSent", 1)).toBe(1);
    expect(sumAt("orders", "NumberOfMessagesSent", 2)).toBeUndefined();
    expect(at("orders", "ApproximateNumberOfMessagesVisible", 1)).toEqual(constant(1, 2));
    await pass(59);
    expect(sumAt("orders", "NumberOfMessagesSent", 0)).toBe(1);
    expect(at("orders", "ApproximateNumberOfMessagesVisible", 1)).toEqual(constant(60, 2));
  });

  test("is zero for a queue in which nothing happens, and nothing where there is no queue", async () => {
    const { broker, pass, at } = await start();
    await broker.createQueue("idle");
    await pass(61);
    expect(at("idle", "NumberOfMessagesSent", 0)).toEqual(constant(1, 0));
    expect(at("idle", "ApproximateNumberOfMessagesVisible", 0)).toEqual(constant(60, 0));
    expect(at("idle", "SentMessageSize", 0)).toBeUndefined();
    expect(at("nobody", "NumberOfMessagesSent", 0)).toBeUndefined();
    expect(at("idle", "NumberOfMessagesDoubled", 0)).toBeUndefined();
    expect(at("idle", "NumberOfMessagesSent", -1)).toBeUndefined();
  });

  test("is nothing in minutes in which nobody looked", async () => {
    const { broker, pass, skip, at } = await start();
    await broker.createQueue("idle");
    await pass(60);
    await skip(180);
    const known = [0, 1, 2, 3].map((minute) => at("idle", "NumberOfMessagesSent", minute) && 1);
    expect(known).toEqual([1, undefined, undefined, 1]);
  });

  test("begins with the first look, not with what was before", async () => {
    const { broker } = await start();
    const queue = await broker.createQueue("orders");
    await queue.send("a long text, which is no size of what is sent later");
    const later = new Metrics(broker);
    await queue.send("short");
    later.sample();
    const stretch = { fromMinute: MIDNIGHT, toMinute: MIDNIGHT + 1, periodMinutes: 1 };
    expect(later.points("orders", "NumberOfMessagesSent", stretch)).toMatchObject([{ sum: 1 }]);
    expect(later.points("orders", "SentMessageSize", stretch)).toMatchObject([{ maximum: 5 }]);
  });

  test("of a queue that was deleted stays, and one of its name begins at zero", async () => {
    const { broker, pass, at, sumAt, metrics } = await start();
    const first = await broker.createQueue("orders");
    await first.send("one");
    await first.send("two");
    await pass(60);
    await first.send("three");
    await broker.deleteQueue("orders");
    await pass(60);
    expect(sumAt("orders", "NumberOfMessagesSent", 1)).toBe(1);
    await pass(60);
    expect(at("orders", "NumberOfMessagesSent", 2)).toBeUndefined();
    const second = await broker.createQueue("orders");
    await second.send("four");
    await pass(60);
    expect(sumAt("orders", "NumberOfMessagesSent", 0)).toBe(2);
    expect(sumAt("orders", "NumberOfMessagesSent", 3)).toBe(1);
    expect(metrics.queues().map(({ name }) => name)).toEqual(["orders"]);
  });

  test("of two queues of one name in one minute is added", async () => {
    const { broker, pass, at } = await start();
    for (const texts of [["a"], ["bb", "cc"]]) {
      const queue = await broker.createQueue("orders");
      for (const text of texts) await queue.send(text);
      await pass(10);
      await broker.deleteQueue("orders");
    }
    await pass(10);
    expect(at("orders", "NumberOfMessagesSent", 0)).toMatchObject({ sum: 3 });
    const size = { samples: 3, sum: 5, minimum: 1, maximum: 2 };
    expect(at("orders", "SentMessageSize", 0)).toEqual(size);
  });

  test("is a message's size as SQS has it: the body, names, types and values of attributes", async () => {
    const { broker, pass, at } = await start();
    const standard = await broker.createQueue("orders");
    const fifo = await broker.createQueue("orders.fifo", { fifoQueue: true });
    const binaryValue = new Uint8Array(300);
    const attributes = { kind: "order", count: 12, raw: { dataType: "Binary.png", binaryValue } };
    // 4 + 6 + 5, then 5 + 6 + 2, then 3 + 10 + 300 bytes.
    const attributesBytes = 15 + 13 + 313;
    await standard.send("large".repeat(20_000), { messageAttributes: attributes });
    await standard.send("plain");
    await standard.send("traced", { awsTraceHeader: "Root=1-5759e988-bd862e3fe1be46a994272793" });
    await fifo.send("with ids", {
      messageGroupId: "a-group-of-some-length",
      messageDeduplicationId: "an-id-of-some-length",
      messageAttributes: attributes,
    });
    await fifo.send("with ids alone", { messageGroupId: "g", messageDeduplicationId: "id" });
    await pass(60);
    const large = 100_000 + attributesBytes;
    const sizes = { samples: 3, sum: large + 5 + 6, minimum: 5, maximum: large };
    expect(at("orders", "SentMessageSize", 0)).toEqual(sizes);
    const ids = { samples: 2, sum: 8 + attributesBytes + 14, minimum: 14 };
    expect(at("orders.fifo", "SentMessageSize", 0)).toMatchObject(ids);
  });

  test("is the age of what waits, not of what was received three times", async () => {
    const { broker, pass, at } = await start();
    const queue = await broker.createQueue("orders");
    await queue.send("poison");
    await pass(50);
    await queue.send("good");
    for (let receives = 0; receives < 2; receives++) {
      const [message] = await queue.receive();
      expect(message?.body).toBe(receives === 0 ? "poison" : "good");
      await message?.changeVisibility(0);
    }
    const poison = async () => {
      const messages = await queue.receive({ maxNumberOfMessages: 2 });
      for (const message of messages) await message.changeVisibility(0);
    };
    await pass(10);
    expect(at("orders", "ApproximateAgeOfOldestMessage", 0)?.maximum).toBe(60);
    const [first] = await queue.receive();
    await first?.changeVisibility(0);
    await poison();
    const [other] = await queue.receive();
    expect([first?.body, other?.body]).toEqual(["poison", "good"]);
    await pass(1);
    // Received three times each: both stand at the back, and the older one counts.
    expect(at("orders", "ApproximateAgeOfOldestMessage", 1)?.maximum).toBe(61);
    await queue.send("new");
    await pass(1);
    expect(at("orders", "ApproximateAgeOfOldestMessage", 1)?.minimum).toBe(1);
  });

  test("is the age since it came to a dead-letter queue", async () => {
    const { broker, pass, at } = await start();
    const dead = await broker.createQueue("dead");
    const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 1 };
    const queue = await broker.createQueue("orders", { redrivePolicy });
    await queue.send("poison");
    await pass(50);
    await (await queue.receive())[0]?.changeVisibility(0);
    expect(await queue.receive()).toEqual([]);
    await pass(10);
    expect(at("dead", "ApproximateAgeOfOldestMessage", 0)?.maximum).toBe(10);
    expect(at("dead", "NumberOfMessagesSent", 0)?.sum).toBe(0);
    expect(at("dead", "ApproximateNumberOfMessagesVisible", 0)?.maximum).toBe(1);
  });
});

describe("periods", () => {
  test("put minutes together", async () => {
    const { broker, pass, metrics } = await start();
    const queue = await broker.createQueue("orders");
    for (let minute = 0; minute < 5; minute++) {
      for (let message = 0; message <= minute; message++) await queue.send("x".repeat(minute + 1));
      await pass(60);
    }
    const stretch = { fromMinute: MIDNIGHT, toMinute: MIDNIGHT + 10, periodMinutes: 5 };
    const startMs = MIDNIGHT * 60_000;
    expect(metrics.points("orders", "NumberOfMessagesSent", stretch)).toEqual([
      { startMs, samples: 5, sum: 15, minimum: 1, maximum: 5 },
    ]);
    expect(metrics.points("orders", "SentMessageSize", stretch)).toEqual([
      { startMs, samples: 15, sum: 1 + 4 + 9 + 16 + 25, minimum: 1, maximum: 5 },
    ]);
    const visible = metrics.points("orders", "ApproximateNumberOfMessagesVisible", stretch);
    expect(visible).toEqual([
      { startMs, samples: 300, sum: 60 * (1 + 3 + 6 + 10 + 15), minimum: 1, maximum: 15 },
    ]);
  });
});
