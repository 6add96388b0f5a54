/**
 * Calls that send to a FIFO queue whose calls are counted: one after another, in the order in which they
 * were to be made, since the order of a group's messages would not hold otherwise. The first one that is
 * refused is made again after a pause, and those behind it wait. A queue without a quota needs no line.
 */
import type { Agenda } from "./agenda.ts";
import type { Gate } from "./gate.ts";
import type { Pauses } from "./pauses.ts";
import { Ring } from "./ring.ts";
import { sendCall } from "./sendCall.ts";
import type { SimQueue } from "./simQueue.ts";
import type { Timeline } from "./timeline.ts";
import { bodyBytesOf } from "./token.ts";

// A call in the ring: how many messages, what its sender knows it by, when it was to be made; then each
// message: its token, its group, its deduplication id.
const TAG = 1;
const WANTED_AT = 2;
const HEAD = 3;
const LOW = 0;
const HIGH = 1;
const GROUP = 2;
const NUMBER = 3;
const MESSAGE = 4;

/** Who sends. */
export interface LineSender {
  /** How many messages he may send yet. */
  readonly most: number;
  /** A call was let through: so many messages, of which a FIFO queue took some for duplicates. */
  onSent(call: SentCall): void;
}

export interface SentCall {
  readonly tag: number;
  readonly count: number;
  readonly duplicates: number;
  /** When the call was to be made, in the engine's time. */
  readonly wantedAtMs: number;
  /** The token's high word of its first message. */
  readonly high: number;
}

export interface SendLineParts {
  readonly queue: SimQueue;
  readonly gate: Gate;
  readonly timeline: Timeline;
  readonly agenda: Agenda;
  /** Of one caller. */
  readonly pauses: Pauses;
}

export class SendLine {
  readonly #parts: SendLineParts;
  readonly #sender: LineSender;
  readonly #ring = new Ring();
  /** Messages of the call that is being put together: four numbers each. */
  readonly #next: number[] = [];
  /** Messages that are not sent yet. */
  unsent = 0;

  constructor(parts: SendLineParts, sender: LineSender) {
    this.#parts = parts;
    this.#sender = sender;
  }

  /** One more message of the next call. */
  addFifo(low: number, high: number, group: number, number: number): void {
    this.#next.push(low, high, group, number);
  }

  /** The call with what was added; whether it was let through at once. */
  call(tag: number): boolean {
    const ring = this.#ring;
    const isFirst = ring.length === 0;
    const count = this.#next.length / MESSAGE;
    ring.push(count);
    ring.push(tag);
    ring.push(this.#parts.timeline.nowMs);
    for (const value of this.#next) ring.push(value);
    this.#next.length = 0;
    this.unsent += count;
    if (isFirst) this.#flush();
    return ring.length === 0;
  }

  /** Calls with such tags are made all the same, but nobody wants to know: their tag is `to` now. */
  retag(isMeant: (tag: number) => boolean, to: number): void {
    const ring = this.#ring;
    for (let at = 0; at < ring.length; at += HEAD + MESSAGE * ring.at(at)) {
      if (isMeant(ring.at(at + TAG))) ring.set(at + TAG, to);
    }
  }

  #flush(): void {
    const { gate, pauses, agenda, timeline } = this.#parts;
    const ring = this.#ring;
    while (ring.length > 0) {
      const whole = ring.at(0);
      const count = Math.min(whole, this.#sender.most);
      // The run is over.
      if (count <= 0) return;
      this.#putGroups(count);
      if (!gate.maySend(count)) {
        agenda.at(timeline.nowMs + pauses.next(0), () => this.#flush());
        return;
      }
      pauses.end(0);
      const call = this.#send(count);
      ring.drop(HEAD + MESSAGE * whole);
      this.unsent -= count;
      this.#sender.onSent(call);
    }
  }

  #putGroups(count: number): void {
    const { traffic } = this.#parts.queue;
    for (let index = 0; index < count; index++) {
      traffic.putGroup(index, this.#ring.at(HEAD + MESSAGE * index + GROUP));
    }
  }

  #send(count: number): SentCall {
    const { queue, timeline } = this.#parts;
    const ring = this.#ring;
    let bytes = 0;
    queue.touch();
    for (let index = 0; index < count; index++) {
      const at = HEAD + MESSAGE * index;
      const low = ring.at(at + LOW);
      bytes += bodyBytesOf(low);
      queue.traffic.addFifo(low, ring.at(at + HIGH), ring.at(at + GROUP), ring.at(at + NUMBER));
    }
    const [tag, wantedAtMs, high] = [ring.at(TAG), ring.at(WANTED_AT), ring.at(HEAD + HIGH)];
    const duplicates = sendCall(queue, timeline.nowMs, count, bytes);
    return { tag, count, duplicates, wantedAtMs, high };
  }
}
