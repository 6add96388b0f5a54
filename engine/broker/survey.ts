/**
 * What a broker lets those see who count what happens in it: which queues there are, and what each has
 * done, without a call or an object a queue. One a broker and thread, given by `Survey.of`; its reader
 * is engine/metrics, once a second. Own thread only.
 */
import { READING, READINGS, type Readings } from "../../bindings/index.ts";
import type { Cancel } from "../clock.ts";
import type { Known } from "./catalogue/catalogue.ts";
import type { QueueHost } from "./messages/queueInternals.ts";

export { READING, READINGS };

/** A queue, as its reader tells it from others of its name and its number. */
export type Surveyed = Pick<Known, "account" | "name" | "number" | "incarnation">;

/** What is due of a queue happens in pieces; more of them wait for the next reading. */
const PIECES_MAX = 100;

const surveys = new WeakMap<object, Survey>();

export class Survey {
  readonly #host: QueueHost;
  #readings: Readings | undefined;

  private constructor(host: QueueHost) {
    this.#host = host;
  }

  /** For a new broker, by its constructor. */
  static open(broker: object, host: QueueHost): void {
    surveys.set(broker, new Survey(host));
  }

  /** Of a Broker of this thread. */
  static of(broker: object): Survey {
    const survey = surveys.get(broker);
    if (survey === undefined) throw new TypeError("A survey is of a Broker.");
    return survey;
  }

  /** False when the broker was closed, or the thread that opened it is gone. */
  get isOpen(): boolean {
    return this.#host.member.isOpen;
  }

  /** The broker's time. */
  nowMs(): number {
    return this.#host.member.nowMs();
  }

  /** The same moment as people are shown it, in milliseconds since 1970. */
  wallMs(nowMs: number): number {
    return nowMs + this.#host.member.wallShiftMs();
  }

  /** Calls once at a moment of the broker's time; keeps no process alive. */
  schedule(atMs: number, callback: () => void): Cancel {
    return this.#host.member.clock.schedule(atMs, callback);
  }

  /** Another number whenever a queue was made, changed or deleted. */
  get version(): number {
    return this.#host.member.engine.queues.catalogueVersion();
  }

  /** All queues that there are, of all accounts. */
  queues(): readonly Surveyed[] {
    return this.#host.catalogue.all();
  }

  isFifo(queue: number): boolean {
    return this.#host.member.engine.queues.isFifo(queue);
  }

  /**
   * What the last `read` found, by READING's places. Totals are since the queue was made; sizes since
   * they were last taken.
   */
  get row(): Float64Array {
    return this.#reader.row;
  }

  /**
   * Reads a queue, after all has happened that is due. False, and nothing is read, when it is no more
   * and its number is another queue's; one that is deleted may be read until then.
   */
  read(queue: Surveyed, nowMs: number): boolean {
    const { engine } = this.#host.member;
    const { number, incarnation } = queue;
    if (engine.queues.incarnation(number) !== incarnation) return false;
    const readings = this.#reader;
    const isDue = engine.queues.nextDueMs(number) <= nowMs || readings.expiresAtMs(number) <= nowMs;
    for (let pieces = isDue ? PIECES_MAX : 0; pieces > 0; pieces--) {
      if (engine.advance(queue, nowMs) <= 0) break;
    }
    readings.read(number);
    return true;
  }

  /** The size of the smallest message sent to the queue since this was last asked, in bytes; 0: none. */
  takeLeastBytes(queue: Surveyed): number {
    return this.#reader.takeLeastBytes(queue.number);
  }

  /** Likewise of the largest one. */
  takeGreatestBytes(queue: Surveyed): number {
    return this.#reader.takeGreatestBytes(queue.number);
  }

  get #reader(): Readings {
    this.#readings ??= this.#host.member.engine.queues.readings();
    return this.#readings;
  }
}
