/**
 * kill -9 of a process that uses a broker with a directory: what was acknowledged is there afterwards
 * (kills.ts). More of the same in the stress run.
 */
import { expect, test } from "vitest";
import { chooseSeed, Seeded } from "../../support/seeded.ts";
import { Directory } from "./kept.ts";
import { Recorder } from "./kills.ts";

const ROUNDS = 4;

test("kill -9 loses nothing that was acknowledged, and brings back nothing that was deleted", async () => {
  using directory = new Directory();
  const recorder = new Recorder(directory.path, new Seeded(chooseSeed("durable kills")));
  let acknowledged = 0;
  for (let round = 0; round < ROUNDS; round++)
    acknowledged += (await recorder.round()).acknowledged;
  expect(acknowledged).toBeGreaterThan(ROUNDS);
});
