/**
 * How long a start takes with so many messages in the journal, beside reading its files once; and how much
 * of the disk it holds for them.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { heldBytes, segmentsOf } from "./held.ts";
import { openBroker } from "./sluice.ts";

export interface Restart {
  readonly messages: number;
  readonly bodyBytes: number;
  readonly startMs: number;
  readonly readMs: number;
  readonly heldPerByte: number;
}

const BATCH = 256;

export async function restart(
  directory: string,
  messages: number,
  bodyBytes: number,
): Promise<Restart> {
  const options = {
    directory,
    durability: "always",
    delayMs: 0,
    messagesMax: messages + BATCH,
  } as const;
  const body = Buffer.alloc(bodyBytes, "abcdefghijklmnopqrstuvwxyz");
  const broker = await openBroker(options);
  const queue = await broker.createQueue("bench");
  const bodies = Array.from({ length: BATCH }, () => body);
  for (let sent = 0; sent < messages; sent += BATCH) {
    queue.sync.sendBatch(bodies.slice(0, Math.min(BATCH, messages - sent)));
    if (sent % (BATCH * 16) === 0) await broker.flush();
  }
  await broker.close();
  const readMs = readAll(directory);
  const beganMs = performance.now();
  const again = await openBroker(options);
  const startMs = performance.now() - beganMs;
  const found = (await again.getQueue("bench")).counts().visible;
  await again.close();
  if (found !== messages) throw new Error(`${messages - found} messages were lost`);
  const heldPerByte = heldBytes(directory) / (messages * bodyBytes);
  return { messages, bodyBytes, startMs, readMs, heldPerByte };
}

/** As a start reads them: a mebibyte at a time. */
function readAll(directory: string): number {
  const window = Buffer.alloc(2 ** 20);
  const beganMs = performance.now();
  for (const path of segmentsOf(directory)) {
    const file = openSync(path, "r");
    while (readSync(file, window, 0, window.length, null) > 0);
    closeSync(file);
  }
  return performance.now() - beganMs;
}
