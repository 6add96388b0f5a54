/**
 * What of a broker goes into the log besides messages, and comes back from it: the same queues under the
 * same numbers and incarnations, with all that was set of them.
 */
import { describe, expect, test } from "vitest";
import type { Known } from "../../../engine/broker/catalogue/catalogue.ts";
import { decodeKept, KEPT, kindOf } from "../../../engine/broker/kept/entries.ts";
import { everything, furnish, policy } from "./furnished.ts";
import { begin, build, type House, rebuild, write } from "./house.ts";

describe("a restart", () => {
  test("brings back each queue under its number and incarnation, with all that was set of it", async () => {
    const { house, log } = await begin({ quotas: "aws" });
    furnish(house);
    write(house, log);
    const again = await rebuild(log, { quotas: "aws" });
    expect(again.restored.queues).toBe(4);
    expect(everything(again.house)).toEqual(everything(house));
  });

  test("knows what was changed since a queue was first written, and writes nothing twice", async () => {
    const { house, log } = await begin();
    furnish(house);
    write(house, log);
    const before = log.length;
    write(house, log);
    expect(log).toHaveLength(before);
    const known = house.catalogue.find({ account: "123456789012", name: "other" });
    if (known === undefined) throw new Error("it is not there");
    const details = { ...known.details, tags: { changed: "yes" } };
    house.catalogue.change(known, "other", () => ({
      entry: { ...known, details, purgedAtMs: 17 },
      settings: { visibilityMs: 5, delayMs: 6, retentionMs: 7, maximumBytes: 8, inFlightMax: 0 },
    }));
    write(house, log);
    expect(log).toHaveLength(before + 1);
    const again = await rebuild(log);
    expect(everything(again.house)).toEqual(everything(house));
    const one = again.house.catalogue.find({ account: "123456789012", name: "other" });
    expect(one).toMatchObject({ purgedAtMs: 17, details: { tags: { changed: "yes" } } });
  });

  test("keeps receipts' secret and epoch, and gives no incarnation a second time", async () => {
    const { house, log } = await begin();
    house.queues.create("a", {}, {});
    write(house, log);
    // What was not written any more had incarnations, too.
    house.queues.create("lost", {}, {});
    const handed = house.engine.identity.incarnations;
    const receipt = {
      ...{ incarnation: 1, slot: 2, receiveCount: 3, sequenceLow: 4, sequenceHigh: 0 },
      ...{ birthLow: 5, birthHigh: 0 },
    };
    const text = house.engine.receipts.write(receipt);
    const second = (await rebuild(log)).house;
    expect(second.engine.receipts.read(text)).toEqual(receipt);
    expect(second.engine.messageId(5, 0)).toBe(house.engine.messageId(5, 0));
    expect(second.engine.identity.incarnations).toBeGreaterThanOrEqual(handed + 4_000);
    second.queues.create("b", {}, {});
    const { incarnation } = second.catalogue.all().at(-1) as Known;
    expect(incarnation).toBeGreaterThan(handed);
  });

  test("gives no incarnation again that a life handed out which wrote nothing but its beginning", async () => {
    const { log } = await begin();
    const second = await rebuild(log);
    second.house.queues.create("lost", {}, {});
    const handed = second.house.engine.identity.incarnations;
    const third = await rebuild(second.log);
    expect(third.house.engine.identity.incarnations).toBeGreaterThanOrEqual(handed);
  });

  test("tells a queue that was deleted from one that was made anew by its name", async () => {
    const { house, log } = await begin();
    house.queues.create("a", { visibilityTimeout: 1 }, {});
    write(house, log);
    house.queues.delete("a");
    house.queues.create("a", { visibilityTimeout: 2 }, {});
    write(house, log);
    const kinds = log.map(kindOf);
    expect(kinds.filter((kind) => kind === KEPT.gone)).toHaveLength(1);
    const again = await rebuild(log);
    expect(everything(again.house)).toEqual(everything(house));
    const [known] = again.house.catalogue.all();
    expect(known?.details.attributes.visibilityTimeout).toBe(2);
    // An end that is read late, as where a power cut brought a segment back, ends its own queue alone.
    const gone = log.find((entry) => kindOf(entry) === KEPT.gone) as Uint8Array;
    const late = await rebuild([...log, gone]);
    expect(everything(late.house)).toEqual(everything(house));
  });

  test("has no queue that was deleted, and keeps its name for a minute where that is a rule", async () => {
    const { house, log } = await begin({ quotas: "aws" });
    house.queues.create("a", {}, {});
    house.queues.create("b", {}, {});
    write(house, log);
    house.queues.delete("a");
    write(house, log);
    await house.clock.advance(30_000);
    house.queues.delete("b");
    write(house, log);
    const nowMs = house.clock.nowMs();
    const again = (await rebuild(log, { quotas: "aws" }, nowMs + 30_000)).house;
    expect(again.catalogue.all()).toEqual([]);
    again.queues.create("a", {}, {});
    expect(() => again.queues.create("b", {}, {})).toThrow("You must wait 60 seconds");
    await again.clock.advance(30_000);
    again.queues.create("b", {}, {});
    await house.clock.advance(30_000);
    house.queues.create("c", {}, {});
    write(house, log);
    house.queues.delete("c");
    write(house, log);
    const { restored } = await rebuild(log, { quotas: "aws" }, nowMs + 30_000);
    expect(restored.deletions.map(({ name }) => name)).toEqual(["b", "c"]);
  });

  test("refuses another account, another region and too few queues in a sentence", async () => {
    const { house, log } = await begin({ account: "111122223333", region: "eu-west-1" });
    for (let index = 0; index < 9; index++) house.queues.create(`q${index}`, {}, {});
    write(house, log);
    await expect(rebuild(log)).rejects.toThrow(
      "that of account 111122223333 in region eu-west-1, not of account 000000000000 in region us-east-1",
    );
    const own = { account: "111122223333", region: "eu-west-1" };
    await expect(rebuild(log, { ...own, queuesMax: 8 })).rejects.toThrow(
      "queue of number 8, q8, and this broker holds 8 queues: open it with queuesMax 9",
    );
    await rebuild(log, { ...own, queuesMax: 9 });
  });

  test("refuses entries that nobody wrote so, and those of a newer version", async () => {
    const { log } = await begin();
    const newer = Uint8Array.from(log[0] as Uint8Array);
    newer[4] = 99;
    await expect(rebuild([newer])).rejects.toMatchObject({ code: "NewerVersion" });
    const broken = Uint8Array.from(log[0] as Uint8Array);
    broken[8] = 0xc1;
    await expect(rebuild([broken])).rejects.toMatchObject({ code: "Corrupt" });
    const other = Uint8Array.from(log[0] as Uint8Array);
    other[4] = KEPT.queue;
    await expect(rebuild([other])).rejects.toMatchObject({ code: "Corrupt" });
    await expect(rebuild([])).rejects.toThrow("does not say whose it is");
  });

  test("tells the engine of the quotas that hold now", async () => {
    const { house, log } = await begin({ quotas: "off" });
    furnish(house);
    write(house, log);
    const again = (await rebuild(log, { quotas: "aws" })).house;
    const fresh = (await begin({ quotas: "aws" })).house;
    furnish(fresh);
    const shown = (one: House): object[] =>
      everything(one).map((known) => ({ ...known, incarnation: 0 }));
    expect(shown(again)).toEqual(shown(fresh));
  });
});

