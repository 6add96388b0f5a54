/**
 * A Standard queue as plain arrays: what every section of the engine must answer, exactly. It
 * shares no code and no idea with the engine but the rules: arrival order in one array, entries of
 * what is ready in another, a map of messages. `apply` replays one recorded operation and throws
 * where the record differs from what the arrays say.
 */
import { Line } from "../history/line.ts";
import {
  ADMIT,
  ARRIVE,
  CLAIM,
  COMMIT,
  CUT,
  DEPART,
  EXPIRE,
  HIDE,
  LIMIT,
  NAMES,
  type Operation,
  REMOVE,
  RETAIN,
  SWEEP,
  TAKE,
} from "../history/operations.ts";

const APPLIED = 1;
const STALE = 2;
const GONE = 3;
const TOO_LONG = 4;
const STEPS = 10;
/** As a receipt's count: of whichever receive. */
const ANY = 0;
const TWELVE_HOURS_MS = 43_200_000;

/** Flags of a move. */
const FRESH = 0x20;
const RETURN = 0x40;

type State = "delayed" | "ready" | "inFlight" | "dead";

export interface Modelled {
  readonly sequence: number;
  readonly sentAtMs: number;
  /** Its receive count when it came into this queue. */
  readonly base: number;
  /** The incarnation of the queue it came from; 0: it was sent here. */
  readonly source: number;
  state: State;
  dueMs: number;
  count: number;
  lastReceiveMs: number;
  /** An entry of it is among the ready. */
  hasEntry: boolean;
}

/** A message between two queues. */
interface Moving {
  readonly message: Modelled;
  readonly flags: number;
  readonly from: number;
}

/** Messages between queues, by slot: all models of a broker share one. */
export type Transit = Map<number, Moving>;

export class Model {
  readonly messages = new Map<number, Modelled>();
  readonly #arrivals = new Line();
  readonly #entries = new Line();
  readonly #transit: Transit;
  readonly #moving: Moving[] = [];
  readonly #delayMs: number;
  #receivesMax = Number.POSITIVE_INFINITY;
  #retentionMs: number;
  #sequence = 0;
  #operation = 0;
  #nowMs = Number.NEGATIVE_INFINITY;
  #purged = 0;
  /** Becoming visible again after a receive, counted for the report. */
  redeliveries = 0;
  /** Deletes by the receipt of an earlier receive, for the report. */
  older = 0;

  constructor(options: {
    retentionMs: number;
    delayMs: number;
    operation?: number;
    sequence?: number;
    transit?: Transit;
  }) {
    this.#transit = options.transit ?? new Map();
    this.#retentionMs = options.retentionMs;
    this.#delayMs = options.delayMs;
    this.#operation = options.operation ?? 0;
    this.#sequence = options.sequence ?? 0;
    this.#purged = this.#sequence;
  }

  apply(operation: Operation): void {
    if (operation.kind === RETAIN) {
      this.#retentionMs = operation.first;
      return;
    }
    if (operation.kind === LIMIT) {
      this.#receivesMax = operation.first;
      return;
    }
    this.#operation++;
    this.#same(operation, "operation number", operation.operation, this.#operation);
    this.#nowMs = Math.max(this.#nowMs, operation.now);
    if (operation.status < 0) return;
    switch (operation.kind) {
      case COMMIT:
        this.#commit(operation);
        break;
      case CLAIM:
        this.#claim(operation, this.#receivesMax);
        break;
      case TAKE:
        this.#claim(operation, 0);
        break;
      case DEPART:
        this.#depart(operation);
        break;
      case ARRIVE:
        this.#arrive(operation);
        break;
      case ADMIT:
        this.#admit(operation);
        break;
      case REMOVE:
        this.#remove(operation);
        break;
      case HIDE:
        this.#hide(operation);
        break;
      case EXPIRE:
        this.#expire(operation);
        break;
      case SWEEP:
        this.#sweep(operation);
        break;
      case CUT:
        this.#cut();
        break;
      default:
        throw new Error(`no such operation: ${operation.kind}`);
    }
  }

