/**
 * An option or attribute that a call does not have is refused, with the name that was probably meant;
 * what is refused has changed nothing.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../engine/broker/broker.ts";
import { VirtualClock } from "../../engine/clock.ts";
import type { Queue } from "../../engine/types.ts";

let broker: Broker;
let queue: Queue;
let fifo: Queue;

beforeEach(async () => {
  broker = await Broker.open({ memoryBytes: 64 * 1_048_576, clock: new VirtualClock() });
  queue = await broker.createQueue("jobs");
  fifo = await broker.createQueue("jobs.fifo", { fifoQueue: true });
});

afterEach(() => broker.close());

/** Options as a program without types writes them. */
const anything = (options: unknown) => options as never;

const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const ids = { messageGroupId: "g", messageDeduplicationId: "d" };

/** The call, what it is given wrong, what is meant; and the code where it is another. */
const mistakes: readonly [
  call: string,
  run: () => unknown,
  wrong: string,
  meant: string,
  code?: string,
][] = [
  ["Broker.open", () => Broker.open(anything({ memory: 3 })), "memory", "memoryBytes"],
  [
    "Broker.open, in quotas",
    () => Broker.open(anything({ quotas: { inflightCap: true } })),
    "inflightCap",
    "inFlightCap",
  ],
  [
    "createQueue",
    () => broker.createQueue("new", anything({ VisibilityTimeout: 3 })),
    "VisibilityTimeout",
    "visibilityTimeout",
    "InvalidAttributeName",
  ],
  [
    "createQueue of a FIFO queue",
    () => broker.createQueue("new.fifo", anything({ FifoQueue: true })),
    "FifoQueue",
    "fifoQueue",
    "InvalidAttributeName",
  ],
  [
    "createQueue, in a policy",
    () =>
      broker.createQueue(
        "new",
        anything({ redrivePolicy: { deadLetterTargetARN: arn("jobs"), maxReceiveCount: 1 } }),
      ),
    "deadLetterTargetARN",
    "deadLetterTargetArn",
  ],
  [
    "createQueue, beside the attributes",
    () => broker.createQueue("new", {}, anything({ Tags: {} })),
    "Tags",
    "tags",
  ],
  ["listQueues", () => broker.listQueues(anything({ Prefix: "x" })), "Prefix", "prefix"],
  ["close", () => broker.close(anything({ deadline: 3 })), "deadline", "deadlineMs"],
  [
    "startMessageMoveTask",
    () => broker.startMessageMoveTask(anything({ SourceArn: "x" })),
    "SourceArn",
    "sourceArn",
  ],
  [
    "listMessageMoveTasks",
    () => broker.listMessageMoveTasks(anything({ sourceArn: "x", maxresult: 1 })),
    "maxresult",
    "maxResults",
  ],
  [
    "setAttributes",
    () => queue.setAttributes(anything({ visibiltyTimeout: 3 })),
    "visibiltyTimeout",
    "visibilityTimeout",
    "InvalidAttributeName",
  ],
  ["update", () => queue.update(anything({ tag: {} })), "tag", "tags"],
  [
    "update by a function",
    () => queue.update(() => anything({ attribute: {} })),
    "attribute",
    "attributes",
  ],
  ["send", () => queue.send("x", anything({ DelaySeconds: 1 })), "DelaySeconds", "delaySeconds"],
  [
    "send, in an attribute",
    () =>
      queue.send("x", {
        messageAttributes: anything({ a: { dataType: "String", StringValue: "x" } }),
      }),
    "StringValue",
    "stringValue",
  ],
  [
    "sendBatch",
    () => queue.sendBatch(["x"], anything({ waitForCapacities: true })),
    "waitForCapacities",
    "waitForCapacity",
  ],
  [
    "receive",
    () => queue.receive(anything({ maxMessages: 3 })),
    "maxMessages",
    "maxNumberOfMessages",
  ],
  ["messages", () => queue.messages(anything({ waitTime: 3 })), "waitTime", "waitTimeSeconds"],
  ["sync.send", () => queue.sync.send("x", anything({ delay: 1 })), "delay", "delaySeconds"],
  [
    "sync.sendBatch, in an entry",
    () => queue.sync.sendBatch(["y", anything({ body: "x", groupId: "g" })]),
    "groupId",
    "messageGroupId",
  ],
  [
    "sync.sendBatch to a FIFO queue",
    () => fifo.sync.sendBatch([anything({ body: "x", ...ids, deduplicationId: "g" })]),
    "deduplicationId",
    "messageDeduplicationId",
  ],
];

