/**
 * What one thread sees of a broker when the wall clock is set in the middle: everything whose time
 * is counted, begun before and looked at afterwards; and every moment that people are shown. For the
 * test's own thread and for others (wallThread.ts). The broker has AWS's quotas.
 */
import { isMainThread } from "node:worker_threads";
import type { Broker } from "../../../engine/broker/broker.ts";
import { MessageBatch } from "../../../engine/broker/messages/batch.ts";
import type { Message, Queue, QueueCounts } from "../../../engine/types.ts";

/** How long what is to end soon takes, in seconds, and how long anybody waits for it. */
const SOON = 0.3;
const LONG = 900;
/** What a thread that blocks receives: nothing where nothing is, and what was hidden. */
const BLOCK: readonly number[] = [0, 1];

export interface Seen {
  /** A long poll that finds nothing ends when its time is up. */
  readonly emptyPoll: number;
  /** What was hidden or delayed for a moment comes in its time. */
  readonly hidden: readonly string[];
  readonly delayed: readonly string[];
  /** A thread that blocks: not the test's own, which could not say that it does so for ever. */
  readonly block: readonly number[];
  /** What nobody has read is there. */
  readonly unread: readonly string[];
  /** What was hidden or delayed for long still is. */
  readonly early: QueueCounts;
  /** A deduplication id is known still. */
  readonly isDuplicate: boolean;
  /** A quota that was used up is granted again. */
  readonly isPaced: boolean;
  readonly purge: string;
  readonly recreation: string;
  readonly task: string;
}

function bodies(messages: readonly Message[]): string[] {
  return messages.map(({ body }) => body);
}

async function codeOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return "none";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** A queue with one message that is in flight for so many seconds. */
async function withHidden(queue: Queue, visibilityTimeout: number): Promise<Queue> {
  await queue.send("hidden");
  await queue.receive({ visibilityTimeout });
  return queue;
}

/** A dead-letter queue with three letters, and a task that brings one home each tenth of a second. */
async function startTask(broker: Broker, name: string): Promise<string> {
  const { arn } = await broker.createQueue(`${name}-letters`);
  const source = await broker.createQueue(`${name}-source`, {
    redrivePolicy: { deadLetterTargetArn: arn, maxReceiveCount: 1 },
  });
  await source.sendBatch(["one", "two", "three"]);
  await source.receive({ maxNumberOfMessages: 3, visibilityTimeout: 0 });
  await source.receive();
  await broker.startMessageMoveTask({ sourceArn: arn, maxNumberOfMessagesPerSecond: 10 });
  return arn;
}

