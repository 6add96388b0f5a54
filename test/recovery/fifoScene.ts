/**
 * A small broker with two FIFO queues: messages of several groups in every state, ids that are still
 * remembered, an attempt that may be repeated; a thread that survives and one that is about to be
 * cut. The second queue has a delay.
 */
import * as layout from "../../assembly/layout.ts";
import type { WasmModule } from "../../bindings/webassembly.ts";
import { FifoSections, type FifoSettings, type Parcel } from "../model/fifoSections.ts";
import { type QueueNumbers, type Receipt, Sections } from "../model/sections.ts";
import { messagesOf } from "./audit.ts";
import { clean, START_MS } from "./scene.ts";

const SIZES = { pages: 80, threads: 4, queues: 4, slots: 600 };
export const FIFO_SETTINGS: FifoSettings = {
  visibilityMs: 1000,
  delayMs: 0,
  retentionMs: 600_000,
  isGroupScope: false,
};
export const ATTEMPT_ID = 77;

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

  constructor(module: WasmModule) {
    this.survivor = Sections.open(clean, SIZES, () => {});
    this.victim = new Sections({ module, memory: this.survivor.share.memory }, () => {});
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
  groupsOf({ queue }: QueueNumbers): Map<string, number[]> {
    const { words } = this.survivor;
    const bytes = new Uint8Array(words.buffer);
    const groups = new Map<string, number[]>();
    const slots = this.survivor.header(layout.HEADER_SLOTS_BASE);
    const alive = new Set(messagesOf(this.survivor, queue).keys());
    const last = this.survivor.arena(layout.ARENA_SLOTS_BUMP);
    for (let index = 1; index <= last; index++) {
      const slot = (slots + index * layout.SLOT_BYTES) >> 2;
      const sequence = words[slot + (layout.SLOT_SEQUENCE >> 2)] as number;
      if (words[slot + (layout.SLOT_SHARD >> 2)] !== queue || !alive.has(sequence)) continue;
      const block = words[slot + (layout.SLOT_BLOCK >> 2)] as number;
      const length = bytes[block + layout.BLOCK_GROUP_BYTES] as number;
      const from = block + layout.BLOCK_HEADER_BYTES;
      const name = Buffer.from(bytes.slice(from, from + length)).toString();
      groups.set(
        name,
        [...(groups.get(name) ?? []), sequence].sort((a, b) => a - b),
      );
    }
    return groups;
  }
}
