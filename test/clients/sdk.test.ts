/**
 * AWS's own SDK for JavaScript against `sluice serve` in a child process: a trace of real requests
 * shared by five consumers, and what a program sees of errors, attributes and waits.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  CancelMessageMoveTaskCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  type Message,
  PurgeQueueCommand,
  paginateListQueues,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { patience } from "../support/patience.ts";
import { serveOnce } from "../support/serve.ts";
import { isTimed } from "../support/timing.ts";

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

/** A day's lines of a real service, or as many made from a seed where the file is absent. */
function traceLines(): string[] {
  const file = "../../../shared/data/azure-llm-2023-conv.csv";
  const path = fileURLToPath(new URL(file, import.meta.url));
  if (existsSync(path)) return readFileSync(path, "utf8").split("\n").slice(1).filter(Boolean);
  const seed = 20_231_116;
  process.stderr.write(`no trace file; 19,366 lines are made from the seed ${seed}\n`);
  let state = seed;
  return Array.from({ length: 19_366 }, (_, index) => {
    // A linear congruential generator with the constants of Numerical Recipes.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return `${index},${state % 4_096},${(state >>> 12) % 1_024}`;
  });
}

async function sendAll(QueueUrl: string, lines: readonly string[]): Promise<void> {
  let next = 0;
  const producer = async () => {
    while (next < lines.length) {
      const bodies = lines.slice(next, next + 10);
      next += 10;
      const Entries = bodies.map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
      const answer = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      if (answer.Failed !== undefined) throw new Error(answer.Failed[0]?.Message);
    }
  };
  await Promise.all([producer(), producer()]);
}

/** Polls, hands each message on and deletes it, until `isDone`. */
async function consume(
  QueueUrl: string,
  handle: (message: Message) => void,
  isDone: () => boolean,
): Promise<void> {
  while (!isDone()) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    if (Messages.length === 0) continue;
    for (const message of Messages) handle(message);
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
    const answer = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    if (answer.Failed !== undefined) throw new Error(answer.Failed[0]?.Message);
  }
}

describe("five consumers", () => {
  test("share a trace of requests, each handled by one of them, none lost", async () => {
    const all = traceLines();
    expect(all.length).toBeGreaterThan(19_000);
    // Five consumers, whose turns come round some hundred times; the whole day under npm run stress.
    const lines = isTimed ? all : all.slice(0, 5_000);
    const QueueUrl = await newQueue("trace");
    const handled: string[] = [];
    const shares = [0, 0, 0, 0, 0];
    const start = performance.now();
    const consumers = shares.map((_, consumer) =>
      consume(
        QueueUrl,
        ({ Body }) => {
          handled.push(Body as string);
          shares[consumer] = (shares[consumer] ?? 0) + 1;
        },
        () => handled.length >= lines.length,
      ),
    );
    await Promise.all([sendAll(QueueUrl, lines), ...consumers]);
    const seconds = (performance.now() - start) / 1_000;
    const figures = `${handled.length} messages in ${seconds.toFixed(1)} s`;
    process.stderr.write(`${figures}, the consumers' shares: ${shares.join()}\n`);
    expect(handled.sort()).toEqual([...lines].sort());
    for (const share of shares) expect(share).toBeGreaterThan(0);
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
    );
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
    });
  });
});