  /** Visible, in flight, delayed. */
  counts(): { visible: number; inFlight: number; delayed: number } {
    const counts = { visible: 0, inFlight: 0, delayed: 0 };
    for (const message of this.messages.values()) {
      if (message.sequence <= this.#purged) continue;
      if (message.state === "ready") counts.visible++;
      if (message.state === "inFlight") counts.inFlight++;
      if (message.state === "delayed") counts.delayed++;
    }
    return counts;
  }

  /** How many have arrived and not been let in. */
  get arrived(): number {
    return this.#moving.length;
  }

  /** Timers that ought to have fired by now; the engine says that nothing is due. */
  overdue(nowMs: number): number[] {
    const late: number[] = [];
    for (const message of this.messages.values()) {
      const waits = message.state === "inFlight" || message.state === "delayed";
      if (waits && message.sequence > this.#purged && message.dueMs <= nowMs) {
        late.push(message.sequence);
      }
    }
    return late;
  }

  /** Whether the oldest message ought to have been swept. */
  isPastDue(nowMs: number): boolean {
    const first = this.#oldest();
    return first !== undefined && this.#isPast(first, nowMs);
  }

  #oldest(): Modelled | undefined {
    for (;;) {
      const sequence = this.#arrivals.first;
      if (sequence === undefined) return undefined;
      const message = this.messages.get(sequence);
      if (message !== undefined) return message;
      this.#arrivals.shift();
    }
  }

