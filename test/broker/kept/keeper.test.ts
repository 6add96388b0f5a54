/**
 * What of a broker goes into the log besides messages, and comes back from it: the same queues under the
 * same numbers and incarnations, with all that was set of them.
 */
import { describe, expect, test } from "vitest";
import type { Known } from "../../../engine/broker/catalogue/catalogue.ts";
import { decodeKept, encodeKept, KEPT, kindOf } from "../../../engine/broker/kept/entries.ts";
import { begin, build, type House, rebuild, write } from "./house.ts";

const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "sqs:*", Resource: "*" }],
});

/** All that is stored of the queues there are, and what the engine knows of each. */
function everything({ catalogue, engine }: House): object[] {
  return catalogue
    .all()
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ version: _, ...known }: Known) => {
      expect(engine.readEntry(known.number)).toBeGreaterThan(0);
      return { ...known, image: engine.queues.takeImage() };
    });
}

/** Queues with everything that a queue can have. */
function furnish({ queues, arn }: House): void {
  queues.create("letters", { messageRetentionPeriod: 1_209_600 }, { tags: { team: "ü" } });
  queues.create(
    "orders",
    {
      ...{ delaySeconds: 3, maximumMessageSize: 1_024, messageRetentionPeriod: 60 },
      ...{ receiveMessageWaitTimeSeconds: 20, visibilityTimeout: 7 },
      redrivePolicy: { deadLetterTargetArn: arn("letters"), maxReceiveCount: 4 },
    },
    { stored: { Policy: policy, KmsMasterKeyId: "a" }, tags: { "": "x", a: "", __proto__x: "y" } },
  );
  queues.create("other", {}, { account: "123456789012", tags: { a: "b" } });
  queues.create(
    "events.fifo",
    {
      ...{ fifoQueue: true, contentBasedDeduplication: true },
      ...{ deduplicationScope: "messageGroup", fifoThroughputLimit: "perMessageGroupId" },
    },
    {},
  );
}

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
    const [before] = house.moveTasks.list({ sourceArn: house.arn("letters") });
    expect(before).toMatchObject({ status: "RUNNING", approximateNumberOfMessagesToMove: 10 });
    const { house: again } = await rebuild(log, {}, house.clock.nowMs());
    // The messages that had not moved, as the journal brings them back.
    const letters = again.queues.find("letters");
    letters?.sync.sendBatch(["a", "b", "c", "d", "e", "f", "g"]);
    const sourceArn = again.arn("letters");
    expect(again.moveTasks.list({ sourceArn })).toMatchObject([{ status: "FAILED" }]);
    again.moveTasks.resume();
    const [task] = again.moveTasks.list({ sourceArn });
    const moved = task?.approximateNumberOfMessagesMoved as number;
    expect(task).toMatchObject({ status: "RUNNING", startedTimestamp: before?.startedTimestamp });
    expect(moved).toBeGreaterThan(0);
    await again.clock.advance(10_000);
    expect(again.moveTasks.list({ sourceArn })).toMatchObject([
      { status: "COMPLETED", approximateNumberOfMessagesMoved: 10 },
    ]);
    expect(letters?.counts().visible).toBe(7 - (10 - moved));
    expect(again.queues.find("jobs")?.counts().visible).toBe(10 - moved);
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
    expect(again.moveTasks.list({ sourceArn })).toMatchObject([{ status: "CANCELLED" }]);
    expect(() => again.moveTasks.cancel(handle)).toThrow("Task does not exist");
    const third: Uint8Array[] = [...log];
    write(again, third);
    const { house: last } = await rebuild(third, {}, again.clock.nowMs());
    last.moveTasks.resume();
    await last.clock.advance(1_000);
    expect(last.moveTasks.list({ sourceArn })).toMatchObject([{ status: "CANCELLED" }]);
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