describe("a move task", () => {
  /** Ten dead letters that wait in their queue. */
  async function withLetters(): Promise<{ house: House; log: Uint8Array[] }> {
    const { house, log } = await begin();
    const letters = house.queues.create("letters", {}, {});
    const redrivePolicy = { deadLetterTargetArn: house.arn("letters"), maxReceiveCount: 1 };
    house.queues.create("jobs", { redrivePolicy }, {});
    letters.sync.sendBatch(Array.from({ length: 10 }, (_, index) => `letter ${index}`));
    return { house, log };
  }

  const options = (house: House): { sourceArn: string; destinationArn: string } => ({
    ...{ sourceArn: house.arn("letters"), destinationArn: house.arn("jobs") },
  });

  test("goes on from the progress that was written, and ends", async () => {
    const { house, log } = await withLetters();
    house.moveTasks.start({ ...options(house), maxNumberOfMessagesPerSecond: 4 });
    await house.clock.advance(1_000);
    write(house, log);
    const [before] = house.moveTasks.list({ sourceArn: house.arn("letters") }).shown;
    expect(before).toMatchObject({ status: "RUNNING", approximateNumberOfMessagesToMove: 10 });
    const { house: again } = await rebuild(log, {}, house.clock.nowMs());
    // The messages that had not moved, as the journal brings them back.
    const letters = again.queues.find("letters");
    letters?.sync.sendBatch(["a", "b", "c", "d", "e", "f", "g"]);
    const sourceArn = again.arn("letters");
    again.moveTasks.resume();
    const [task] = again.moveTasks.list({ sourceArn }).shown;
    const moved = task?.approximateNumberOfMessagesMoved as number;
    expect(task).toMatchObject({ status: "RUNNING", startedTimestamp: before?.startedTimestamp });
    expect(moved).toBeGreaterThan(0);
    await again.clock.advance(10_000);
    expect(again.moveTasks.list({ sourceArn }).shown).toMatchObject([
      { status: "COMPLETED", approximateNumberOfMessagesMoved: 10 },
    ]);
    expect(letters?.counts().visible).toBe(7 - (10 - moved));
    expect(again.queues.find("jobs")?.counts().visible).toBe(10 - moved);
  });

  test("whose thread ended has failed for good where somebody was told so, and goes on where nobody was", async () => {
    const { house, log } = await withLetters();
    house.moveTasks.start({ ...options(house), maxNumberOfMessagesPerSecond: 4 });
    await house.clock.advance(1_000);
    write(house, log);
    const sourceArn = house.arn("letters");
    for (const isTold of [false, true]) {
      // Its thread is not there: nobody has resumed it yet.
      const { house: lost } = await rebuild(log, {}, house.clock.nowMs());
      const next = [...log];
      const told = isTold ? lost.moveTasks.list({ sourceArn }) : undefined;
      if (isTold) {
        expect(told).toMatchObject({ isNews: true, shown: [{ status: "FAILED" }] });
        expect(lost.moveTasks.list({ sourceArn })).toEqual({ ...told, isNews: false });
      }
      write(lost, next);
      const { house: again } = await rebuild(next, {}, house.clock.nowMs());
      again.moveTasks.resume();
      const [task] = again.moveTasks.list({ sourceArn }).shown;
      if (isTold) expect(task).toEqual({ ...told?.shown[0], failureReason: "InternalFailure" });
      else expect(task?.status).toBe("RUNNING");
    }
  });

  test("that was to be cancelled ends, and one that was over stays so", async () => {
    const { house, log } = await withLetters();
    const handle = house.moveTasks.start({ ...options(house), maxNumberOfMessagesPerSecond: 1 });
    const source = house.catalogue.all().find(({ name }) => name === "letters") as Known;
    write(house, log);
    const settings = {
      ...{ visibilityMs: 1, delayMs: 0, retentionMs: 1e6, maximumBytes: 1_024, inFlightMax: 0 },
    };
    house.catalogue.change(source, "letters", (entry) => {
      const tasks = entry.tasks.map((task) => ({ ...task, status: "CANCELLING" as const }));
      return { entry: { ...entry, tasks }, settings };
    });
    write(house, log);
    const { house: again } = await rebuild(log, {}, house.clock.nowMs());
    again.moveTasks.resume();
    await again.clock.advance(1_000);
    const sourceArn = again.arn("letters");
    expect(again.moveTasks.list({ sourceArn }).shown).toMatchObject([{ status: "CANCELLED" }]);
    expect(() => again.moveTasks.cancel(handle)).toThrow("Task does not exist");
    const third: Uint8Array[] = [...log];
    write(again, third);
    const { house: last } = await rebuild(third, {}, again.clock.nowMs());
    last.moveTasks.resume();
    await last.clock.advance(1_000);
    expect(last.moveTasks.list({ sourceArn }).shown).toMatchObject([{ status: "CANCELLED" }]);
  });
});