describe("a program", () => {
  test("sends and receives with attributes, whose digests the SDK checks", async () => {
    const QueueUrl = await newQueue("attributes");
    const MessageAttributes = {
      city: { DataType: "String", StringValue: "Any City" },
      bytes: { DataType: "Binary.png", BinaryValue: Uint8Array.of(0, 1, 255) },
    };
    await client.send(
      new SendMessageCommand({ QueueUrl, MessageBody: "héllo ✓", MessageAttributes }),
    );
    const { Messages } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["All"],
      }),
    );
    expect(Messages?.[0]).toMatchObject({ Body: "héllo ✓", MessageAttributes });
    expect(Messages?.[0]?.Attributes?.ApproximateReceiveCount).toBe("1");
  });

  test("sees no Messages, not an empty list, when there are none", async () => {
    const QueueUrl = await newQueue("empty");
    const answer = await client.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(answer.Messages).toBeUndefined();
  });

  test("uses every action, and void ones answer nothing", async () => {
    const QueueUrl = await newQueue("every");
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "a" }));
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
    const ReceiptHandle = Messages?.[0]?.ReceiptHandle;
    const handle = { QueueUrl, ReceiptHandle };
    await client.send(new ChangeMessageVisibilityCommand({ ...handle, VisibilityTimeout: 9 }));
    await client.send(new DeleteMessageCommand(handle));
    const Attributes = { VisibilityTimeout: "61" };
    await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    await client.send(new PurgeQueueCommand({ QueueUrl }));
    await client.send(new DeleteQueueCommand({ QueueUrl }));
    const found: string[] = [];
    for await (const page of paginateListQueues({ client, pageSize: 1 }, {})) {
      found.push(...(page.QueueUrls ?? []));
    }
    expect(found).not.toContain(QueueUrl);
    expect(found).toContain(`${serve().url}/000000000000/empty`);
  });

  test("catches an error of the model by its class, its name and its older code", async () => {
    const error = await client
      .send(new GetQueueUrlCommand({ QueueName: "nowhere" }))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(QueueDoesNotExist);
    expect(error).toMatchObject({
      name: "QueueDoesNotExist",
      Code: "AWS.SimpleQueueService.NonExistentQueue",
      $fault: "client",
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  test("catches an error that is in no model by the name it has embedded too", async () => {
    const QueueUrl = await newQueue("refused");
    const send = (input: object) =>
      client.send(new SendMessageCommand({ QueueUrl, MessageBody: "a", ...input }));
    await expect(send({ DelaySeconds: 3_600 })).rejects.toMatchObject({
      name: "InvalidParameterValue",
    });
    await expect(send({ DelaySeconds: 86_400 })).rejects.toMatchObject({
      name: "InvalidParameterValue",
    });
    await expect(send({ MessageBody: "\u0000" })).rejects.toMatchObject({
      name: "InvalidMessageContents",
    });
  });

  test("without an endpoint goes to the origin of the queue's URL", async () => {
    const QueueUrl = await newQueue("origin");
    const plain = new SQSClient({
      region: "us-east-1",
      credentials: { accessKeyId: "any", secretAccessKey: "any" },
    });
    const sent = await plain.send(new SendMessageCommand({ QueueUrl, MessageBody: "a" }));
    expect(sent.MessageId).toMatch(/^[0-9a-f-]{36}$/);
    plain.destroy();
  });

  test("that stops waiting leaves the message to the next", async () => {
    // The server is told in its own time, but it is told.
    let ms = 100;
    for (; !(await staysAfter(ms)); ms *= 2) expect(ms).toBeLessThan(patience());
  });
});

/** Whether what is sent so many milliseconds after a poll was given up is there for the next. */
async function staysAfter(ms: number): Promise<boolean> {
  const QueueUrl = await newQueue(`abandoned-${ms}`);
  const leaving = new AbortController();
  const poll = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
    abortSignal: leaving.signal,
  });
  const gone = expect(poll).rejects.toMatchObject({ name: "AbortError" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  leaving.abort();
  await gone;
  await new Promise((resolve) => setTimeout(resolve, ms));
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "kept" }));
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
  return Messages?.[0]?.Body === "kept";
}

test("dead letters are listed, received and moved back by the SDK's own commands", async () => {
  const dead = await newQueue("sdk-dead");
  const deadLetterTargetArn = "arn:aws:sqs:us-east-1:000000000000:sdk-dead";
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
  const QueueUrl = await newQueue("sdk-source", { RedrivePolicy, VisibilityTimeout: "0" });
  const { MessageId } = await client.send(
    new SendMessageCommand({ QueueUrl, MessageBody: "poison" }),
  );
  const receive = (queue: string) =>
    client.send(
      new ReceiveMessageCommand({
        QueueUrl: queue,
        WaitTimeSeconds: 1,
        VisibilityTimeout: 0,
        MessageSystemAttributeNames: ["All"],
      }),
    );
  expect((await receive(QueueUrl)).Messages?.[0]?.MessageId).toBe(MessageId);
  expect((await receive(QueueUrl)).Messages).toBeUndefined();
  const { queueUrls } = await client.send(
    new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }),
  );
  expect(queueUrls).toEqual([QueueUrl]);
  const [letter] = (await receive(dead)).Messages ?? [];
  expect(letter).toMatchObject({
    MessageId,
    Attributes: {
      ApproximateReceiveCount: "2",
      DeadLetterQueueSourceArn: "arn:aws:sqs:us-east-1:000000000000:sdk-source",
    },
  });
  const SourceArn = deadLetterTargetArn;
  await client.send(new StartMessageMoveTaskCommand({ SourceArn }));
  await expect
    .poll(async () => {
      const { Results } = await client.send(new ListMessageMoveTasksCommand({ SourceArn }));
      return Results?.[0]?.Status;
    })
    .toBe("COMPLETED");
  const [back] = (await receive(QueueUrl)).Messages ?? [];
  expect(back).toMatchObject({ Body: "poison", Attributes: { ApproximateReceiveCount: "1" } });
  const cancel = client.send(new CancelMessageMoveTaskCommand({ TaskHandle: "garbage" }));
  await expect(cancel).rejects.toMatchObject({ name: "InvalidParameterValue" });
});
