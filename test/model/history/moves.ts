/**
 * Moves between queues, one section at a time, each recorded as test/model/history/sections.ts does. What a
 * claim set aside lies in the thread's record until the next claim.
 */
import * as layout from "../../../assembly/layout.ts";
import { ADMIT, ARRIVE, DEPART, TAKE } from "./operations.ts";
import type { Aside, QueueNumbers, Sections } from "./sections.ts";

export class Moves {
  readonly #sections: Sections;

  constructor(sections: Sections) {
    this.#sections = sections;
  }

  /** Claims up to ten messages in order to move them. */
  take({ queue, incarnation }: QueueNumbers, most: number, now: number): Aside[] {
    const status = this.#sections.engine.sectionTake(
      this.#sections.thread,
      queue,
      incarnation,
      most,
      now,
    );
    const aside = this.#sections.aside();
    const dropped = this.#sections.out(layout.THREAD_OUT_DROPPED);
    this.#sections.note(queue, TAKE, now, {
      status: status < 0 ? status : aside.length + dropped,
      first: most,
      second: 30_000,
      items: aside.flatMap(({ sequence }) => [sequence, -1]),
    });
    return aside;
  }

  /** What was set aside leaves for another queue; the slots that did. `flags` as in a state word. */
  depart(from: QueueNumbers, to: QueueNumbers, flags: number, now: number): number[] {
    const asked = this.#sections.aside();
    const { thread } = this.#sections;
    const { queue, incarnation } = from;
    const target = [to.queue, to.incarnation] as const;
    const status = this.#sections.engine.sectionDepart(
      thread,
      queue,
      incarnation,
      flags,
      ...target,
      now,
    );
    const items = asked.flatMap(({ sequence, slot }, index) => [
      sequence,
      slot,
      this.#sections.out(layout.THREAD_OUT_SLOTS + index * 4) === slot ? 1 : 0,
    ]);
    this.#sections.note(queue, DEPART, now, { status, first: flags, second: incarnation, items });
    return asked.flatMap(({ slot }, index) => (items[index * 3 + 2] === 1 ? [slot] : []));
  }

  /** What departed for `target` arrives there, or, the target gone, in `to`; false: gone. */
  arrive(
    target: QueueNumbers,
    to: QueueNumbers,
    departed: readonly number[],
    now: number,
  ): boolean {
    const { thread } = this.#sections;
    const status = this.#sections.engine.sectionArrive(
      ...([thread, target.queue, target.incarnation, to.queue, to.incarnation, now] as const),
    );
    const isBack = target.queue === to.queue && target.incarnation === to.incarnation ? 0 : 1;
    const items = departed.slice(0, Math.max(status, 0)).flatMap((slot) => [slot, isBack]);
    this.#sections.note(to.queue, ARRIVE, now, { status, items });
    return status >= 0;
  }

  /** Lets in what arrived; false when nothing did, or memory is full. */
  admit({ queue }: QueueNumbers, now: number): boolean {
    const count = this.#sections.engine.sectionAdmit(this.#sections.thread, queue, now);
    if (count <= 0) return false;
    this.#sections.note(queue, ADMIT, now, {
      status: count,
      items: this.#sections.sequences(count),
    });
    return true;
  }

  /** When and from which queue (its incarnation) the message in this slot says it came. */
  origin(slot: number): { sentAtMs: number; source: number } {
    const at = this.#sections.header(layout.HEADER_SLOTS_BASE) + slot * layout.SLOT_BYTES;
    return {
      sentAtMs: this.#sections.doubles[(at + layout.SLOT_SENT_AT) >> 3] as number,
      source: this.#sections.words[(at + layout.SLOT_SOURCE) >> 2] as number,
    };
  }
}
