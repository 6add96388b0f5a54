/**
 * What messages carry where a token has no room for it: which producer's message began their journey, by
 * which row of its trace, and how many messages of the journey are there yet. The token's high word is
 * then the card's number instead. A run has cards where consumers send on, or where handling takes a
 * message's own time; else there are none, and nothing costs anything.
 *
 * Numbers are never used again, so that who holds a message that is over asks for nobody else's. Cards lie
 * in blocks, which are let go when all in them is over: what expires keeps its block.
 */
import type { Stream } from "../random/stream.ts";
import type { Plan } from "../scenario/plan.ts";
import { Histogram } from "../statistics/histogram.ts";
import { NOBODY } from "./token.ts";

const BLOCK_BITS = 12;
const BLOCK = 1 << BLOCK_BITS;
const INSIDE = BLOCK - 1;
/** Of a card that is of no journey: its message was there at first, or its journey was over. */
const NONE = 0xffffffff;
export const NO_ROW = -1;

/** Whether messages of this plan have cards. */
export function needsCards(plan: Plan): boolean {
  const files = plan.producers.map(({ arrivals }) =>
    arrivals.kind === "trace" ? arrivals.file : undefined,
  );
  const hasOwnTimes = plan.fleets.some(
    ({ service }) => service.kind === "trace" && files.includes(service.file),
  );
  return hasOwnTimes || plan.fleets.some(({ sends }) => sends.length > 0);
}

class Block {
  readonly producer = new Uint16Array(BLOCK);
  readonly row = new Int32Array(BLOCK);
  /** The card that the journey began with: its own number where it is that one. */
  readonly root = new Uint32Array(BLOCK);
  readonly beganMs = new Float64Array(BLOCK);
  /** Of a journey's first card: how many of its messages are there yet. */
  readonly open = new Int32Array(BLOCK);
  /** Messages and journeys of the block that are not over. */
  left = 0;
}

export class Cards {
  /** By producer: how long its journeys took, from the first send to the last delete. */
  readonly journeys: readonly Histogram[];
  readonly #blocks: (Block | undefined)[] = [];
  /** By producer: the file of its trace. */
  readonly #files: readonly (string | undefined)[];
  readonly #salt: number;
  readonly #since: Float64Array;
  #next = 0;

  constructor({ producers }: Plan, stream: Stream, since: Float64Array) {
    this.journeys = producers.map(() => new Histogram());
    this.#files = producers.map(({ arrivals }) =>
      arrivals.kind === "trace" ? arrivals.file : undefined,
    );
    this.#salt = stream.word();
    this.#since = since;
  }

  /** A message that a producer sends; its journey begins. */
  first(producer: number, row: number, nowMs: number): number {
    const card = this.#make(producer, row, NONE);
    const block = this.#blocks[card >>> BLOCK_BITS] as Block;
    const at = card & INSIDE;
    block.root[at] = card;
    block.beganMs[at] = nowMs;
    block.open[at] = 1;
    block.left++;
    return card;
  }

  /** A message that is nobody's. */
  loose(): number {
    return this.#make(NOBODY, NO_ROW, NONE);
  }

  /** A message that goes on from this one, or is its copy. */
  follow(card: number): number {
    const block = this.#blocks[card >>> BLOCK_BITS];
    if (block === undefined) return this.loose();
    const at = card & INSIDE;
    const root = this.#goOn(block.root[at] as number);
    return this.#make(block.producer[at] as number, block.row[at] as number, root);
  }

  #make(producer: number, row: number, root: number): number {
    const card = this.#next++;
    const index = card >>> BLOCK_BITS;
    let block = this.#blocks[index];
    if (block === undefined) {
      block = new Block();
      this.#blocks[index] = block;
      this.#letGo(index - 1);
    }
    const at = card & INSIDE;
    block.producer[at] = producer;
    block.row[at] = row;
    block.root[at] = root;
    block.left++;
    return card;
  }

  /** A journey has one message more; NONE when it was over. */
  #goOn(root: number): number {
    const block = this.#blocks[root >>> BLOCK_BITS];
    const at = root & INSIDE;
    if (root === NONE || block === undefined || block.open[at] === 0) return NONE;
    block.open[at] = (block.open[at] as number) + 1;
    return root;
  }

  /** The message is over; whose it is, if a producer sent it itself. */
  over(card: number, nowMs: number): number {
    const index = card >>> BLOCK_BITS;
    const block = this.#blocks[index] as Block;
    const at = card & INSIDE;
    const root = block.root[at] as number;
    if (root !== NONE) this.#arrive(root, nowMs);
    block.left--;
    this.#letGo(index);
    return root === card ? (block.producer[at] as number) : NOBODY;
  }

  /** A journey has one message less; with the last one it ends. */
  #arrive(root: number, nowMs: number): void {
    const index = root >>> BLOCK_BITS;
    const block = this.#blocks[index] as Block;
    const at = root & INSIDE;
    const open = (block.open[at] as number) - 1;
    block.open[at] = open;
    if (open > 0) return;
    const beganMs = block.beganMs[at] as number;
    if (beganMs >= (this.#since[0] as number)) {
      this.journeys[block.producer[at] as number]?.record(nowMs - beganMs);
    }
    block.left--;
    this.#letGo(index);
  }

  #letGo(index: number): void {
    if (index === this.#next >>> BLOCK_BITS || this.#blocks[index]?.left !== 0) return;
    this.#blocks[index] = undefined;
  }

  /** By which it is settled whether the message is poison: 0 to below 1. */
  lotOf(card: number): number {
    let word = Math.imul(card ^ this.#salt, 0x9e3779b1);
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return ((word ^ (word >>> 15)) >>> 0) / 4_294_967_296;
  }

  /** The row of this file by which the message, or what it goes on from, came; NO_ROW: by none. */
  rowOf(card: number, file: string): number {
    const block = this.#blocks[card >>> BLOCK_BITS];
    if (block === undefined) return NO_ROW;
    const at = card & INSIDE;
    return this.#files[block.producer[at] as number] === file ? (block.row[at] as number) : NO_ROW;
  }

  /** Blocks that are kept, for tests. */
  get blocks(): number {
    return this.#blocks.reduce((count, block) => count + (block === undefined ? 0 : 1), 0);
  }
}
