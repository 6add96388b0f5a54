/**
 * One thread, FIFO queues: send, receive, read and delete ten at a time, texts of 64 bytes, over 1,
 * 1,000 and 100,000 groups. Each message must name what it is deduplicated by: here an id of its own
 * (`by id`), or nothing, and the queue takes the body's SHA-256 (`by body`).
 */
import { type Broker, MessageBatch, type SendEntry } from "../engine/index.ts";
import type { Row } from "./slices.ts";

const BATCH = 10;
const BYTES = 64;
const GROUPS: readonly number[] = [1, 1_000, 100_000];
const WAYS = ["id", "body"] as const;

type Way = (typeof WAYS)[number];

export function fifoNameOf(groups: number, way: Way): string {
  return `FIFO, 64 B, batch 10, ${groups.toLocaleString("en")} groups, by ${way}`;
}

/** A queue a row; those with many groups have one message waiting in each of them. */
export async function makeFifoRows(broker: Broker): Promise<Row[]> {
  const rows: Row[] = [];
  for (const groups of GROUPS) {
    for (const way of WAYS) rows.push(await makeRow(broker, groups, way));
  }
  return rows;
}

async function makeRow(broker: Broker, groups: number, way: Way): Promise<Row> {
  const queue = await broker.createQueue(`bench-${groups}-${way}.fifo`, {
    fifoQueue: true,
    contentBasedDeduplication: way === "body",
    visibilityTimeout: 43_200,
  });
  const names = Array.from({ length: groups }, (_, index) => `group-${index}`);
  const { sync } = queue;
  const batch = new MessageBatch(BATCH);
  let sent = 0;
  const next = (): SendEntry => {
    const number = ++sent;
    const body = `message ${number} `.padEnd(BYTES, "abcdefghijklmnopqrstuvwxyz");
    const messageGroupId = names[number % groups] as string;
    return way === "body"
      ? { body, messageGroupId }
      : { body, messageGroupId, messageDeduplicationId: String(number) };
  };
  const send = (): void => {
    const entries = Array.from({ length: BATCH }, next);
    if (sync.sendBatch(entries) !== BATCH) throw new Error("memory was full");
  };
  if (groups > 1) for (let left = groups; left > 0; left -= BATCH) send();
  const run = (messages: number): number => {
    let moved = 0;
    let seen = 0;
    while (moved < messages) {
      send();
      const got = sync.receive(batch);
      for (let index = 0; index < got; index++) seen += batch.body(index).length;
      if (sync.delete(batch) !== got || got !== BATCH) throw new Error("a message was lost");
      moved += got;
    }
    if (seen === 0) throw new Error("nothing was read");
    return moved;
  };
  return { name: fifoNameOf(groups, way), run };
}
