/**
 * Whether a message that its FIFO queue has no more lives on in another, asked between the sections of
 * a move, behind it, and once the message is nowhere.
 */
import { expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { FifoSections } from "../model/fifo/fifoSections.ts";
import { Moves } from "../model/history/moves.ts";
import { type Receipt, Sections, type Settings } from "../model/history/sections.ts";
import { moduleOf } from "../support/builds.ts";

const SIZES = { pages: 80, threads: 1, queues: 2, slots: 600 };
const SETTINGS: Settings = {
  ...{ visibilityMs: 1000, delayMs: 0, retentionMs: 60_000 },
  flags: layout.QUEUE_FLAG_FIFO,
};

test("a message lives on from the moment it left until it is deleted, expired or purged", () => {
  const sections = Sections.open(moduleOf(), SIZES, () => {});
  const fifo = new FifoSections(sections, () => {});
  const moves = new Moves(sections);
  const there = sections.createQueue(SETTINGS);
  const here = sections.createQueue({ ...SETTINGS, deadLetters: { max: 1, to: there } });
  const { engine, thread } = sections;
  const area = sections.header(layout.HEADER_THREADS_BASE) + thread * layout.THREAD_BYTES;
  let nowMs = 1_700_000_000_000;
  let id = 0;

  /** A message received and visible again: its receipt, and its birth number. */
  const receive = () => {
    fifo.commit(here, [{ group: 1, id: ++id, bodyBytes: 20 }], nowMs);
    const [receipt] = fifo.claim(here, 1, 1000, nowMs) as [Receipt];
    const at = (area + layout.THREAD_RECEIVES + layout.RECEIVE_BIRTH) >> 2;
    const birth = [sections.words[at], sections.words[at + 1]] as [number, number];
    nowMs += 1000;
    fifo.advance(here, nowMs);
    return { receipt, birth };
  };
  type Held = ReturnType<typeof receive>;
  /** What a delete by the receipt answers, and whether its message is elsewhere. */
  const ask = ({ receipt, birth }: Held): [number | undefined, boolean] => {
    const [code] = fifo.remove(here, [receipt], nowMs);
    return [code, engine.hasMoved(thread, here.queue, 0, ...birth, nowMs) === 1];
  };
  const move = (held: Held, asked?: [number | undefined, boolean]) => {
    const look = () => {
      if (asked !== undefined) expect(ask(held)).toEqual(asked);
    };
    // Received once: the claim sets it aside.
    fifo.engine.sectionClaimOn(thread, here.queue, here.incarnation, 0, 1, 1000, nowMs);
    const departed = moves.depart(here, there, 0, nowMs);
    expect(departed).toEqual([held.receipt.slot]);
    look();
    moves.arrive(there, there, departed, nowMs);
    look();
    // Lets it in.
    engine.count(thread, there.queue, there.incarnation, nowMs);
    expect(sections.shard(there.queue, layout.SHARD_VISIBLE)).toBe(1);
    look();
  };

  const first = receive();
  expect(ask(first)).toEqual([layout.RESULT_EXPIRED, false]);
  move(first, [layout.RESULT_GONE, true]);
  const taken = fifo.claim(there, 1, 1000, nowMs);
  expect(taken[0]?.slot).toBe(first.receipt.slot);
  expect(ask(first)).toEqual([layout.RESULT_GONE, true]);
  expect(fifo.remove(there, taken, nowMs)).toEqual([layout.RESULT_APPLIED]);
  expect(ask(first)).toEqual([layout.RESULT_GONE, false]);

  const second = receive();
  expect(second.receipt.slot).toBe(first.receipt.slot);
  move(second);
  expect([ask(first)[1], ask(second)[1]]).toEqual([false, true]);
  nowMs += SETTINGS.retentionMs - 1;
  expect(ask(second)[1]).toBe(true);
  nowMs += 1;
  expect(ask(second)[1]).toBe(false);

  const third = receive();
  move(third);
  expect(ask(third)[1]).toBe(true);
  fifo.cut(there, nowMs);
  expect(ask(third)[1]).toBe(false);

  const fourth = receive();
  fifo.cut(here, nowMs);
  expect(ask(fourth)).toEqual([layout.RESULT_GONE, false]);
  expect(sections.verify()).toMatchObject({ check: 0 });
});
