/**
 * `sluice journal verify` over what entries say of messages: each of its rules finds its breach, at its
 * place, and what a journal may well say is no breach. Needs a build.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { encodeKept, KEPT, keptName } from "../../engine/broker/kept/entries.ts";
import { told, type Verdict, verdictOf } from "../../engine/cli/journal/verify.ts";
import { begin, write } from "../broker/kept/house.ts";
import { Directories, HEAD, nameOf, PAGE, writeJournal } from "./journalFiles.ts";
import { happened, message, part, said } from "./journalRecords.ts";
import { sluice } from "./sluice.ts";

const directories = new Directories();
let directory = "";

beforeEach(() => {
  directory = directories.make();
});

afterEach(() => directories.remove());

/** The entries of a broker with the queues `a` (number 0, incarnation 1) and `b` (1, 2). */
async function catalogue(): Promise<Uint8Array[]> {
  const { house, log } = await begin();
  house.queues.create("a", {}, {});
  house.queues.create("b", {}, {});
  write(house, log);
  return log;
}

/** What `verify` finds when these batches come behind the catalogue's. */
async function verified(...batches: readonly (readonly Uint8Array[])[]): Promise<Verdict> {
  await writeJournal(directory, [await catalogue(), ...batches]);
  return verdictOf(directory);
}

test("messages that come, are received and go are no breach", async () => {
  const found = await verified(
    [part(0, 1, 2, 3), message(1), message(2), message(3), happened("received", 1)],
    [part(0, 1, 5, 9), happened("removed", 1), happened("hidden", 8), happened("removed", 7)],
    [part(1, 2, 1, 1), message(1, "admitted"), part(0, 1, 6, 9), happened("departed", 2)],
    [part(0, 1, 6, 9), message(3, "restated"), happened("removed", 1), happened("removed", 1)],
  );
  expect(found).toMatchObject({ isWhole: true, defects: [], messages: 2, dropped: [] });
});

test("a queue whose creation is not in the log loses its messages, and that is told", async () => {
  const found = await verified([part(5, 77, 1, 2), message(1), message(2)]);
  expect(found).toMatchObject({
    ...{ isWhole: true, defects: [], messages: 0 },
    dropped: [{ incarnation: 77, messages: 2 }],
  });
  expect(told(found)).toContain(
    "2 messages are of a queue, of incarnation 77, that the log does not know",
  );
});

test("a queue that was deleted takes its messages along, and its namesake begins empty", async () => {
  const gone = { kind: KEPT.gone, number: 0, incarnation: 1 } as const;
  const end = encodeKept({ ...gone, account: "000000000000", name: "a", atMs: 1 });
  const [, made = new Uint8Array()] = (await catalogue()).slice(1);
  expect(keptName(made[4] ?? 0)).toBe("queue");
  const found = await verified(
    [part(0, 1, 1, 2), message(1), message(2), end],
    [part(0, 9, 1, 1), message(1)],
    // Behind it a part of the former one, as an older segment has it that a power cut brought back.
    [part(0, 1, 1, 2), message(2)],
  );
  expect(found).toMatchObject({
    ...{ isWhole: true, defects: [], messages: 0 },
    dropped: [{ incarnation: 9, messages: 1 }],
  });
});

test("a cut leaves what it says", async () => {
  const found = await verified(
    [part(0, 1, 1, 4), message(1), message(2), message(3), message(4)],
    [part(0, 1, 2, 4), said("cut", 3)],
  );
  expect(found).toMatchObject({ isWhole: true, defects: [], messages: 1 });
});

test("a cut and a shard that is stated again leave what they say", async () => {
  const found = await verified(
    [part(0, 1, 1, 4), message(1), message(2), message(3), message(4)],
    [part(0, 1, 2, 4), said("cut", 2)],
    [part(0, 1, 3, 5), message(5), said("resync", 5), message(4, "restated")],
    [part(0, 1, 4, 5), message(5, "restated"), said("resynced", 5)],
  );
  expect(found).toMatchObject({ isWhole: true, defects: [], messages: 2 });
});

const head = HEAD + part(0, 1, 1, 1).length;
const one = message(1).length;

test.each([
  ["a message twice", [message(1), message(1)], head + one, "Message 1 of a is there twice."],
  [
    "a message out of order",
    [message(2), message(1)],
    head + one,
    "Message 1 of a was sent after 2.",
  ],
  [
    "a deletion of one that was never sent",
    [happened("removed", 1, 4)],
    head,
    "Message 4 of a was never sent.",
  ],
  [
    "a receive of one",
    [message(1), happened("received", 5)],
    head + one,
    "Message 5 of a was never sent.",
  ],
  ["a hide of one", [happened("hidden", 6)], head, "Message 6 of a was never sent."],
  ["a departure of one", [happened("departed", 7)], head, "Message 7 of a was never sent."],
  [
    "a message beyond its part",
    [message(4)],
    head,
    "Message 4 of a has a greater sequence than its part says was given, 3.",
  ],
])("%s is found, at its place", async (_, entries, offset, sentence) => {
  const found = await verified([part(0, 1, 1, 3), ...entries]);
  expect(found).toMatchObject({
    isWhole: false,
    defects: [{ segment: nameOf(1), batch: 2, byte: 2 * PAGE + offset, sentence }],
  });
});

test("what stands before all parts is found, and a part that goes back", async () => {
  const found = await verified([message(1)], [part(0, 1, 9, 3)], [part(0, 1, 8, 3)]);
  expect(found).toMatchObject({
    isWhole: false,
    defects: [
      {
        batch: 2,
        byte: 2 * PAGE + HEAD,
        sentence: "It stands before all parts, and is no queue's.",
      },
      { batch: 4, byte: 4 * PAGE + HEAD, sentence: "a goes back from operation 9 to 8." },
    ],
  });
});

test("a hundred defects are named, and all are counted", async () => {
  const found = await verified([
    part(0, 1, 1, 1),
    ...Array.from({ length: 150 }, () => message(1)),
  ]);
  expect(found).toMatchObject({ isWhole: false, defectsCount: 149 });
  expect(found.defects).toHaveLength(100);
  expect(told(found)).toMatch(/\n {2}and 49 more\.$/);
});

test("inspect shows entries as they are, without what messages carry", async () => {
  await writeJournal(directory, [await catalogue(), [part(0, 1, 1, 1), message(1)]]);
  const { out } = await sluice(["journal", "inspect", directory, "--entries", "--json"]);
  const lines = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const shown = lines.find(({ kind }) => kind === "message");
  expect(shown).toMatchObject({ sequence: 1, how: "sent", state: "ready", bodyBytes: 5 });
  expect(shown).not.toHaveProperty("content");
  expect(lines.at(-1).entries).toMatchObject({ message: { count: 1 }, part: { count: 1 } });
});
