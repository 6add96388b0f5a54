/**
 * The packages that programs in Node.js use most in front of a queue, each against `sluice serve` in a
 * child process: sqs-consumer, sqs-producer, and both as @ssut/nestjs-sqs has them. Needs a build.
 */
import "reflect-metadata";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import {
  SqsConsumerEventHandler,
  SqsMessageHandler,
  SqsModule,
  SqsService,
} from "@ssut/nestjs-sqs";
import { Consumer, type ConsumerOptions } from "sqs-consumer";
import { Producer } from "sqs-producer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gate, numbered, until } from "../consumer/support.ts";
import { serveOnce } from "../support/serve.ts";

const serve = serveOnce();
let client: SQSClient;

beforeAll(() => {
  client = new SQSClient({
    endpoint: serve().url,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
});
afterAll(() => client.destroy());

async function newQueue(QueueName: string, Attributes: Record<string, string> = {}) {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  return QueueUrl as string;
}

async function send(QueueUrl: string, bodies: readonly string[]): Promise<void> {
  const Entries = bodies.map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
  await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
}

/** Visible messages and messages in flight. */
async function countsOf(QueueUrl: string): Promise<(string | undefined)[]> {
  const AttributeNames = ["All"] as const;
  const input = { QueueUrl, AttributeNames: [...AttributeNames] };
  const { Attributes } = await client.send(new GetQueueAttributesCommand(input));
  return [
    Attributes?.ApproximateNumberOfMessages,
    Attributes?.ApproximateNumberOfMessagesNotVisible,
  ];
}

async function isEmpty(QueueUrl: string): Promise<void> {
  await expect.poll(() => countsOf(QueueUrl)).toEqual(["0", "0"]);
}

/** A consumer that runs until `use` has come to its end; what it says is wrong fails the test. */
async function consuming(
  options: Omit<ConsumerOptions, "sqs">,
  use: (consumer: Consumer) => Promise<void>,
): Promise<void> {
  const consumer = Consumer.create({ ...options, sqs: client, suppressFifoWarning: true });
  const errors: unknown[] = [];
  consumer.on("error", (error) => errors.push(error));
  consumer.start();
  try {
    await use(consumer);
  } finally {
    const stopped = new Promise<void>((resolve) => consumer.once("stopped", () => resolve()));
    consumer.stop({ abort: true });
    await stopped;
  }
  // A heartbeat that comes while its message is being deleted is refused, there as on AWS.
  const isLate = /not available for visibility timeout change|Request aborted/;
  expect(errors.filter((error) => !isLate.test(String(error)))).toEqual([]);
  expect(consumer.status).toMatchObject({ isRunning: false });
}

describe("sqs-consumer", () => {
  test("handles messages one by one, with their attributes, and deletes those it handled", async () => {
    const queueUrl = await newQueue("single");
    const seen: (string | undefined)[] = [];
    const handleMessage = async (message: Message) => {
      seen.push(message.Body, message.Attributes?.ApproximateReceiveCount);
      return message;
    };
    const names = { messageSystemAttributeNames: ["All" as const] };
    await consuming({ queueUrl, handleMessage, ...names }, async () => {
      await send(queueUrl, ["a"]);
      await until(() => seen.length === 2, "handled");
      await isEmpty(queueUrl);
    });
    expect(seen).toEqual(["a", "1"]);
  });

  test("handles batches, and deletes of each what it answers", async () => {
    const queueUrl = await newQueue("batch", { VisibilityTimeout: "600" });
    const seen: (string | undefined)[] = [];
    const handleMessageBatch = async (messages: Message[]) => {
      seen.push(...messages.map(({ Body }) => Body));
      return messages.filter(({ Body }) => Number(Body) % 2 === 0);
    };
    await consuming({ queueUrl, handleMessageBatch, batchSize: 10 }, async () => {
      await send(queueUrl, numbered(10));
      await until(() => seen.length === 10, "handled");
      await expect.poll(() => countsOf(queueUrl)).toEqual(["0", "5"]);
    });
    expect(seen.sort()).toEqual(numbered(10));
  });

  test("makes what failed visible at once where it is told to", async () => {
    const queueUrl = await newQueue("failing", { VisibilityTimeout: "600" });
    let attempts = 0;
    const handleMessage = async (message: Message) => {
      attempts++;
      if (attempts < 3) throw new Error("planted");
      return message;
    };
    const failures: string[] = [];
    const options = { queueUrl, handleMessage, terminateVisibilityTimeout: true };
    await consuming(options, async (consumer) => {
      consumer.on("processing_error", ({ message }) => failures.push(message));
      await send(queueUrl, ["a"]);
      await until(() => attempts === 3, "handled");
      await isEmpty(queueUrl);
    });
    expect(failures.length).toBe(2);
    expect(failures[0]).toContain("planted");
  });

  test.each(["handleMessage", "handleMessageBatch"])("sends heartbeats: %s", async (handler) => {
    const queueUrl = await newQueue(`heartbeat-${handler}`);
    const { opened, open } = gate();
    const single = async (message: Message) => opened.then(() => message);
    const batch = async (messages: Message[]) => opened.then(() => messages);
    const beats: unknown[] = [];
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args);
          if (commandName?.startsWith("ChangeMessageVisibility")) beats.push(answer.output);
          return answer;
        },
      { step: "initialize", name: "beats" },
    );
    const chosen =
      handler === "handleMessage" ? { handleMessage: single } : { handleMessageBatch: batch };
    const times = { visibilityTimeout: 60, heartbeatInterval: 1, batchSize: 2 };
    try {
      await consuming({ queueUrl, ...chosen, ...times }, async () => {
        await send(queueUrl, ["a", "b"]);
        await until(() => beats.length >= 3, "heartbeats");
        open();
        await isEmpty(queueUrl);
      });
    } finally {
      client.middlewareStack.remove("beats");
    }
    for (const beat of beats) expect(beat).not.toHaveProperty("Failed");
  });

  test("that stops gives up its poll, and leaves what comes then", async () => {
    const queueUrl = await newQueue("stopped");
    const handleMessage = async (message: Message) => message;
    await consuming({ queueUrl, handleMessage, waitTimeSeconds: 20 }, async () => undefined);
    await send(queueUrl, ["kept"]);
    const input = { QueueUrl: queueUrl, WaitTimeSeconds: 20 };
    const { Messages } = await client.send(new ReceiveMessageCommand(input));
    expect(Messages?.map(({ Body }) => Body)).toEqual(["kept"]);
  });
});

