/**
 * Proof that a section writes down what it did: each kind of section, on Standard and FIFO queues, in a
 * row of thousands, whose records are read behind it from the ring's bytes and held against the history
 * that the models replay; and what a journal knows by then is what the memory has.
 */
import { describe, expect, test } from "vitest";
import * as layout from "../../../assembly/layout.ts";
import { chooseSeed } from "../../support/seeded.ts";
import { WORLDS as FIFO_WORLDS, runFifoModel } from "../fifo/fifoRun.ts";
import { runModel, WORLDS } from "../standard/modelRun.ts";

const STEPS = 6_000;

const journaled = <World extends { readonly name: string }>(worlds: readonly World[]) =>
  worlds.map((world) => ({ ...world, steps: STEPS, isJournaled: true }));

const COMMON: readonly number[] = [
  layout.EFFECT_SENT,
  layout.EFFECT_RECEIVED,
  layout.EFFECT_REMOVED,
  layout.EFFECT_HIDDEN,
  layout.EFFECT_CUT,
];
const MOVES: readonly number[] = [layout.EFFECT_DEPARTED, layout.EFFECT_ADMITTED];

describe("what the sections of a Standard queue write down", () => {
  const seed = chooseSeed("effects");

  test.each(journaled(WORLDS))("$name, $steps steps", async (world) => {
    const told = new Map<number, number>();
    await runModel(world, seed, told);
    const kinds = world.moves === true ? [...COMMON, ...MOVES] : COMMON;
    expect([...told.keys()].sort((a, b) => a - b)).toEqual([...kinds].sort((a, b) => a - b));
  });
});

describe("what the sections of a FIFO queue write down", () => {
  const seed = chooseSeed("FIFO effects");

  test.each(journaled(FIFO_WORLDS))("$name, $steps steps", async (world) => {
    const told = new Map<number, number>();
    await runFifoModel(world, seed, told);
    expect([...told.keys()].sort((a, b) => a - b)).toEqual([...COMMON].sort((a, b) => a - b));
  });
});
