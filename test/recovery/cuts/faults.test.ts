/**
 * Straight sections are hardly ever cut by a random kill, so random kills would never run the
 * recovery. Here every operation is cut before every store it makes, in the binary's own code
 * (test/support/faults.ts): the thread counts as dead, a living one reaps it, and then the
 * structure is whole, nothing is lost, and each message is as it was before the operation or as it
 * is after it, never a third way. A thread that traps and lives on puts the same right itself.
 * Then the work goes on with what is there (work.ts), since a thing left over may bite only when it
 * is used again, and each message that is received carries exactly what it was sent with.
 */
import { describe, expect, test } from "vitest";
import { lossesOf } from "../witness/audit.ts";
import { cut, type Operation } from "./cut.ts";
import { OPERATIONS } from "./operations.ts";
import { clean, faulty, Scene } from "./scene.ts";
import { leaveStage } from "./stage.ts";
import { expectWorks } from "./work.ts";

/** Each message is as before or as after. */
function expectNoThirdWay(
  now: Map<number, string>,
  before: Map<number, string>,
  after: Map<number, string>,
): void {
  for (const sequence of new Set([...now.keys(), ...before.keys(), ...after.keys()])) {
    const found = now.get(sequence);
    if (found !== before.get(sequence) && found !== after.get(sequence)) {
      expect({ sequence, found }).toEqual({
        sequence,
        found: [before.get(sequence), after.get(sequence)],
      });
    }
  }
}

function statesAround(operation: Operation): {
  before: Map<number, string>[];
  after: Map<number, string>[];
} {
  const scene = new Scene(clean);
  operation.before?.(scene);
  const before = scene.sees();
  operation.run(scene);
  const after = scene.sees();
  expectWorks(scene);
  return { before, after };
}

function check(scene: Scene, states: ReturnType<typeof statesAround>): void {
  const { survivor } = scene;
  expect(survivor.verify()).toMatchObject({ check: 0 });
  scene.sees().forEach((now, index) => {
    expectNoThirdWay(now, states.before[index] ?? new Map(), states.after[index] ?? new Map());
  });
  expect(lossesOf(survivor)).toEqual({ slots: 0, blocks: 0, pages: 0 });
}

/** The same traps in a thread that lives on, puts right what it left, and goes on working. */
function expectTrapsRecovered(
  operation: Operation,
  states: ReturnType<typeof statesAround>,
  stores: number,
): void {
  const step = Math.max(1, Math.floor(stores / 100));
  for (let store = 1; store <= stores; store += step) {
    const scene = new Scene(faulty);
    cut(scene, operation, store);
    const { victim, other, nowMs } = scene;
    victim.engine.threadTrapped(victim.thread);
    check(scene, states);
    if (scene.send(victim, other, [5, 5]) !== 2) throw new Error("the thread can't send");
    const claimed = scene.letters.receive(victim, other, 1000, nowMs);
    expect(victim.remove(other, claimed, nowMs)).toEqual(claimed.map(() => 1));
    expectWorks(scene);
    leaveStage(scene);
  }
}

describe("an operation that is cut before any of its stores", () => {
  test.each(OPERATIONS)("$name", (operation) => {
    const states = statesAround(operation);
    let stores = 0;
    for (;;) {
      const scene = new Scene(faulty);
      if (!cut(scene, operation, stores + 1)) break;
      stores++;
      try {
        scene.survivor.engine.threadDied(scene.survivor.thread, scene.victim.thread);
        check(scene, states);
        expectWorks(scene);
      } catch (error) {
        throw new Error(`cut before store ${stores}`, { cause: error });
      }
      leaveStage(scene);
    }
    expect(stores).toBeGreaterThan(0);
    expectTrapsRecovered(operation, states, stores);
    console.log(`${operation.name}: cut before each of ${stores} stores`);
  });
});