describe("what stands in the log", () => {
  test("begins a queue before, and ends it behind what its ring says", async () => {
    const { house } = await begin();
    house.queues.create("a", {}, {});
    const made = house.keeper.changes(1);
    expect(made.first.map(kindOf)).toEqual([KEPT.queue, KEPT.counters]);
    expect([made.last, made.ended]).toEqual([[], []]);
    house.queues.delete("a");
    const deleted = house.keeper.changes(2);
    expect(deleted.first).toEqual([]);
    expect(deleted.last.map(kindOf)).toEqual([KEPT.gone]);
    expect(decodeKept(deleted.last[0] as Uint8Array)).toMatchObject({ name: "a", atMs: 2 });
  });

  test("vouches for the version that was there before it was read", async () => {
    const { house } = await begin();
    expect(house.keeper.isBehind).toBe(false);
    house.queues.create("a", {}, {});
    expect(house.keeper.isBehind).toBe(true);
    const { version } = house.keeper.changes(1);
    expect(version).toBe(house.engine.queues.catalogueVersion());
    expect(house.keeper.isBehind).toBe(false);
  });

  test("does not vouch for what was changed while it was read", async () => {
    const { house } = await begin();
    house.queues.create("a", {}, {});
    const { engine } = house;
    const { readEntry } = engine;
    engine.readEntry = (number) => {
      engine.readEntry = readEntry;
      house.queues.create("b", {}, {});
      return engine.readEntry(number);
    };
    const { version } = house.keeper.changes(1);
    expect(version).not.toBe(engine.queues.catalogueVersion());
    expect(house.keeper.isBehind).toBe(true);
    house.keeper.changes(2);
    expect(house.keeper.isBehind).toBe(false);
  });

  test("is whole where an entry is as large as one can be", async () => {
    const { house, log } = await begin();
    const tags = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`${index}${"k".repeat(120)}`, "v".repeat(256)]),
    );
    house.queues.create("a", {}, { stored: { Policy: policy.padEnd(8_000) }, tags });
    write(house, log);
    for (const entry of log) expect(entry.length % 8).toBe(0);
    expect(everything((await rebuild(log)).house)).toEqual(everything(house));
  });
});