describe("a name that is not there", () => {
  test.each(mistakes)(
    "is refused by %s",
    async (_, run, wrong, meant, code = "InvalidParameterValue") => {
      const call = async (): Promise<unknown> => run();
      await expect(call()).rejects.toMatchObject({
        name: "SluiceError",
        code,
        message: expect.stringMatching(
          new RegExp(`^There is no [a-zA-Z. ']+ called ${wrong}; did you mean ${meant}\\?$`),
        ),
      });
      expect(await broker.listQueues()).toEqual(["jobs", "jobs.fifo"]);
      expect([queue.counts().visible, fifo.counts().visible]).toEqual([0, 0]);
      const { visibilityTimeout } = await queue.getAttributes();
      expect([visibilityTimeout, queue.details().tags]).toEqual([30, {}]);
    },
  );

  test("fails its entry of a batch, and the others go on", async () => {
    const wrong = anything({ body: "b", messageAttribute: {} });
    const { successful, failed } = await queue.sendBatch(["a", wrong, { body: "c" }]);
    expect(successful.map(({ index }) => index)).toEqual([0, 2]);
    expect(failed.map(({ index, error }) => [index, error.message])).toEqual([
      [
        1,
        "There is no option of a message called messageAttribute; did you mean messageAttributes?",
      ],
    ]);
  });

  test("is told with those that are there when none is near", async () => {
    await expect(broker.listQueues(anything({ colour: 1 }))).rejects.toThrow(
      "There is no option of listQueues called colour. Known: account, prefix.",
    );
  });

  test("is refused when its value is undefined, and passed over when it is inherited", async () => {
    await expect(queue.receive(anything({ max: undefined }))).rejects.toThrow(/called max;/);
    await queue.send("x", Object.create({ helper: () => 1 }));
    expect(queue.counts().visible).toBe(1);
  });
});

test.each([
  ["receive", () => queue.receive(anything(3))],
  ["send", () => queue.send("x", anything("y"))],
  ["sendBatch", () => queue.sendBatch(["x"], anything(null))],
  ["close", () => broker.close(anything([]))],
  ["setAttributes", () => queue.setAttributes(anything(null))],
])("options that are no object are refused by %s", async (_, call) => {
  await expect(call()).rejects.toMatchObject({
    code: "InvalidParameterValue",
    message: expect.stringMatching(/^An object is needed/),
  });
});

test("every name that is there is taken", async () => {
  const quotas = { fifoThroughput: false, inFlightCap: true, sixtySecondRules: undefined };
  const other = await Broker.open(
    anything({
      memoryBytes: 64 * 1_048_576,
      messagesMax: 1_000,
      threadsMax: 4,
      queuesMax: 10,
      account: "123456789012",
      region: "eu-west-1",
      quotas,
      clock: new VirtualClock(),
    }),
  );
  const more = { stored: { Policy: "" }, tags: { a: "b" } };
  const dead = await other.createQueue("dead.fifo", { fifoQueue: true });
  const jobs = await other.createQueue(
    "jobs.fifo",
    {
      delaySeconds: 0,
      visibilityTimeout: 30,
      receiveMessageWaitTimeSeconds: 0,
      messageRetentionPeriod: 60,
      maximumMessageSize: 1_024,
      fifoQueue: true,
      contentBasedDeduplication: true,
      deduplicationScope: "messageGroup",
      fifoThroughputLimit: "perMessageGroupId",
      redrivePolicy: { deadLetterTargetArn: dead.arn, maxReceiveCount: 3 },
    },
    more,
  );
  const { signal } = new AbortController();
  const entry = {
    body: "x",
    delaySeconds: 0,
    messageAttributes: { a: { dataType: "String", stringValue: "v" } },
    ...ids,
    awsTraceHeader: "Root=1",
    senderId: "me",
  };
  // An entry is good for a send of its own.
  await jobs.send(entry.body, { ...entry, waitForCapacity: true, signal });
  await jobs.sendBatch([{ ...entry, messageGroupId: "h" }], { waitForCapacity: true, signal });
  const options = {
    maxNumberOfMessages: 10,
    waitTimeSeconds: 0,
    visibilityTimeout: 1,
    receiveRequestAttemptId: "r",
    signal,
  };
  expect(await jobs.receive(options)).toHaveLength(2);
  expect(await other.listQueues({ prefix: "j" })).toEqual(["jobs.fifo"]);
  const task = { sourceArn: dead.arn, destinationArn: jobs.arn, maxNumberOfMessagesPerSecond: 1 };
  await other.startMessageMoveTask(task);
  expect(await other.listMessageMoveTasks({ sourceArn: dead.arn, maxResults: 1 })).toHaveLength(1);
  await other.close({ drain: false, deadlineMs: 1 });
});

test("attributes are read once: what was checked is what is set", async () => {
  let reads = 0;
  const sly = {
    get visibilityTimeout(): number {
      return reads++ === 0 ? 10 : 1_000_000;
    },
  };
  await queue.setAttributes(sly);
  expect((await queue.getAttributes()).visibilityTimeout).toBe(10);
});
