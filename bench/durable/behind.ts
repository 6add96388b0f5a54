/**
 * How much is written where a consumer is close behind: senders that wait for their messages to be durable, and
 * consumers that receive and delete whatever is there. What was sent and deleted between two commits is
 * never written.
 */
import { durableOf } from "../../engine/broker/durable/face.ts";
import { BODY_BYTES, type Outcome } from "./pairs.ts";
import { openBroker } from "./sluice.ts";

const CONSUMERS = 64;
const WAIT_SECONDS = 1;

interface Pace {
  readonly senders: number;
  readonly ms: number;
  readonly delayMs: number;
}

export async function closeBehind(
  directory: string,
  { senders, ms, delayMs }: Pace,
): Promise<Outcome> {
  const broker = await openBroker({ directory, durability: "always", delayMs });
  const queue = await broker.createQueue("bench");
  const body = Buffer.alloc(BODY_BYTES, "abcdefghijklmnopqrstuvwxyz");
  const numbers = durableOf(broker)?.numbers;
  const beganMs = performance.now();
  const bytes = numbers?.get("diskBytes") ?? 0;
  const taken: number[] = [];
  const sender = async (): Promise<void> => {
    for (;;) {
      const fromMs = performance.now();
      if (fromMs - beganMs >= ms) return;
      await queue.send(body);
      taken.push(performance.now() - fromMs);
    }
  };
  let isOver = false;
  const consumer = async (): Promise<void> => {
    while (!isOver) {
      const options = { maxNumberOfMessages: 10, waitTimeSeconds: WAIT_SECONDS };
      const messages = await queue.receive(options);
      if (messages.length > 0) await queue.deleteBatch(messages);
    }
  };
  const consumers = Array.from({ length: CONSUMERS }, consumer);
  await Promise.all(Array.from({ length: senders }, sender));
  const tookMs = performance.now() - beganMs;
  isOver = true;
  await Promise.all(consumers);
  await broker.flush();
  const written = (numbers?.get("diskBytes") ?? Number.NaN) - bytes;
  await broker.close();
  const sorted = taken.sort((one, other) => one - other);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return {
    ...{ store: "sluice, always, a consumer close behind", senders },
    ...{ pairsPerSecond: (sorted.length / tookMs) * 1e3, p50Ms: at(0.5), p99Ms: at(0.99) },
    ...{ p99Syncs: undefined, writtenPerByte: written / (sorted.length * BODY_BYTES) },
  };
}