describe("where there is a journal", () => {
  test("a queue that was made and deleted between two looks is in the log, and its number is nobody's until then", async () => {
    const { house, log } = await begin({ quotas: "aws" });
    house.engine.effects.begin();
    house.queues.create("a", {}, {});
    house.queues.delete("a");
    house.queues.create("b", {}, {});
    const numberOf = (name: string): number | undefined =>
      house.catalogue.all().find((known) => known.name === name)?.number;
    expect(numberOf("b")).toBe(1);
    const { first, last, ended } = house.keeper.changes(house.clock.nowMs());
    expect(first.map(kindOf)).toEqual([KEPT.queue, KEPT.queue, KEPT.counters]);
    expect([last.map(kindOf), ended]).toEqual([[KEPT.gone], [0]]);
    // What its ring says of the deletion was not read yet.
    expect(house.keeper.freeEnded()).toBe(1);
    house.engine.drain.take(0, true);
    house.engine.drain.taken();
    expect(house.keeper.freeEnded()).toBe(0);
    house.queues.create("c", {}, {});
    expect(numberOf("c")).toBe(0);
    log.push(...first, ...last);
    const { restored } = await rebuild(log, { quotas: "aws" });
    expect(restored).toMatchObject({ queues: 1, deletions: [{ name: "a" }] });
  });

  test("a deleted queue's number waits for its messages, too", async () => {
    const { house } = await begin();
    house.engine.effects.begin();
    const queue = house.queues.create("a", {}, {});
    queue.sync.send("text");
    expect(house.catalogue.all()).toHaveLength(1);
    house.engine.deleteQueue(
      house.engine.queues.catalogueVersion(),
      { number: 0, incarnation: 1 },
      1,
    );
    expect(house.keeper.changes(1).ended).toEqual([0]);
    expect(house.keeper.freeEnded()).toBe(1);
    while (house.engine.reclaim(0, 100) > 0);
    expect(house.engine.queues.isDeleted(0)).toBe(true);
  });
});

test("a memory that nobody restores keeps what it was opened with", async () => {
  const house = await build();
  const { secret } = house.engine.identity;
  house.keeper.restore(true);
  expect(house.engine.identity.secret).toEqual(secret);
});