async function endOfTask(broker: Broker, sourceArn: string): Promise<string> {
  for (;;) {
    const [task] = await broker.listMessageMoveTasks({ sourceArn });
    if (task?.status !== "RUNNING")
      return `${task?.status} ${task?.approximateNumberOfMessagesMoved}`;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function playScene(broker: Broker, name: string, setWall: () => void): Promise<Seen> {
  const make = (kind: string) => broker.createQueue(`${name}-${kind}`);
  const fifo = { fifoQueue: true } as const;

  const early = await withHidden(await make("early"), LONG);
  await early.send("delayed", { delaySeconds: LONG });
  const unread = await make("unread");
  await unread.send("unread");
  const known = await broker.createQueue(`${name}-known.fifo`, fifo);
  const ids = { messageGroupId: "group", messageDeduplicationId: "id" };
  const original = await known.send("once", ids);
  const gone = await make("gone");
  await broker.deleteQueue(gone.name);
  const purged = await make("purged");
  await purged.purge();
  const task = await startTask(broker, name);
  const paced = await broker.createQueue(`${name}-paced.fifo`, fifo);
  const options = (id: number) => ({ messageGroupId: "group", messageDeduplicationId: `${id}` });
  for (let id = 0; id < 10_000 && paced.sync.send("paced", options(id)); id++);
  const [hidden, delayed, blocked, empty, silent] = await Promise.all(
    ["hidden", "delayed", "blocked", "empty", "silent"].map(make),
  );
  if (!hidden || !delayed || !blocked || !empty || !silent) throw new Error("a queue is missing");
  await withHidden(hidden, SOON);
  await delayed.send("delayed", { delaySeconds: SOON });
  await withHidden(blocked, SOON);
  const polls = [
    hidden.receive({ waitTimeSeconds: LONG }),
    delayed.receive({ waitTimeSeconds: LONG }),
    empty.receive({ waitTimeSeconds: SOON }),
  ].map((poll) => poll.then(bodies));

  setWall();

  const batch = new MessageBatch(1);
  const block = (): number[] => [
    silent.sync.receiveBlocking(batch, 1, SOON * 1_000),
    blocked.sync.receiveBlocking(batch, 1, LONG * 1_000),
  ];
  const [hiddenBodies = [], delayedBodies = [], emptyBodies = []] = await Promise.all(polls);
  const { successful } = await paced.sendBatch([{ body: "paced", ...options(-1) }], {
    waitForCapacity: true,
  });
  return {
    emptyPoll: emptyBodies.length,
    hidden: hiddenBodies,
    delayed: delayedBodies,
    block: isMainThread ? BLOCK : block(),
    unread: bodies(await unread.receive()),
    early: { ...early.counts(), oldestSentAtMs: undefined },
    isDuplicate: (await known.send("once", ids)).sequenceNumber === original.sequenceNumber,
    isPaced: successful.length === 1,
    purge: await codeOf(() => purged.purge()),
    recreation: await codeOf(() => broker.createQueue(gone.name)),
    task: await endOfTask(broker, task),
  };
}

/** What everybody sees who plays the scene, whatever becomes of the wall clock. */
export const SEEN: Seen = {
  emptyPoll: 0,
  hidden: ["hidden"],
  delayed: ["delayed"],
  block: BLOCK,
  unread: ["unread"],
  early: { visible: 0, inFlight: 1, delayed: 1, oldestSentAtMs: undefined },
  isDuplicate: true,
  isPaced: true,
  purge: "PurgeQueueInProgress",
  recreation: "QueueDeletedRecently",
  task: "COMPLETED 3",
};

/** Makes what `readMoments` looks at. */
export async function makeMoments(broker: Broker): Promise<void> {
  const letters = await broker.createQueue("moments");
  await broker.createQueue("moments-source", {
    redrivePolicy: { deadLetterTargetArn: letters.arn, maxReceiveCount: 1 },
  });
  await broker.startMessageMoveTask({ sourceArn: letters.arn });
  await letters.send("moment");
  await letters.receive({ visibilityTimeout: 0 });
  await letters.update({ tags: { a: "b" } });
}

/** Each moment that this thread's broker shows, by its name. */
export async function readMoments(broker: Broker): Promise<Record<string, number>> {
  const letters = await broker.getQueue("moments");
  const batch = new MessageBatch(1);
  const [message] = await letters.receive({ visibilityTimeout: 0 });
  letters.sync.receive(batch, 1, 0);
  const [task] = await broker.listMessageMoveTasks({ sourceArn: letters.arn });
  if (message === undefined || task === undefined) throw new Error("nothing is there");
  const { createdAtMs, modifiedAtMs } = letters.details();
  const moments: Record<string, number> = {
    sentAtMs: message.sentAtMs,
    firstReceivedAtMs: message.firstReceivedAtMs,
    "sentAtMs in a batch": batch.message(0).sentAtMs,
    "firstReceivedAtMs in a batch": batch.message(0).firstReceivedAtMs,
    oldestSentAtMs: letters.counts().oldestSentAtMs ?? Number.NaN,
    startedTimestamp: task.startedTimestamp,
    createdAtMs,
    modifiedAtMs,
  };
  await letters
    .update((details) => {
      moments["createdAtMs in a change"] = details.createdAtMs;
      moments["modifiedAtMs in a change"] = details.modifiedAtMs;
      throw new Error("not changed");
    })
    .catch(() => undefined);
  return moments;
}
