/**
 * Long histories of what the log says, each of their prefixes loaded (test/journal/logHistory.ts); and how
 * fast a million messages are there again, printed.
 */
import { expect, test } from "vitest";
import { checkPrefix, History } from "../journal/logHistory.ts";
import { World } from "../journal/logWorld.ts";
import { chooseSeed } from "../support/seeded.ts";

const HISTORIES = 20;
const STEPS = 3000;
const MESSAGES = 1_000_000;

test.each(Array.from({ length: HISTORIES }, (_, index) => index))(
  "every prefix of history %i is what it was",
  async (index) => {
    const history = await History.begin(chooseSeed(`history ${index} of the log`) + index);
    for (let step = 1; step <= STEPS; step++) {
      history.step();
      if (step % 700 === 0) await history.restart();
    }
    history.drainAll();
    const { told } = history;
    for (let length = 1; length <= told.length; length++) {
      await checkPrefix(history, told.slice(0, length), length % 5 === 0);
    }
  },
);

test("a million messages of 100 bytes are loaded", async () => {
  const sizes = { memoryBytes: 2 ** 30, messagesMax: MESSAGES };
  const world = await World.open(sizes);
  const queue = world.createQueue({});
  const body = "x".repeat(100);
  const parcels = Array.from({ length: 200 }, () => ({ body }));
  const parts: Uint8Array[] = [];
  for (let sent = 0; sent < MESSAGES; sent += parcels.length) {
    world.send(queue, parcels);
    parts.push(...world.takeAll());
  }
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const log = Buffer.concat(parts, bytes);
  const batches = Array.from({ length: Math.ceil(parts.length / 50) }, (_, index) =>
    Buffer.concat(parts.slice(index * 50, (index + 1) * 50)),
  );
  const began = process.hrtime.bigint();
  const { loaded } = await World.load(batches, world.catalogue, world.nowMs, sizes);
  const ms = Number(process.hrtime.bigint() - began) / 1e6;
  expect(loaded.messages).toBe(MESSAGES);
  const copying = process.hrtime.bigint();
  Buffer.alloc(log.length).set(log);
  const copyMs = Number(process.hrtime.bigint() - copying) / 1e6;
  console.log(
    `${MESSAGES} messages, ${bytes} bytes of entries: ${ms.toFixed(0)} ms, ` +
      `${((ms * 1e6) / MESSAGES).toFixed(0)} ns each; copying the bytes once: ${copyMs.toFixed(0)} ms`,
  );
});
