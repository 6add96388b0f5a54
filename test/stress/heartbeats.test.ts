/**
 * The steward's heartbeats in real time, where timeouts are as short as AWS allows and the steward must
 * look more often than by itself.
 */
import { expect, test } from "vitest";
import { Broker } from "../../engine/broker/broker.ts";
import { HolderThread, receiveAll } from "../recovery/steward/holder.ts";

const TIMEOUT_MS = 1_000;
const MESSAGES = 100;

test("a timeout of a second, held for five, and then given up by a death", async () => {
  const broker = await Broker.open({ memoryBytes: 64 * 1_048_576, threadsMax: 8 });
  const queue = await broker.createQueue("jobs", { visibilityTimeout: TIMEOUT_MS / 1000 });
  for (let index = 0; index < MESSAGES; index++) await queue.send(`message ${index}`);
  const options = { visibilityMs: TIMEOUT_MS, lookEveryMs: TIMEOUT_MS / 10 };
  const holder = await HolderThread.start(broker, options);
  expect(holder.count).toBe(MESSAGES);
  expect(await queue.receive({ waitTimeSeconds: 5 })).toEqual([]);
  await holder.kill();
  const diedMs = performance.now();
  expect(await queue.receive({ waitTimeSeconds: 5 })).toHaveLength(1);
  console.log(`back after ${(performance.now() - diedMs).toFixed(0)} ms`);
  expect(performance.now() - diedMs).toBeLessThan(2 * TIMEOUT_MS);
  expect(await receiveAll(queue)).toHaveLength(MESSAGES - 1);
  await broker.close();
});
