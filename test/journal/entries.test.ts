/**
 * The reader of a log's entries says what they say, and where something is none.
 */
import { expect, test } from "vitest";
import { entriesOf, NoEntry } from "../../engine/journal/entries.ts";
import { kinds } from "./logScene.ts";
import { World } from "./logWorld.ts";

async function part(): Promise<Uint8Array> {
  const world = await World.open();
  const queue = world.createQueue({ isFifo: true });
  world.send(queue, [{ body: "body", group: "group", id: "id" }]);
  world.receive(queue, 1, 60_000, "attempt");
  return world.takeAll()[0] as Uint8Array;
}

test("each entry with its place, and a message with its content", async () => {
  const bytes = await part();
  expect(kinds([bytes])).toEqual(["part", "message", "nodes", "received", "attempt"]);
  const [head, message] = [...entriesOf(bytes)];
  expect(head).toMatchObject({ at: 0, bytes: 128, shard: 0, incarnation: 1, sequence: 1 });
  if (message?.kind !== "message") throw new Error("a message follows");
  expect(message).toMatchObject({ at: 128, how: "sent", state: "ready", groupBytes: 5 });
  expect(Buffer.from(message.content).toString()).toBe("groupidbody");
});

test("what is not the log's is handed on whole", async () => {
  const foreign = new Uint8Array(24);
  foreign.set([24, 0, 0, 0, 70]);
  const entries = [...entriesOf(Buffer.concat([foreign, await part()]))];
  expect(entries[0]).toMatchObject({ kind: "foreign", code: 70, at: 0 });
  expect(entries).toHaveLength(6);
});

test.each<[string, (bytes: Uint8Array) => Uint8Array, RegExp, number]>([
  [
    "cut off",
    (bytes) => bytes.subarray(0, 136),
    /byte 128 of the records: .* and 8 are there/,
    128,
  ],
  ["cut off in a head", (bytes) => bytes.subarray(0, 132), /byte 128 .*4 bytes are no head/, 128],
  ["an odd length", (bytes) => withByte(bytes, 128, 121), /byte 128 .*would have 121 bytes/, 128],
  ["no length", (bytes) => withByte(bytes, 0, 0), /byte 0 .*would have 0 bytes/, 0],
  ["another kind", (bytes) => withByte(bytes, 132, 60), /byte 128 .*no kind 60/, 128],
  [
    "a kind's length",
    (bytes) => withByte(bytes, 132, 8),
    /byte 128 .*kind, 8, takes 16 bytes/,
    128,
  ],
  ["a message's sizes", (bytes) => withByte(bytes, 128 + 72, 99), /byte 128 .*kind, 2, takes/, 128],
  ["a message's state", (bytes) => withByte(bytes, 128 + 12, 9), /byte 128 .*code of 9/, 128],
])("%s is told, with its place", async (_, change, message, at) => {
  const bytes = change((await part()).slice());
  const read = (): unknown => [...entriesOf(bytes)];
  expect(read).toThrow(NoEntry);
  expect(read).toThrow(message);
  expect(read).toThrow(expect.objectContaining({ at }));
});

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  bytes[at] = value;
  return bytes;
}
