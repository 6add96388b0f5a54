/**
 * A small broker with messages in every state, a thread that survives and one that is about to be
 * cut. The victim runs the build under test with a trap planted (test/support/faults.ts), or without.
 */
import { type WasmModule, wasm } from "../../../bindings/webassembly.ts";
import type { QueueNumbers, Receipt, Sections, Settings } from "../../model/history/sections.ts";
import { bytesOf, moduleOf, testedBuild } from "../../support/builds.ts";
import { plantFaults } from "../../support/faults.ts";
import { messagesOf } from "../witness/audit.ts";
import { Letters } from "../witness/letters.ts";
import { enterStage } from "./stage.ts";

export const clean = moduleOf();
export const faulty = new wasm.Module(plantFaults(bytesOf(testedBuild())));

const SIZES = { pages: 80, threads: 4, queues: 3, slots: 600 };
export const SETTINGS: Settings = { visibilityMs: 1000, delayMs: 0, retentionMs: 60_000 };
export const START_MS = 1_700_000_000_000;

/** A queue with messages in every state, a survivor, and a victim that is about to be cut. */
export class Scene {
  readonly survivor: Sections;
  readonly victim: Sections;
  readonly queue: QueueNumbers;
  readonly other: QueueNumbers;
  /** Receipts that are good. */
  readonly receipts: Receipt[];
  readonly letters = new Letters();
  nowMs = START_MS;
  /** A thread that is dead already; -1: none. */
  corpse = -1;

  constructor(module: WasmModule, isJournaled = false) {
    ({ survivor: this.survivor, victim: this.victim } = enterStage(clean, module, SIZES));
    if (isJournaled) this.survivor.engine.journalBegin(this.survivor.thread);
    this.queue = this.survivor.createQueue(SETTINGS);
    this.other = this.survivor.createQueue(SETTINGS);
    const { survivor, victim, queue } = this;
    // Stock in both threads' magazines, and sequences that died.
    for (const sections of [survivor, victim]) {
      this.send(sections, queue, [20, 300, 20]);
      const got = this.letters.receive(sections, queue, 1000, this.nowMs, 3);
      sections.remove(queue, got, this.nowMs);
    }
    this.send(survivor, queue, [30, 3000, 40_000, 30]);
    this.receipts = this.letters.receive(survivor, queue, 5000, this.nowMs, 3);
    this.send(survivor, queue, [10, 10, 10, 10, 10]);
    this.send(survivor, queue, [10, 10], 70);
    this.send(survivor, queue, [10], 5000);
  }

  /** Sends letters with bodies of these sizes, now; how many were taken. */
  send(from: Sections, to: QueueNumbers, bodies: readonly number[], delayMs = -1): number {
    return this.letters.send(from, to, bodies, delayMs, this.nowMs);
  }

  sees(): Map<number, string>[] {
    return [this.queue, this.other].map(({ queue }) => messagesOf(this.survivor, queue));
  }
}
