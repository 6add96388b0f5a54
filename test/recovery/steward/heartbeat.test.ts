/**
 * The steward's heartbeats, in virtual time: a thread that holds messages and comes to nothing else
 * keeps them for as long as it lives, and no longer.
 */
import { expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import { HolderThread, receiveAll, until } from "./holder.ts";

const TIMEOUT_MS = 30_000;
const THIRD_MS = TIMEOUT_MS / 3;
const MESSAGES = 13;

test.each(["jobs", "jobs.fifo"])(
  "a thread that holds what it has for three timeouts: %s",
  async (name) => {
    const clock = new VirtualClock();
    const broker = await Broker.open({ memoryBytes: 64 * 1_048_576, threadsMax: 8, clock });
    const isFifo = name.endsWith(".fifo");
    const queue = await broker.createQueue(name, isFifo ? { fifoQueue: true } : {});
    const bodies = Array.from({ length: MESSAGES }, (_, index) => `message ${index}`).sort();
    for (const body of bodies) {
      const ids = { messageGroupId: body.slice(8), messageDeduplicationId: body.slice(8) };
      await queue.send(body, isFifo ? ids : {});
    }
    const options = { visibilityMs: TIMEOUT_MS, lookEveryMs: 0 };
    const holder = await HolderThread.start(broker, options);
    expect(holder.count).toBe(MESSAGES);
    for (let step = 0; step < 9; step++) {
      await clock.advance(THIRD_MS);
      const dueMs = clock.nowMs() + TIMEOUT_MS;
      await until(`heartbeat ${step}`, () => holder.isHidden(dueMs));
      expect(await receiveAll(queue)).toEqual([]);
    }
    await holder.kill();
    const lastMs = clock.nowMs() + TIMEOUT_MS;
    await clock.advance(2 * THIRD_MS);
    expect(await receiveAll(queue)).toEqual([]);
    await clock.advance(THIRD_MS);
    expect(holder.isHidden(lastMs)).toBe(true);
    expect(await receiveAll(queue)).toEqual(bodies);
    await broker.close();
  },
);
