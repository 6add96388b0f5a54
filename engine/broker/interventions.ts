/**
 * What tests may do to a broker besides using it: stand in for the verbs of its queues, let messages come
 * back, expire or become dead letters before their time, and move its clock. One a broker and thread,
 * given by `Interventions.of`; its user is engine/testing. Where nobody asks for it, nothing here is run
 * and no call costs more. Where a journal has to read first, who changes something waits for it. Own thread only.
 */
import { type QueueHandle, type Receipt, STATUS_FULL } from "../../bindings/index.ts";
import { type Cancel, VirtualClock } from "../clock.ts";
import { noSuchQueue } from "../errors.ts";
import type { Message, PeekedMessage, PeekOptions, PeekPage, Queue, SyncQueue } from "../types.ts";
import { engineSettings } from "./catalogue/attributes.ts";
import type { Known } from "./catalogue/catalogue.ts";
import { findByArn } from "./catalogue/redrive.ts";
import { ReceivedMessage } from "./messages/message.ts";
import { look } from "./messages/peek.ts";
import type { QueueHost, Verbs } from "./messages/queueInternals.ts";
import { BrokerQueue } from "./queue.ts";
import type { Queues } from "./queues.ts";

export type { Receipt };

/** Stands in for a queue's verbs; what it does not have stays. */
export interface StandIn {
  readonly verbs: Partial<Verbs>;
  readonly sync: Partial<SyncQueue>;
}

/** Makes one for a queue, of which `verbs` and `sync` are what they were. */
export type MakeStandIn = (queue: Queue, verbs: Verbs, sync: SyncQueue) => StandIn;

/** Messages that one call of the engine takes. */
const PART = 10;
/** How long what is about to move is hidden: should this thread end before, it comes back then. */
const MOVE_HIDDEN_MS = 30_000;

const interventions = new WeakMap<object, Interventions>();

export class Interventions {
  readonly #host: QueueHost;
  readonly #queues: Queues;

  private constructor(host: QueueHost, queues: Queues) {
    this.#host = host;
    this.#queues = queues;
  }

  /** For a new broker, by its constructor. */
  static open(broker: object, host: QueueHost, queues: Queues): void {
    interventions.set(broker, new Interventions(host, queues));
  }

  /** Of a Broker of this thread. */
  static of(broker: object): Interventions {
    const found = interventions.get(broker);
    if (found === undefined) throw new TypeError("Interventions are in a Broker.");
    return found;
  }

  /** Throws BrokerClosed or OwnerGone. */
  check(): void {
    this.#host.member.check();
  }

  /** The broker's time. */
  nowMs(): number {
    return this.#host.member.nowMs();
  }

  /** The clock that this thread opened the broker with, where it can be told to move. */
  get clock(): VirtualClock | undefined {
    const { clock } = this.#host.member;
    return clock instanceof VirtualClock ? clock : undefined;
  }

  /** Calls once at a moment of the broker's time; keeps no process alive. */
  schedule(atMs: number, callback: () => void): Cancel {
    return this.#host.member.clock.schedule(atMs, callback);
  }

  /** All queues that there are, of all accounts. */
  all(): readonly Known[] {
    return this.#host.catalogue.all();
  }

  /** The queue that dead letters of this one go to. */
  deadLetterQueue(queue: Queue): Known | undefined {
    const { member, catalogue } = this.#host;
    const policy = this.#known(queue).details.attributes.redrivePolicy;
    return policy && findByArn(catalogue, member.settings.region, policy.deadLetterTargetArn);
  }

  /**
   * Has another object stand in for the verbs of each queue, in this thread, whether its object was given
   * out before or is later; until the answer is called. One at a time.
   */
  standIn(make: MakeStandIn): Cancel {
    const cancels: Cancel[] = [];
    const one = (queue: BrokerQueue): void => {
      cancels.push(BrokerQueue.standIn(queue, (verbs, sync) => make(queue, verbs, sync)));
    };
    for (const queue of this.#queues.given()) one(queue);
    const stop = this.#queues.onGiven(one);
    return () => {
      stop();
      for (const cancel of cancels) cancel();
    };
  }

  /** A page of what is in the queue, as `queue.peek` has it, at once. */
  peek(queue: Queue, options: PeekOptions): PeekPage {
    return look(BrokerQueue.internalsOf(queue), this.#host.inbox, options);
  }

  /** By what the engine knows a message that was peeked. */
  placeOf(message: PeekedMessage): Receipt {
    return ReceivedMessage.placeOf(message);
  }

  /** Ends all that is in all queues, whenever that was last done. */
  async empty(): Promise<void> {
    const { member, reclaim } = this.#host;
    for (const known of this.all()) {
      await this.#ofQueue(known, () => member.engine.cut(known, member.nowMs()));
      reclaim(known.number);
    }
  }

  /** The id of the message of a receive of this queue; undefined for what is no receipt handle of it. */
  messageIdOf(queue: Queue, handle: Message | string): string | undefined {
    const receipt = this.#receiptOf(queue, handle);
    return receipt && this.#host.member.messageId(receipt.birthLow, receipt.birthHigh);
  }

  /** What of these is hidden is visible again, now; how many. */
  endVisibility(queue: Queue, receipts: readonly Receipt[]): Promise<number> {
    return this.#hide(queue, receipts, 0);
  }

  /**
   * These become dead letters, as if they had been received too often: what is in flight, and of a
   * Standard queue what is visible. How many.
   */
  async deadLetter(queue: Queue, receipts: readonly Receipt[]): Promise<number> {
    const { member, waiting } = this.#host;
    const { moves } = member.engine;
    const { queue: handle, isFifo } = BrokerQueue.internalsOf(queue);
    if (!isFifo) await this.#hide(queue, receipts, MOVE_HIDDEN_MS);
    let moved = 0;
    await this.#inParts(queue, receipts, (count) => {
      // What departs must be in the log before.
      moved += moves.exhaustHeld(handle, count, member.nowMs());
      return moves.heldBack > 0 ? STATUS_FULL : 0;
    });
    waiting.look(handle.number);
    return moved;
  }

