/** Bodies tell what was done to them, and tallies whom: each fault by its id, and nothing else. */
import { expect, test } from "vitest";
import { BodyMaker, BodyReader } from "../../bench/flow/bodies.ts";
import { faultsOf, Tally } from "../../bench/flow/tally.ts";

const PAGE_IDS = 32_768;

function namesOf(tallies: readonly Tally[], sent: readonly number[]): string[] {
  const shapes = tallies.map((tally) => tally.shape());
  return faultsOf(shapes, sent).named.map(({ kind, id }) => `${id} ${kind}`);
}

function tallyOf(numbers: Iterable<number>, groups?: number): Tally {
  const tally = new Tally(groups);
  for (const number of numbers) tally.mark(0, number, true);
  return tally;
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index);

/** Where and how a body can be spoilt without being seen. */
function unseen(body: Buffer, isRead: (body: Buffer) => boolean): string[] {
  const found: string[] = [];
  // The second makes of a digit what is none.
  for (const bit of [0x01, 0x20]) {
    for (let at = 0; at < body.length; at++) {
      const spoilt = Buffer.from(body);
      spoilt[at] = (spoilt[at] as number) ^ bit;
      if (isRead(spoilt)) found.push(`${at} ${bit}`);
    }
  }
  return found;
}

test.each(["text", "bytes"] as const)(
  "a body of %s is read back, and any wrong byte seen",
  (kind) => {
    for (const bytes of [64, 200, 5_000]) {
      const maker = new BodyMaker(kind, bytes, 7, 1);
      const reader = new BodyReader(kind, bytes);
      const read = (body: Buffer): unknown[] => {
        if (kind === "text") reader.readText(body.toString("latin1"));
        else reader.readBytes(body);
        return [reader.producer, reader.number, reader.isIntact];
      };
      for (const number of [0, 255, 256, 0x123456, 2 ** 32 - 1]) {
        const body = Buffer.from(maker.make(number));
        const said = [7, number, true];
        expect(body.length).toBe(bytes);
        expect(read(body)).toEqual(said);
        expect(unseen(body, (spoilt) => String(read(spoilt)) === String(said))).toEqual([]);
        expect(read(body.subarray(0, bytes - 1))[2]).toBe(false);
      }
    }
  },
);

test("what came once and in any order has no fault, in one tally and across several", () => {
  const count = 3 * PAGE_IDS + 5;
  expect(namesOf([tallyOf(range(0, count))], [count])).toEqual([]);
  expect(namesOf([tallyOf(range(0, count).reverse())], [count])).toEqual([]);
  const even = tallyOf(range(0, count).filter((number) => number % 2 === 0));
  const odd = tallyOf(range(0, count).filter((number) => number % 2 === 1));
  expect(namesOf([even, odd], [count])).toEqual([]);
});

test("what is missing is lost, in full pages and at the end", () => {
  const count = 2 * PAGE_IDS;
  const without = (...gone: number[]) =>
    tallyOf(range(0, count).filter((number) => !gone.includes(number)));
  expect(namesOf([without(17)], [count])).toEqual(["0:17 lost"]);
  expect(namesOf([without(0, count - 1)], [count])).toEqual(["0:0 lost", `0:${count - 1} lost`]);
  expect(namesOf([tallyOf(range(0, count))], [count + 1])).toEqual([`0:${count} lost`]);
  expect(namesOf([tallyOf([])], [1])).toEqual(["0:0 lost"]);
  expect(namesOf([tallyOf([0])], [1, 1])).toEqual(["1:0 lost"]);
});

test("what comes twice is doubled, in one thread, in a full page, and in two threads", () => {
  expect(namesOf([tallyOf([0, 1, 1, 2])], [3])).toEqual(["0:1 doubled"]);
  const full = tallyOf([...range(0, PAGE_IDS), 9]);
  expect(namesOf([full], [PAGE_IDS])).toEqual(["0:9 doubled"]);
  expect(namesOf([tallyOf([0, 1]), tallyOf([1, 2])], [3])).toEqual(["0:1 doubled"]);
  const both = [tallyOf(range(0, PAGE_IDS)), tallyOf([9])];
  expect(namesOf(both, [PAGE_IDS])).toEqual(["0:9 doubled"]);
});

test("who overtakes in a group is out of order, who overtakes another group is not", () => {
  expect(namesOf([tallyOf([0, 3, 1, 4, 2, 5], 3)], [6])).toEqual([]);
  expect(namesOf([tallyOf([0, 3, 4, 1, 2, 5], 3)], [6])).toEqual(["0:1 out of order"]);
});

test("who is received by one thread before another had the one ahead of it is out of order", () => {
  const tally = tallyOf(range(0, 3)).shape();
  const at = (...ms: number[]) =>
    ms.map((moment, number) => ({ producer: 0, number, ms: moment })).reverse();
  const kinds = (...ms: number[]) => faultsOf([tally], [3], at(...ms)).named;
  expect(kinds(1, 2, 3)).toEqual([]);
  // Received together, in one batch.
  expect(kinds(1, 1, 1)).toEqual([]);
  expect(kinds(1, 3, 2)).toEqual([{ kind: "out of order", id: "0:1" }]);
});

test("what nobody sent is unknown, and wrong bytes are named", () => {
  expect(namesOf([tallyOf([0, 1, 5])], [2])).toEqual(["0:5 unknown"]);
  const tally = new Tally(undefined);
  tally.mark(0, 0, false);
  expect(namesOf([tally], [1])).toEqual(["0:0 wrong bytes"]);
});
