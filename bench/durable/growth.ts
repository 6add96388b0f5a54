/**
 * Whether a journal grows at full rate: so many messages lie in the queue all the time, and what the journal
 * holds of the disk is looked at again and again. What is cleaned is what was written.
 */
import { heldBytes } from "./held.ts";
import { BODY_BYTES } from "./pairs.ts";
import { SluiceStore } from "./sluice.ts";

const SENDERS = 256;
const LOOKS = 30;
const FILLED = 20_000;

export interface Growth {
  readonly minutes: number;
  readonly pairsPerSecond: number;
  /** Of the disk, a byte of bodies that lie in the queue: in the first third of the time, and in the last. */
  readonly heldFirst: number;
  readonly heldLast: number;
}

export async function growth(directory: string, minutes: number): Promise<Growth> {
  const store = await SluiceStore.open({ directory, durability: "always", delayMs: 0 });
  const body = Buffer.alloc(BODY_BYTES, "abcdefghijklmnopqrstuvwxyz");
  await store.fill(FILLED, body);
  const beganMs = performance.now();
  const untilMs = beganMs + minutes * 60_000;
  let pairs = 0;
  const sender = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      await store.pair(body);
      pairs += 1;
    }
  };
  const held: number[] = [];
  const look = (): void => void held.push(heldBytes(directory) / (FILLED * BODY_BYTES));
  const timer = setInterval(look, (minutes * 60_000) / LOOKS);
  await Promise.all(Array.from({ length: SENDERS }, sender));
  clearInterval(timer);
  look();
  const tookMs = performance.now() - beganMs;
  await store.close();
  const third = Math.max(1, Math.floor(held.length / 3));
  return {
    ...{ minutes, pairsPerSecond: (pairs / tookMs) * 1e3 },
    ...{ heldFirst: mean(held.slice(0, third)), heldLast: mean(held.slice(-third)) },
  };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