describe("cleaning", () => {
  /** What is left of a log whose first entries go. */
  function cleaned(
    { keeper, clock }: House,
    log: readonly Uint8Array[],
    count: number,
  ): Uint8Array[] {
    keeper.beginCleaning();
    const restated = log.slice(0, count).map((entry) => keeper.restated(entry, clock.nowMs()));
    return [...log.slice(count), ...restated.filter((entry) => entry !== undefined)];
  }

  test("states again what no later entry says, once", async () => {
    const { house, log } = await begin();
    furnish(house);
    write(house, log);
    const twice = [...log, ...house.keeper.conclusions()];
    const left = cleaned(house, twice, twice.length);
    expect(left).toHaveLength(6);
    expect(everything((await rebuild(left)).house)).toEqual(everything(house));
    expect((await rebuild(left)).house.engine.identity.secret).toEqual(
      house.engine.identity.secret,
    );
  });

  test("brings back neither a queue that is deleted nor what one was set to before", async () => {
    const { house, log } = await begin();
    house.queues.create("a", { visibilityTimeout: 1 }, {});
    house.queues.create("b", { visibilityTimeout: 1 }, {});
    write(house, log);
    const old = log.length;
    house.queues.delete("a");
    const b = house.catalogue.all().find(({ name }) => name === "b") as Known;
    house.catalogue.change(b, "b", (entry) => ({
      entry: { ...entry, purgedAtMs: 5 },
      settings: { visibilityMs: 9, delayMs: 0, retentionMs: 1e6, maximumBytes: 9, inFlightMax: 0 },
    }));
    write(house, log);
    const left = cleaned(house, log, old);
    const again = (await rebuild(left)).house;
    expect(everything(again)).toEqual(everything(house));
  });

  test("keeps that a name was given up only while a rule minds", async () => {
    const { house, log } = await begin({ quotas: "aws" });
    house.queues.create("a", {}, {});
    write(house, log);
    house.queues.delete("a");
    write(house, log);
    await house.clock.advance(59_999);
    const left = cleaned(house, log, log.length);
    const { restored } = await rebuild(left, { quotas: "aws" });
    expect(restored.deletions).toMatchObject([{ name: "a" }]);
    await house.clock.advance(1);
    expect(cleaned(house, log, log.length).map(kindOf)).not.toContain(KEPT.gone);
  });

  test("keeps counts as they are by then, which no cleaning may set back", async () => {
    const { house, log } = await begin();
    house.queues.create("a", {}, {});
    write(house, log);
    house.queues.delete("a");
    write(house, log);
    const left = cleaned(house, log, log.length);
    expect(left.map(kindOf).sort()).toEqual([KEPT.identity, KEPT.counters]);
    const again = (await rebuild(left)).house;
    expect(again.engine.identity.incarnations).toBeGreaterThan(house.engine.identity.incarnations);
  });

  test("keeps minutes of metrics until they are too old or forgotten", async () => {
    const { house } = await begin();
    const rows = new Uint8Array([1]);
    const at = (era: number, minute: number, firstMinute = 0): Uint8Array =>
      encodeKept({ kind: KEPT.minute, era, minute, firstMinute, rows });
    const minutes = [at(0, 100), at(0, 30_000), at(1, 30_001), at(1, 30_002, 30_002)];
    const kept = (count: number): number => {
      for (const entry of minutes.slice(0, count)) house.keeper.take(entry);
      return cleaned(house, minutes.slice(0, count), count).length;
    };
    expect(kept(1)).toBe(1);
    expect(kept(2)).toBe(1);
    expect(kept(3)).toBe(1);
    expect(cleaned(house, minutes.slice(0, 3), 3)).toEqual([minutes[2]]);
    expect(kept(4)).toBe(1);
    const { restored } = await rebuild([...house.keeper.conclusions(), ...minutes]);
    expect(restored.minutes).toEqual([minutes[3]]);
  });
});

test("a memory that nobody restores keeps what it was opened with", async () => {
  const house = await build();
  const { secret } = house.engine.identity;
  house.keeper.restore(true);
  expect(house.engine.identity.secret).toEqual(secret);
});
