/** A place in a pool whose broker has no number for its next thread, at once or for a moment. */
import { MessageChannel } from "node:worker_threads";
import { expect, test } from "vitest";
import { Ledger } from "../../engine/broker/messages/ledger.ts";
import { Output } from "../../engine/consumer/output.ts";
import { Place, type PlaceHost } from "../../engine/consumer/place.ts";

/** A place whose first `lives` are given a task, and the one after them when it has asked so often. */
function placeWith(lives: number, refusals: number): { place: Place; asked: () => number } {
  let asked = 0;
  const host = {
    pool: { run: async () => ({ kind: "stopped" }), thread: () => undefined },
    taskOf: () => {
      asked++;
      if (asked > lives && asked <= lives + refusals) throw new RangeError("planted");
      return { handle: { port: new MessageChannel().port1 } };
    },
    hear: () => {},
    output: () => new Output("inherit", "work 1"),
  } as unknown as PlaceHost;
  const [row] = new Ledger(1).rows;
  if (row === undefined) throw new Error("a ledger of one row has one");
  return { place: new Place(host, 0, row), asked: () => asked };
}

test("asks again where it had a thread, since that one may not be cleared away yet", async () => {
  const { place, asked } = placeWith(1, 3);
  expect(await place.live()).toMatchObject({ how: "ended", end: { kind: "stopped" } });
  expect(await place.live()).toMatchObject({ how: "ended", end: { kind: "stopped" } });
  expect(asked()).toBe(5);
});

test("says what is wrong at once where it never had one", async () => {
  const { place, asked } = placeWith(0, 3);
  const end = { kind: "lost", error: { name: "RangeError", message: "planted" } };
  expect(await place.live()).toMatchObject({ how: "ended", end });
  expect(asked()).toBe(1);
});