describe("sqs-producer", () => {
  test("sends texts and messages, more than one batch of them", async () => {
    const queueUrl = await newQueue("produced");
    const producer = Producer.create({ queueUrl, sqs: client });
    const attributes = { city: { DataType: "String", StringValue: "Any City" } };
    const more = { id: "last", body: "delayed", delaySeconds: 900, messageAttributes: attributes };
    const answers = await producer.send([...numbered(22), more]);
    expect(answers.length).toBe(23);
    expect(await producer.queueSize()).toBe(22);
    await expect(producer.send({ id: "bad", body: "\u0000" })).rejects.toThrow("bad");
  });

  test("sends to a FIFO queue, where a duplicate is one", async () => {
    const queueUrl = await newQueue("produced.fifo", { FifoQueue: "true" });
    const producer = Producer.create({ queueUrl, sqs: client });
    const message = { id: "1", body: "a", groupId: "g", deduplicationId: "d" };
    const [first] = await producer.send(message);
    const [second] = await producer.send({ ...message, id: "2" });
    expect(second?.MessageId).toBe(first?.MessageId);
    expect(await producer.queueSize()).toBe(1);
  });
});

test("@ssut/nestjs-sqs consumes by decorated methods, and sends by its service", async () => {
  const queueUrl = await newQueue("nest");
  const seen: string[] = [];
  const errors: Error[] = [];

  class Orders {
    async handle({ Body }: Message): Promise<void> {
      seen.push(`handled ${Body}`);
    }
    onError(error: Error): void {
      errors.push(error);
    }
    onProcessed({ Body }: Message): void {
      seen.push(`processed ${Body}`);
    }
  }
  // As decorators in front of the methods do.
  const method = (name: keyof Orders): [Orders, string, PropertyDescriptor] => {
    const descriptor = Object.getOwnPropertyDescriptor(Orders.prototype, name);
    return [Orders.prototype, name, descriptor as PropertyDescriptor];
  };
  SqsMessageHandler("orders", false)(...method("handle"));
  SqsConsumerEventHandler("orders", "message_processed")(...method("onProcessed"));
  const named = { name: "orders", queueUrl, sqs: client };
  SqsConsumerEventHandler("orders", "error")(...method("onError"));
  class App {}
  Module({
    imports: [
      SqsModule.register({
        ...{ consumers: [named], producers: [named], globalStopOptions: { abort: true } },
      }),
    ],
    providers: [Orders],
  })(App);

  const app = await NestFactory.createApplicationContext(App, { logger: false });
  const service = app.get(SqsService);
  await service.send<unknown>("orders", [
    { id: "1", body: { n: 1 } },
    { id: "2", body: "two" },
  ]);
  await until(() => seen.length === 4, "handled");
  await isEmpty(queueUrl);
  expect(await service.getQueueAttributes("orders")).toMatchObject({ DelaySeconds: "0" });
  expect(await service.getProducerQueueSize("orders")).toBe(0);
  await service.purgeQueue("orders");
  await app.close();
  expect(errors.filter(({ message }) => !message.includes("Request aborted"))).toEqual([]);
  const lines = ["handled two", 'handled {"n":1}', "processed two", 'processed {"n":1}'];
  expect([...seen].sort()).toEqual(lines);
});
