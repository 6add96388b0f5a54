/** What the journal says of how far the disk is behind, and of what it writes besides. */
import { afterEach, expect, test } from "vitest";
import { durableOf } from "../../../engine/broker/durable/face.ts";
import type { JournalNumbers } from "../../../engine/broker/durable/journalNumbers.ts";
import { PASS, WAIT } from "./gate.ts";
import { Ruled } from "./kept.ts";

let ruled: Ruled;

afterEach(async () => {
  ruled.gate.set(PASS);
  await ruled.broker.close();
});

function numbersOf({ broker }: Ruled): JournalNumbers {
  const numbers = durableOf(broker)?.numbers;
  if (numbers === undefined) throw new Error("this broker has a journal");
  return numbers;
}

test.each(["always", "relaxed"] as const)(
  "the lag grows while a sync lasts, and is none when the disk has all (%s)",
  async (durability) => {
    ruled = await Ruled.open({ durability });
    const { broker, gate } = ruled;
    const jobs = await broker.createQueue("jobs");
    await broker.flush();
    const numbers = numbersOf(ruled);
    expect(numbers.lagMs).toBe(0);
    gate.set(WAIT);
    const came = gate.came();
    const sent = jobs.send("x");
    await came;
    const first = numbers.lagMs;
    expect(first).toBeGreaterThan(0);
    // Whoever comes later waits less long.
    jobs.sync.send("y");
    expect(numbers.lagMs).toBeGreaterThan(first);
    gate.set(PASS);
    await sent;
    await broker.flush();
    expect(numbers.lagMs).toBe(0);
  },
);

test("the reserve's zeros are counted by themselves", async () => {
  ruled = await Ruled.open({}, { segmentBytes: 4_194_304 });
  const numbers = numbersOf(ruled);
  await expect.poll(() => numbers.get("reserveBytes")).toBe(4_194_304);
  expect(numbers.get("diskBytes")).toBeLessThan(1_048_576);
  expect(numbers.get("diskBytes")).toBeGreaterThan(0);
});
