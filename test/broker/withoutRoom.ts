/**
 * A broker whose memory is full, and a message in it that is to go to a dead-letter queue and finds no room there.
 * For tests of what becomes of it when there is some. Who opens it closes it.
 */
import { expect } from "vitest";
import { Broker, type Queue } from "../../engine/index.ts";

export interface WithoutRoom {
  readonly broker: Broker;
  /** Where "letter" goes when there is room. */
  readonly letters: Queue;
  /** Has all the memory. */
  readonly filler: Queue;
}

export async function openWithoutRoom(): Promise<WithoutRoom> {
  const broker = await Broker.open({ memoryBytes: 24 * 1_048_576, threadsMax: 2, queuesMax: 4 });
  const letters = await broker.createQueue("letters");
  const redrivePolicy = { deadLetterTargetArn: letters.arn, maxReceiveCount: 1 };
  const source = await broker.createQueue("source", { redrivePolicy });
  const filler = await broker.createQueue("filler");
  source.sync.send("letter");
  const [message] = await source.receive();
  // Halves of halves: blocks of every size are used up, those in the thread's own stock too.
  for (let bodyBytes = 1_048_576; bodyBytes >= 1; bodyBytes /= 2) {
    while (filler.sync.send("x".repeat(bodyBytes)));
  }
  await message?.changeVisibility(0);
  expect(await source.receive()).toEqual([]);
  return { broker, letters, filler };
}
