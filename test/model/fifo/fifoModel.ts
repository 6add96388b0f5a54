/**
 * A FIFO queue as plain arrays: what every section of the engine must answer, exactly. It shares no
 * code and no idea with the engine but the rules: an array of messages a group, an array of ready
 * groups, a map of ids with the moment each was first accepted, a map of receive attempts. `apply`
 * replays one recorded operation and throws where the record differs from what the arrays say.
 */

import {
  ATTEMPT,
  CLAIM,
  CLAIM_ATTEMPT,
  CLAIM_ON,
  COMMIT_FIFO,
  CUT,
  DELAY,
  EXPIRE,
  HIDE,
  NAMES,
  type Operation,
  RELEASE,
  REMOVE,
  RETAIN,
  SCOPE,
  SWEEP,
} from "../history/operations.ts";
import { type Group, Groups, type Message, type Rest } from "./fifoGroups.ts";

const APPLIED = 1;
const STALE = 2;
const GONE = 3;
const TOO_LONG = 4;
const EXPIRED = 5;
const NO_LONGER_VALID = -3;
const STEPS = 10;
const TWELVE_HOURS_MS = 43_200_000;
const FIVE_MINUTES_MS = 300_000;

interface Original {
  readonly sequence: number;
  readonly birth: number;
  readonly atMs: number;
}

interface Attempt {
  readonly atMs: number;
  dueMs: number;
  messages: { sequence: number; count: number }[];
}

export interface FifoModelOptions {
  retentionMs: number;
  delayMs: number;
  isGroupScope: boolean;
}

export class FifoModel {
  readonly #messages = new Map<number, Message>();
  readonly #groups = new Groups();
  readonly #originals = new Map<string, Original>();
  readonly #attempts = new Map<number, Attempt>();
  readonly #settings: FifoModelOptions;
  /** In the order they were sent, those that the queue's delay holds. */
  #delayed: Message[] = [];
  #sequence = 0;
  #operation = 0;
  #nowMs = Number.NEGATIVE_INFINITY;
  #purged = 0;
  /** What happened, for the report. */
  readonly seen = {
    ...{ redeliveries: 0, duplicates: 0, repeats: 0, invalid: 0, expired: 0 },
    ...{ deepest: 0, goneOn: 0 },
  };

  constructor(options: FifoModelOptions) {
    this.#settings = { ...options };
  }

  apply(operation: Operation): void {
    if (operation.kind === RETAIN) this.#settings.retentionMs = operation.first;
    else if (operation.kind === DELAY) this.#settings.delayMs = operation.first;
    else if (operation.kind === SCOPE) this.#settings.isGroupScope = operation.first === 1;
    else this.#section(operation);
  }

