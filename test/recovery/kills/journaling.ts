/**
 * The journal of some rounds of kills: half of them have one, which the reaper's thread reads meanwhile
 * (reaper.ts). What it knows at the end of a round from the rings of effects alone must be what is there,
 * which the verdict holds against what the victims have written down.
 */
import type { Worker } from "node:worker_threads";
import * as layout from "../../../assembly/layout.ts";
import type { QueueNumbers, Sections } from "../../model/history/sections.ts";
import { must } from "../witness/verdict.ts";
import type { Answer, Order, Settled } from "./reaper.ts";

export class Journaling {
  readonly #main: Sections;
  readonly #reaper: Worker;
  isOn = false;
  /** Heads that were read, and shards that were stated again. */
  told = 0;
  restated = 0;

  constructor(main: Sections, reaper: Worker) {
    this.#main = main;
    this.#reaper = reaper;
  }

  #ask<Kind extends Answer>(order: Order, is: (answer: Answer) => answer is Kind): Promise<Kind> {
    return new Promise((resolve) => {
      const listen = (answer: Answer): void => {
        if (!is(answer)) return;
        this.#reaper.off("message", listen);
        resolve(answer);
      };
      this.#reaper.on("message", listen);
      this.#reaper.postMessage(order);
    });
  }

  /** Before the queues of a round are made. */
  async begin(isOn: boolean): Promise<void> {
    this.isOn = isOn;
    this.#main.words[(layout.HEADER + layout.HEADER_JOURNAL) >> 2] = 0;
    if (isOn) await this.#ask("begin", (answer) => answer === "begun");
  }

  /** When all victims are dead and recovered; the queues write nothing down any more. */
  async settle(queues: readonly QueueNumbers[]): Promise<void> {
    if (!this.isOn) return;
    const isSettled = (answer: Answer): answer is Settled => typeof answer === "object";
    const { difference, told, restated } = await this.#ask("settle", isSettled);
    must(difference === undefined, `the journal is wrong: ${difference}`);
    this.told = told;
    this.restated = restated;
    this.#main.words[(layout.HEADER + layout.HEADER_JOURNAL) >> 2] = 0;
    const shards = this.#main.header(layout.HEADER_SHARDS_BASE);
    for (const { queue } of queues) {
      const kind = (shards + queue * layout.SHARD_BYTES + layout.SHARD_KIND) >> 2;
      (this.#main.words[kind] as number) &= ~layout.SHARD_IS_JOURNALED;
    }
  }
}
