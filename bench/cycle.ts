/**
 * One thread: send, receive, delete from JavaScript by the synchronous face, text in and text out,
 * or bytes in and a view out, with nothing and with a million messages waiting in the queue.
 */
import { type Body, type Broker, MessageBatch, type Queue } from "../engine/index.ts";
import type { Row } from "./slices.ts";

export interface Cycle {
  readonly bytes: number;
  readonly batch: number;
  readonly kind: "text" | "bytes";
  readonly backlog: number;
}

export const CYCLES: readonly Cycle[] = [64, 1024].flatMap((bytes) =>
  [1, 10].flatMap((batch) =>
    (["text", "bytes"] as const).flatMap((kind) =>
      [0, 1_000_000].map((backlog) => ({ bytes, batch, kind, backlog })),
    ),
  ),
);

export function nameOf({ bytes, batch, kind, backlog }: Cycle): string {
  return `${bytes} B, batch ${batch}, ${kind}, backlog ${backlog.toLocaleString("en")}`;
}

/** A body for each place of a batch, all different, so that nothing is measured twice over. */
function bodiesOf({ bytes, batch, kind }: Cycle): Body[] {
  return Array.from({ length: batch }, (_, index) => {
    const text = `message ${index} `.padEnd(bytes, "abcdefghijklmnopqrstuvwxyz");
    return kind === "text" ? text : Buffer.from(text);
  });
}

/** The queues the cycles run on, those with a backlog filled. */
export async function makeRows(broker: Broker): Promise<Row[]> {
  const queues = new Map<string, Queue>();
  const rows: Row[] = [];
  for (const cycle of CYCLES) {
    const name = `bench-${cycle.bytes}-${cycle.backlog}`;
    const queue = queues.get(name) ?? (await fill(broker, name, cycle));
    queues.set(name, queue);
    rows.push({ name: nameOf(cycle), run: runner(queue, cycle) });
  }
  return rows;
}

async function fill(broker: Broker, name: string, cycle: Cycle): Promise<Queue> {
  const queue = await broker.createQueue(name, { visibilityTimeout: 43_200 });
  const bodies = bodiesOf({ ...cycle, batch: 100, kind: "text" });
  for (let left = cycle.backlog; left > 0; left -= bodies.length) {
    if (queue.sync.sendBatch(bodies) !== bodies.length) throw new Error("memory was full");
  }
  return queue;
}

function runner(queue: Queue, cycle: Cycle): (messages: number) => number {
  const { sync } = queue;
  const bodies = bodiesOf(cycle);
  const batch = new MessageBatch(cycle.batch);
  const isText = cycle.kind === "text";
  let seen = 0;
  return (messages) => {
    let moved = 0;
    while (moved < messages) {
      sync.sendBatch(bodies);
      const got = sync.receive(batch);
      for (let index = 0; index < got; index++) {
        seen += isText ? batch.body(index).length : (batch.view(index)[0] as number);
      }
      if (sync.delete(batch) !== got || got !== cycle.batch) throw new Error("a message was lost");
      moved += got;
    }
    if (seen === 0) throw new Error("nothing was read");
    return moved;
  };
}