  #same(operation: Operation, what: string, engine: unknown, model: unknown): void {
    if (Object.is(engine, model)) return;
    throw new Error(
      `operation ${operation.operation} (${NAMES[operation.kind]}): ${what}: ` +
        `the engine says ${String(engine)}, the model ${String(model)}`,
    );
  }

  #isExpired(message: Modelled, nowMs: number): boolean {
    return message.sentAtMs + this.#retentionMs <= nowMs;
  }

  #isPast(message: Modelled, nowMs: number): boolean {
    return (
      message.state === "dead" ||
      message.sequence <= this.#purged ||
      this.#isExpired(message, nowMs)
    );
  }

  #becomeReady(message: Modelled): void {
    message.state = "ready";
    if (message.hasEntry) return;
    message.hasEntry = true;
    this.#entries.push(message.sequence);
  }

  #commit(operation: Operation): void {
    for (let at = 0; at < operation.items.length; at += 2) {
      const delayMs = operation.items[at + 1] as number;
      const waitMs = delayMs < 0 ? this.#delayMs : delayMs;
      const sequence = ++this.#sequence;
      this.#same(operation, "sequence", operation.items[at], sequence);
      const message: Modelled = {
        sequence,
        sentAtMs: this.#nowMs,
        base: 0,
        source: 0,
        state: "delayed",
        dueMs: this.#nowMs + waitMs,
        count: 0,
        lastReceiveMs: 0,
        hasEntry: false,
      };
      this.messages.set(sequence, message);
      this.#arrivals.push(sequence);
      if (waitMs <= 0) this.#becomeReady(message);
    }
  }

  #claim(operation: Operation, receivesMax: number): void {
    const claimed: number[] = [];
    const aside: number[] = [];
    let dropped = 0;
    for (let step = 0; step < operation.first; step++) {
      const sequence = this.#entries.shift();
      if (sequence === undefined) break;
      const message = this.messages.get(sequence);
      if (message !== undefined) message.hasEntry = false;
      if (message === undefined || message.state !== "ready") dropped++;
      else if (this.#isExpired(message, this.#nowMs)) {
        message.state = "dead";
        dropped++;
      } else if (this.#take(message, operation.second, receivesMax)) {
        claimed.push(sequence, message.count);
      } else aside.push(sequence, -1);
    }
    claimed.push(...aside);
    this.#same(operation, "claimed", operation.items.join(), claimed.join());
    this.#same(operation, "dropped", operation.status - claimed.length / 2, dropped);
  }

  /** In flight from now on; false: received too often, and set aside. */
  #take(message: Modelled, visibilityMs: number, receivesMax: number): boolean {
    message.state = "inFlight";
    message.dueMs = this.#nowMs + visibilityMs;
    if (message.count - message.base >= receivesMax) return false;
    if (message.count > 0) this.redeliveries++;
    message.count++;
    message.lastReceiveMs = this.#nowMs;
    return true;
  }

  #depart(operation: Operation): void {
    for (let at = 0; at < operation.items.length; at += 3) {
      const [sequence, slot, left] = operation.items.slice(at, at + 3) as [number, number, number];
      const message = this.messages.get(sequence);
      const leaves = message?.state === "inFlight" && sequence > this.#purged;
      this.#same(operation, `${sequence} leaves`, left, leaves ? 1 : 0);
      if (message === undefined || !leaves) continue;
      this.messages.delete(sequence);
      this.#transit.set(slot, { message, flags: operation.first, from: operation.second });
    }
  }

  #arrive(operation: Operation): void {
    for (let at = 0; at < operation.items.length; at += 2) {
      const [slot, isBack] = operation.items.slice(at, at + 2) as [number, number];
      const moving = this.#transit.get(slot);
      this.#same(operation, `slot ${slot} was between queues`, true, moving !== undefined);
      if (moving === undefined) continue;
      this.#transit.delete(slot);
      this.#moving.push(isBack === 1 ? { ...moving, flags: RETURN } : moving);
    }
  }

  #admit(operation: Operation): void {
    for (const admitted of operation.items) {
      const moving = this.#moving.shift();
      this.#same(operation, "somebody had arrived", true, moving !== undefined);
      if (moving === undefined) continue;
      const { message, flags, from } = moving;
      const sequence = ++this.#sequence;
      this.#same(operation, "sequence", admitted, sequence);
      const one: Modelled = { ...message, sequence, hasEntry: false };
      const isFresh = (flags & FRESH) !== 0;
      const fresh = { sentAtMs: this.#nowMs, base: 0, source: 0, count: 0, lastReceiveMs: 0 };
      const letter = { base: message.count, source: from };
      Object.assign(one, isFresh ? fresh : (flags & RETURN) === 0 ? letter : {});
      this.messages.set(sequence, one);
      this.#arrivals.push(sequence);
      this.#becomeReady(one);
    }
  }

  /** The message of this sequence, while a receipt can still name it. */
  #find(sequence: number): Modelled | undefined {
    const message = this.messages.get(sequence);
    return message === undefined || this.#isPast(message, this.#nowMs) ? undefined : message;
  }

  #remove(operation: Operation): void {
    for (let at = 0; at < operation.items.length; at += 3) {
      const [sequence, count, result] = operation.items.slice(at, at + 3) as [
        number,
        number,
        number,
      ];
      const found = this.#find(sequence);
      const expected = found === undefined ? GONE : APPLIED;
      this.#same(operation, `result of ${sequence}`, result, expected);
      if (found === undefined) continue;
      if (found.count !== count) this.older++;
      this.messages.delete(sequence);
    }
  }

  #hide(operation: Operation): void {
    for (let at = 0; at < operation.items.length; at += 5) {
      const [sequence, count, visibilityMs, knownMs, result] = operation.items.slice(
        at,
        at + 5,
      ) as [...[number, number, number, number, number]];
      const found = this.#find(sequence);
      const expected = this.#hideOne(found, count, visibilityMs, knownMs);
      this.#same(operation, `result of ${sequence}`, result, expected);
    }
  }

  #hideOne(found: Modelled | undefined, count: number, visibilityMs: number, knownMs: number) {
    if (found === undefined) return GONE;
    if (count !== ANY && count !== found.count) return STALE;
    const isLeft = found.state === "inFlight" && found.dueMs === knownMs;
    if (!Number.isNaN(knownMs) && !isLeft) return STALE;
    if (this.#nowMs + visibilityMs > found.lastReceiveMs + TWELVE_HOURS_MS) return TOO_LONG;
    if (visibilityMs > 0) {
      found.state = "inFlight";
      found.dueMs = this.#nowMs + visibilityMs;
    } else if (found.state === "inFlight") {
      this.#becomeReady(found);
    }
    return APPLIED;
  }

  /** In which order timers of one moment fire is the wheel's; that they were due is checked. */
  #expire(operation: Operation): void {
    for (const sequence of operation.items) {
      const message = this.messages.get(sequence);
      const waits = message?.state === "inFlight" || message?.state === "delayed";
      this.#same(operation, `${sequence} was waiting`, true, waits);
      if (message === undefined) continue;
      this.#same(operation, `${sequence} was due`, true, message.dueMs <= this.#nowMs);
      this.#same(operation, `${sequence} was purged`, false, sequence <= this.#purged);
      this.#becomeReady(message);
    }
  }

  #sweep(operation: Operation): void {
    const swept: number[] = [];
    while (swept.length < STEPS) {
      const message = this.#oldest();
      if (message === undefined || !this.#isPast(message, this.#nowMs)) break;
      swept.push(message.sequence);
      this.messages.delete(message.sequence);
    }
    this.#same(operation, "swept", operation.items.join(), swept.join());
  }

  #cut(): void {
    this.#purged = this.#sequence;
    this.#entries.clear();
  }
}