  #section(operation: Operation): void {
    this.#operation++;
    this.#same(operation, "operation number", operation.operation, this.#operation);
    this.#same(operation, "time goes on", operation.now >= this.#nowMs, true);
    this.#nowMs = operation.now;
    if (operation.kind === ATTEMPT) this.#attempt(operation);
    else if (operation.status < 0) return;
    else if (operation.kind === COMMIT_FIFO) this.#commit(operation);
    else if (operation.kind === CLAIM) this.#claim(operation);
    else if (operation.kind === CLAIM_ON) this.#claimOn(operation);
    else if (operation.kind === CLAIM_ATTEMPT) this.#claimAttempt(operation);
    else if (operation.kind === REMOVE) this.#remove(operation);
    else if (operation.kind === HIDE) this.#hide(operation);
    else if (operation.kind === EXPIRE) this.#expire(operation);
    else if (operation.kind === RELEASE) this.#release(operation);
    else if (operation.kind === SWEEP) this.#sweep(operation);
    else if (operation.kind === CUT) this.#cut();
    else throw new Error(`no such operation: ${operation.kind}`);
  }

  /** Visible, in flight, delayed; groups with a message in flight. */
  counts(): { visible: number; inFlight: number; delayed: number; groups: number } {
    const counts = { visible: 0, inFlight: 0, delayed: 0, groups: 0 };
    for (const { chain } of this.#groups.all()) {
      for (const { state } of chain) {
        if (state === "ready") counts.visible++;
        if (state === "inFlight") counts.inFlight++;
        if (state === "delayed") counts.delayed++;
      }
      if (chain.some(({ state }) => state === "inFlight")) counts.groups++;
    }
    return counts;
  }

  /** Ids and attempts that must still be known. */
  remembered(nowMs: number): { ids: number; attempts: number } {
    const isKnown = ({ atMs }: { atMs: number }) => atMs + FIVE_MINUTES_MS > nowMs;
    const ids = [...this.#originals.values()].filter(
      (original) => isKnown(original) && original.sequence > this.#purged,
    );
    return { ids: ids.length, attempts: [...this.#attempts.values()].filter(isKnown).length };
  }

  /** What ought to have happened by now; the engine says that nothing is due. */
  overdue(nowMs: number): number[] {
    const late: number[] = [];
    for (const message of this.#messages.values()) {
      if (this.#isPast(message, nowMs)) late.push(message.sequence);
      if (message.state === "inFlight" && message.dueMs <= nowMs) late.push(message.sequence);
      const isHeld = message.sentAtMs + this.#settings.delayMs > nowMs;
      if (message.state === "delayed" && !isHeld) late.push(message.sequence);
    }
    return late;
  }

  /** The indexes were made again. */
  rebuilt(): void {
    this.#groups.sort();
  }

  #same(operation: Operation, what: string, engine: unknown, model: unknown): void {
    if (Object.is(engine, model)) return;
    throw new Error(
      `operation ${operation.operation} (${NAMES[operation.kind]}): ${what}: ` +
        `the engine says ${String(engine)}, the model ${String(model)}`,
    );
  }

  #isPast(message: Message, nowMs: number): boolean {
    return (
      message.state === "dead" ||
      message.sequence <= this.#purged ||
      message.sentAtMs + this.#settings.retentionMs <= nowMs
    );
  }

  #takeOut(message: Message): void {
    const { group } = message;
    this.#messages.delete(message.sequence);
    if (group === undefined) return;
    group.chain.splice(group.chain.indexOf(message), 1);
    message.group = undefined;
    // A purge ended the group; a new one may go by its name.
    if (message.sequence > this.#purged) this.#groups.settle(group);
  }

  // --- Sending -------------------------------------------------------------------------------

  #commit(operation: Operation): void {
    const waits = this.#settings.delayMs > 0 || this.#delayed.length > 0;
    for (let at = 0; at < operation.items.length; at += 4) {
      const [name, id, sequence, birth] = operation.items.slice(at, at + 4) as [
        ...[number, number, number, number],
      ];
      const key = this.#settings.isGroupScope ? `${name}/${id}` : `${id}`;
      const original = this.#originals.get(key);
      const isKnown =
        original !== undefined &&
        original.sequence > this.#purged &&
        original.atMs + FIVE_MINUTES_MS > this.#nowMs;
      if (id >= 0 && isKnown) {
        this.seen.duplicates++;
        this.#same(operation, `the original of ${id}`, sequence, original.sequence);
        this.#same(operation, `the birth of ${id}`, birth, original.birth);
        continue;
      }
      this.#same(operation, "sequence", sequence, ++this.#sequence);
      this.#enter(name, sequence, birth, waits);
      if (id >= 0) this.#originals.set(key, { sequence, birth, atMs: this.#nowMs });
    }
  }

  #enter(name: number, sequence: number, birth: number, waits: boolean): void {
    const group = this.#groups.of(name);
    const message: Message = {
      sequence,
      sentAtMs: this.#nowMs,
      birth,
      group,
      state: waits ? "delayed" : "ready",
      dueMs: Number.NaN,
      count: 0,
      lastReceiveMs: 0,
    };
    this.#messages.set(sequence, message);
    if (waits) this.#delayed.push(message);
    group.chain.push(message);
    this.seen.deepest = Math.max(this.seen.deepest, group.chain.length);
    this.#groups.settle(group);
  }

  // --- Receiving -----------------------------------------------------------------------------

  #claimOn(operation: Operation): void {
    const [sequence = 0, count] = operation.items;
    const last = sequence > this.#purged ? this.#messages.get(sequence) : undefined;
    const rest = last && last.count === count ? this.#groups.rest(last) : undefined;
    if (rest !== undefined) this.seen.goneOn++;
    this.#claim(operation, 2, rest);
  }

  #claim(operation: Operation, before = 0, rest?: Rest): Message[] {
    const claimed: Message[] = [];
    let dropped = 0;
    let { group, place }: Rest = rest ?? { group: undefined, place: 0 };
    for (let step = 0; step < operation.first; step++) {
      if (group === undefined) [group, place] = [this.#groups.firstReady, 0];
      if (group === undefined) break;
      const message = group.chain[place] as Message;
      if (this.#isPast(message, this.#nowMs)) {
        message.state = "dead";
        message.group = undefined;
        group.chain.splice(place, 1);
        dropped++;
      } else {
        this.#deliver(message, operation.second);
        claimed.push(message);
        place++;
      }
      if (group.chain[place]?.state === "ready") continue;
      this.#groups.settle(group);
      group = undefined;
    }
    if (group !== undefined) this.#groups.settle(group);
    const items = claimed.flatMap(({ sequence, count }) => [sequence, count]);
    this.#same(operation, "claimed", operation.items.slice(before).join(), items.join());
    this.#same(operation, "dropped", operation.status - claimed.length, dropped);
    return claimed;
  }

  #deliver(message: Message, visibilityMs: number): void {
    if (message.count > 0) this.seen.redeliveries++;
    message.count++;
    message.state = "inFlight";
    message.dueMs = this.#nowMs + visibilityMs;
    message.lastReceiveMs = this.#nowMs;
  }

  #claimAttempt(operation: Operation): void {
    const claimed = this.#claim(operation, 2);
    if (claimed.length === 0) return;
    const name = operation.items[0] as number;
    const known = this.#knownAttempt(name);
    this.#attempts.set(name, {
      atMs: known?.atMs ?? this.#nowMs,
      dueMs: this.#nowMs + operation.second,
      messages: claimed.map(({ sequence, count }) => ({ sequence, count })),
    });
  }

  #knownAttempt(name: number): Attempt | undefined {
    const attempt = this.#attempts.get(name);
    return attempt !== undefined && attempt.atMs + FIVE_MINUTES_MS > this.#nowMs
      ? attempt
      : undefined;
  }

  /** Retried: the same messages, none as all were visible again, or no longer valid. */
  #attempt(operation: Operation): void {
    const attempt = this.#knownAttempt(operation.first);
    if (attempt === undefined) throw new Error(`nobody made attempt ${operation.first}`);
    const found = attempt.messages.map(({ sequence, count }) => {
      const message = this.#messages.get(sequence);
      const isSame =
        message !== undefined &&
        !this.#isPast(message, this.#nowMs) &&
        message.count === count &&
        message.dueMs === attempt.dueMs;
      return isSame ? message : undefined;
    });
    const isHeld = ({ state, dueMs }: Message) => state === "inFlight" && dueMs > this.#nowMs;
    const isValid = found.every((message) => message !== undefined);
    const isAll = isValid && found.every(isHeld);
    const status = isAll ? found.length : isValid ? 0 : NO_LONGER_VALID;
    this.#same(operation, "status", operation.status, status);
    if (!isValid) this.seen.invalid++;
    if (!isAll) return;
    this.seen.repeats++;
    attempt.dueMs = this.#nowMs + operation.second;
    for (const message of found) message.dueMs = attempt.dueMs;
    const items = attempt.messages.flatMap(({ sequence, count }) => [sequence, count]);
    this.#same(operation, "repeated", operation.items.join(), items.join());
  }

  // --- Receipts ------------------------------------------------------------------------------

  /** The message a receipt still names, or what the engine must answer instead. */
  #find(sequence: number, count: number): Message | number {
    const message = this.#messages.get(sequence);
    if (message === undefined || this.#isPast(message, this.#nowMs)) return GONE;
    if (message.count !== count) return STALE;
    if (message.state === "inFlight" && message.dueMs > this.#nowMs) return message;
    this.seen.expired++;
    return EXPIRED;
  }

  #remove(operation: Operation): void {
    for (let at = 0; at < operation.items.length; at += 3) {
      const [sequence, count, result] = operation.items.slice(at, at + 3) as [
        ...[number, number, number],
      ];
      const found = this.#find(sequence, count);
      const expected = typeof found === "number" ? found : APPLIED;
      this.#same(operation, `result of ${sequence}`, result, expected);
      if (typeof found !== "number") this.#takeOut(found);
    }
  }

  #hide(operation: Operation): void {
    for (let at = 0; at < operation.items.length; at += 5) {
      const [sequence, count, ms, knownMs, result] = operation.items.slice(at, at + 5) as [
        ...[number, number, number, number, number],
      ];
      const expected = this.#hideOne(this.#find(sequence, count), ms, knownMs);
      this.#same(operation, `result of ${sequence}`, result, expected);
    }
  }

  #hideOne(found: Message | number, visibilityMs: number, knownMs: number): number {
    if (typeof found === "number") return found;
    if (!Number.isNaN(knownMs) && found.dueMs !== knownMs) return STALE;
    if (this.#nowMs + visibilityMs > found.lastReceiveMs + TWELVE_HOURS_MS) return TOO_LONG;
    found.dueMs = this.#nowMs + visibilityMs;
    if (visibilityMs === 0) this.#appear(found);
    return APPLIED;
  }

  // --- Time ----------------------------------------------------------------------------------

  #appear(message: Message): void {
    message.state = "ready";
    this.#groups.settle(message.group as Group);
  }

  /** In which order timers of one moment fire is the wheel's; that they were due is checked. */
  #expire(operation: Operation): void {
    for (const sequence of operation.items) {
      const message = this.#messages.get(sequence);
      this.#same(operation, `${sequence} was in flight`, message?.state, "inFlight");
      this.#same(operation, `${sequence} was purged`, sequence <= this.#purged, false);
      if (message === undefined) continue;
      this.#same(operation, `${sequence} was due`, message.dueMs <= this.#nowMs, true);
      this.#appear(message);
    }
  }

  #release(operation: Operation): void {
    const released: number[] = [];
    for (let message = this.#delayed[0]; released.length < STEPS; message = this.#delayed[0]) {
      const { delayMs } = this.#settings;
      if (message === undefined || message.sentAtMs + delayMs > this.#nowMs) break;
      this.#delayed.shift();
      released.push(message.sequence);
      this.#appear(message);
    }
    this.#same(operation, "released", operation.items.join(), released.join());
  }

  #sweep(operation: Operation): void {
    const swept: number[] = [];
    for (const message of this.#messages.values()) {
      if (swept.length === STEPS || !this.#isPast(message, this.#nowMs)) break;
      swept.push(message.sequence);
      if (message === this.#delayed[0]) this.#delayed.shift();
      this.#takeOut(message);
    }
    this.#same(operation, "swept", operation.items.join(), swept.join());
  }

  #cut(): void {
    this.#purged = this.#sequence;
    this.#groups.clear();
    this.#delayed = [];
  }
}