  /**
   * All that is visible becomes dead letters; how many did, and how many are in flight for a moment because the
   * journal had to read first: it has by now.
   */
  async deadLetterVisible(queue: Queue): Promise<{ moved: number; heldBack: number }> {
    const { member, acknowledgements } = this.#host;
    const { moves } = member.engine;
    const { queue: handle } = BrokerQueue.internalsOf(queue);
    let moved = 0;
    let heldBack = 0;
    let stay = 0;
    const exhaust = (): number => {
      const some = moves.exhaust(handle, PART, member.nowMs());
      stay = moves.heldBack;
      return some;
    };
    for (;;) {
      const some = await this.#whenRoom(queue, exhaust);
      if (some + stay === 0) break;
      moved += some;
      heldBack += stay;
    }
    if (heldBack > 0) await acknowledgements.room(handle.number);
    return { moved, heldBack };
  }

  /** The retention of all that is in the queue ends now; how many messages that ended. */
  async endRetention(queue: Queue): Promise<number> {
    const { member, acknowledgements } = this.#host;
    const { effects } = member.engine;
    const { queue: handle } = BrokerQueue.internalsOf(queue);
    const before = this.#held(queue);
    this.#retain(queue, 0);
    try {
      while (this.#advance(handle, queue.name) > 0) {
        if (effects.isRefused(handle.number)) await acknowledgements.room(handle.number);
        member.check();
      }
    } finally {
      this.#retain(queue, undefined);
    }
    member.engine.wakeAll(handle.number);
    return before - this.#held(queue);
  }

  #held(queue: Queue): number {
    const { visible, inFlight, delayed } = queue.counts();
    return visible + inFlight + delayed;
  }

  #advance(handle: QueueHandle, name: string): number {
    const { member } = this.#host;
    const status = member.engine.advance(handle, member.nowMs());
    if (status < 0) throw member.failure(status, name);
    return status;
  }

  /** What the engine takes for the queue's retention; its attributes stay as they are. */
  #retain(queue: Queue, retentionMs: number | undefined): void {
    const { member, catalogue } = this.#host;
    const { queue: handle, name } = BrokerQueue.internalsOf(queue);
    catalogue.change(handle, name, (known) => {
      const settings = engineSettings(known.details.attributes, member.settings, catalogue);
      return {
        entry: known,
        settings: { ...settings, ...(retentionMs !== undefined && { retentionMs }) },
      };
    });
  }

  async #hide(queue: Queue, receipts: readonly Receipt[], visibilityMs: number): Promise<number> {
    const { member, waiting } = this.#host;
    const { queue: handle, isFifo } = BrokerQueue.internalsOf(queue);
    const { engine } = member;
    const hidden = await this.#inParts(queue, receipts, (count) => {
      for (let record = 0; record < count; record++) {
        engine.receipts.putVisibility(record, visibilityMs);
        if (!isFifo) engine.receipts.putAnyReceive(record);
      }
      return engine.hide(handle, count, member.nowMs());
    });
    waiting.look(handle.number);
    return hidden;
  }

  async #inParts(
    queue: Queue,
    receipts: readonly Receipt[],
    run: (count: number) => number,
  ): Promise<number> {
    const { member } = this.#host;
    let applied = 0;
    for (let from = 0; from < receipts.length; from += PART) {
      const part = receipts.slice(from, from + PART);
      applied += await this.#whenRoom(queue, () => {
        for (const [record, receipt] of part.entries()) member.engine.receipts.put(record, receipt);
        return run(part.length);
      });
    }
    return applied;
  }

  #whenRoom(queue: Queue, run: () => number): Promise<number> {
    const { queue: handle } = BrokerQueue.internalsOf(queue);
    return this.#ofQueue({ ...handle, name: queue.name }, run);
  }

  /** What `run` answers when it is not STATUS_FULL: then the journal has to read the queue's ring first. */
  async #ofQueue(
    { number, name }: Pick<Known, "number" | "name">,
    run: () => number,
  ): Promise<number> {
    const { member, acknowledgements } = this.#host;
    for (let status = run(); ; status = run()) {
      if (status >= 0) return status;
      // Without a journal it is memory that is full.
      if (status !== STATUS_FULL || acknowledgements.isIdle) throw member.failure(status, name);
      await acknowledgements.room(number);
      member.check();
    }
  }

  #receiptOf(queue: Queue, handle: Message | string): Receipt | undefined {
    const { member, queue: own } = BrokerQueue.internalsOf(queue);
    const receipt =
      ReceivedMessage.receiptOf(handle) ??
      member.engine.receipts.read(
        typeof handle === "string" ? handle : String(handle?.receiptHandle),
      );
    return receipt?.incarnation === own.incarnation ? receipt : undefined;
  }

  #known(queue: Queue): Known {
    const { queue: handle, name } = BrokerQueue.internalsOf(queue);
    const known = this.#host.catalogue.at(handle);
    if (known === undefined) throw noSuchQueue(name);
    return known;
  }
}
