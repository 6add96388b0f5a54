/**
 * A small broker with two FIFO queues: messages of several groups in every state, ids that are still
 * remembered, an attempt that may be repeated; a thread that survives and one that is about to be
 * cut. The second queue has a delay.
 */
import * as layout from "../../../assembly/layout.ts";
import type { WasmModule } from "../../../bindings/webassembly.ts";
import { FifoSections, type FifoSettings, type Parcel } from "../../model/fifo/fifoSections.ts";
import type { QueueNumbers, Receipt, Sections } from "../../model/history/sections.ts";
import { messagesOf } from "../witness/audit.ts";
import { clean, START_MS } from "./scene.ts";
import { enterStage } from "./stage.ts";

const SIZES = { pages: 80, threads: 4, queues: 4, slots: 600 };
export const FIFO_SETTINGS: FifoSettings = {
  visibilityMs: 1000,
  delayMs: 0,
  retentionMs: 600_000,
  isGroupScope: false,
};
export const ATTEMPT_ID = 77;

/** Whose a message is, as written in its block: `g1`, `i77`. */
export interface Text {
  readonly sequence: number;
  readonly group: string;
  readonly id: string;
  readonly sentAtMs: number;
}

export const parcel = (group: number, id: number): Parcel => ({ group, id, bodyBytes: 30 });

export class FifoScene {
  readonly survivor: Sections;
  readonly victim: Sections;
  /** How the survivor and the victim drive FIFO queues. */
  readonly here: FifoSections;
  readonly there: FifoSections;
  readonly queue: QueueNumbers;
  readonly late: QueueNumbers;
  /** Receipts of the first queue that are good: three of group 1, two of group 2. */
  readonly receipts: Receipt[];
  readonly held: Receipt[];
  /** The last sequence of each queue before the operation: those up to it were messages. */
  last: number[] = [];
  nowMs = START_MS;

  constructor(module: WasmModule, isJournaled = false) {
    ({ survivor: this.survivor, victim: this.victim } = enterStage(clean, module, SIZES));
    if (isJournaled) this.survivor.engine.journalBegin(this.survivor.thread);
    this.here = new FifoSections(this.survivor, () => {});
    this.there = new FifoSections(this.victim, () => {});
    const { here, there } = this;
    this.queue = here.create(FIFO_SETTINGS);
    this.late = here.create({ ...FIFO_SETTINGS, delayMs: 500, isGroupScope: true });
    // Stock in both threads' magazines, groups and ids that died.
    for (const [index, one] of [here, there].entries()) {
      const parcels = [0, 1, 2].map((id) => parcel(90 + index, 900 + index * 10 + id));
      one.commit(this.queue, parcels, this.nowMs);
      const got = one.claim(this.queue, 10, 1000, this.nowMs);
      one.remove(this.queue, got, this.nowMs);
    }
    this.send(this.queue, [1, 1, 1, 1, 2, 2, 3, 3]);
    this.receipts = here.claim(this.queue, 3, 5000, this.nowMs);
    const attempted = here.attempt(this.queue, ATTEMPT_ID, 2, 5000, this.nowMs);
    this.held = typeof attempted === "string" ? [] : [...attempted];
    this.send(this.queue, [1, 2, 4, 5, 5], 100);
    this.send(this.late, [1, 2, 1], 200);
    this.settle();
  }

  /** What was sent up to now existed, whatever becomes of it. */
  settle(): void {
    this.last = [this.queue, this.late].map(({ queue }) =>
      this.survivor.shard(queue, layout.SHARD_SEQUENCE),
    );
  }

  /** A message a group, with ids from `first` on. */
  send(to: QueueNumbers, groups: readonly number[], first = 1): void {
    const parcels = groups.map((group, index) => parcel(group, first + index));
    this.here.commit(to, parcels, this.nowMs);
  }

  sees(): Map<number, string>[] {
    return [this.queue, this.late].map(({ queue }) => messagesOf(this.survivor, queue));
  }

  /** Each message's group and place in it, as the texts in the blocks and the sequences say. */
  groupsOf(queue: QueueNumbers): Map<string, number[]> {
    const groups = new Map<string, number[]>();
    for (const { group, sequence } of this.textsOf(queue)) {
      groups.set(group, [...(groups.get(group) ?? []), sequence]);
    }
    return groups;
  }

  /** The messages of a queue that are neither purged nor dead, in order, as their blocks tell. */
  textsOf({ queue }: QueueNumbers): Text[] {
    const { words, doubles } = this.survivor;
    const bytes = new Uint8Array(words.buffer);
    const texts: Text[] = [];
    const slots = this.survivor.header(layout.HEADER_SLOTS_BASE);
    const alive = new Set(messagesOf(this.survivor, queue).keys());
    const last = this.survivor.arena(layout.ARENA_SLOTS_BUMP);
    for (let index = 1; index <= last; index++) {
      const slot = slots + index * layout.SLOT_BYTES;
      const sequence = words[(slot + layout.SLOT_SEQUENCE) >> 2] as number;
      if (words[(slot + layout.SLOT_SHARD) >> 2] !== queue || !alive.has(sequence)) continue;
      const block = words[(slot + layout.SLOT_BLOCK) >> 2] as number;
      const groupBytes = bytes[block + layout.BLOCK_GROUP_BYTES] as number;
      const idBytes = bytes[block + layout.BLOCK_DEDUPLICATION_BYTES] as number;
      const from = block + layout.BLOCK_GROUPED_BYTES;
      const text = Buffer.from(bytes.slice(from, from + groupBytes + idBytes)).toString();
      const sentAtMs = doubles[(slot + layout.SLOT_SENT_AT) >> 3] as number;
      const [group, id] = [text.slice(0, groupBytes), text.slice(groupBytes)];
      texts.push({ sequence, group, id, sentAtMs });
    }
    return texts.sort((one, other) => one.sequence - other.sequence);
  }
}
