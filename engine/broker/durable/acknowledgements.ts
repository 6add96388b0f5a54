/**
 * Calls of this thread that wait until what they did is durable. A call reads its queue's operation number
 * behind what it did in the engine and waits for that: so a duplicate waits for its original, and whoever
 * found something gone for its removal, whichever thread did those. Where nothing is kept on disk nothing waits,
 * and a call pays for one comparison.
 *
 * The journal is woken for so many calls at a time, or at the end of the event loop's turn: a program whose
 * calls go on when earlier ones are durable makes many of them at once, and those belong into one commit.
 *
 * When the journal can't go on, what was not durable by then rejects: it may be there after a restart,
 * or not. Own thread only. Waiting keeps the process alive.
 */
import { OWNER_CLOSED, OWNER_OPEN } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import type { Member } from "../threads/member.ts";
import type { Bell, Sleeper } from "../waiting/bell.ts";

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: SluiceError) => void;
}

/** Waits for a queue's operation number. */
interface Positioned extends Waiter {
  readonly operation: number;
}

/** Waits for something else that is published. */
interface Conditional extends Waiter {
  readonly isDone: () => boolean;
}

/** How far apart a timer's ends may be: it only keeps the process alive. */
const KEEP_ALIVE_MS = 2_147_483_647;
/** How long a thread blocks before it looks whether the opener lives: no event reaches it. */
const OWNER_LOOK_MS = 500;
/** How soon to look for room in a ring again where nobody says when there is some. */
const ROOM_MS = 10;
const ROOM_TRIES = 10;
/** So many calls are worth a commit of their own. */
const GROUP = 32;

function nothing(): void {}

export class Acknowledgements implements Sleeper {
  readonly #member: Member;
  readonly #durable: Member["engine"]["durable"];
  readonly #bell: Bell;
  /** By queue; within each in the order of their operations, which is mostly the one they came in. */
  readonly #lines = new Map<number, Positioned[]>();
  readonly #others = new Set<Conditional>();
  #keepAlive: NodeJS.Timeout | undefined;
  #onSettled: (() => void) | undefined;
  /** Flushes that are not answered: between two waits of theirs nobody is asleep. */
  #flushes = 0;
  /** How many calls wait since the journal was woken last. */
  #unsaid = 0;

  constructor(member: Member, bell: Bell) {
    this.#member = member;
    this.#durable = member.engine.durable;
    this.#bell = bell;
    bell.join(this);
  }

  get isAsleep(): boolean {
    return this.#lines.size + this.#others.size > 0;
  }

  /** True where nothing is kept, so that nobody ever waits. */
  get isIdle(): boolean {
    return !this.#durable.isKept;
  }

  /** Resolves when all that happened to the queue up to now is durable; undefined: it is. */
  of(queue: number): Promise<void> | undefined {
    const durable = this.#durable;
    if (!durable.isKept) return undefined;
    return this.#reaching(queue, durable.operation(queue));
  }

  /** Resolves when the moves are durable that brought messages into the Standard queue up to now; undefined: they are. */
  ofAdmitted(queue: number): Promise<void> | undefined {
    const durable = this.#durable;
    if (!durable.isKept) return undefined;
    const operation = durable.admitted(queue);
    return operation === 0 ? undefined : this.#reaching(queue, operation);
  }

  #reaching(queue: number, operation: number): Promise<void> | undefined {
    const durable = this.#durable;
    if (durable.isDurable(queue, operation)) return undefined;
    const seen = this.#bell.read();
    durable.note(queue);
    if (durable.isDurable(queue, operation)) return undefined;
    this.#wakeSoon();
    return new Promise((resolve, reject) => {
      const waiter: Positioned = { operation, resolve, reject };
      this.#lineUp(queue, waiter);
      this.#sleep(seen);
    });
  }

  #lineUp(queue: number, waiter: Positioned): void {
    const line = this.#lines.get(queue);
    if (line === undefined) {
      this.#lines.set(queue, [waiter]);
      return;
    }
    let at = line.length;
    while (at > 0 && (line[at - 1] as Positioned).operation > waiter.operation) at--;
    if (at === line.length) line.push(waiter);
    else line.splice(at, 0, waiter);
  }

  /** Resolves when all changes of queues, their making and deletion up to now are durable; undefined: they are. */
  ofCatalogue(): Promise<void> | undefined {
    const durable = this.#durable;
    if (!durable.isKept) return undefined;
    const version = durable.catalogueVersion;
    return this.#until(() => durable.isCatalogueDurable(version));
  }

  /** Resolves when all that any thread did up to now, in whatever queue, is on the disk. */
  async flush(): Promise<void> {
    if (!this.#durable.isKept) return;
    this.#flushes += 1;
    try {
      await this.#flush();
    } finally {
      this.#flushes -= 1;
      this.#tellSettled();
    }
  }

  async #flush(): Promise<void> {
    const waits: (Promise<void> | undefined)[] = [];
    const { used } = this.#member.engine.queues;
    for (let queue = 0; queue < used; queue++) waits.push(this.of(queue));
    waits.push(this.ofCatalogue());
    await Promise.all(waits);
    // In relaxed durability all this is only written by now.
    const ticket = this.#durable.askSync();
    await this.#until(() => this.#durable.isSynced(ticket));
  }

  /** Resolves when there may be room in the queue's ring of effects again: it was full. */
  room(queue: number): Promise<unknown> {
    return this.of(queue) ?? new Promise((resolve) => setTimeout(resolve, ROOM_MS));
  }

  /** As `room`, but blocks this thread, for a moment; false: it was tried so often that it should not be again. */
  blockForRoom(tries: number): boolean {
    const { doorbell } = this.#member.engine;
    this.#durable.askAny();
    if (!doorbell.sleep(doorbell.read(), ROOM_MS)) this.#member.lookForOwner();
    return tries < ROOM_TRIES;
  }

  /** As `of`, but blocks this thread; throws what `of` rejects with. */
  blockFor(queue: number): void {
    const durable = this.#durable;
    if (!durable.isKept) return;
    const { doorbell } = this.#member.engine;
    const operation = durable.operation(queue);
    while (!durable.isDurable(queue, operation)) {
      const seen = doorbell.read();
      durable.ask(queue);
      if (durable.isDurable(queue, operation)) return;
      if (this.#isOver) throw this.#unknown();
      if (!doorbell.sleep(seen, OWNER_LOOK_MS)) this.#member.lookForOwner();
    }
  }

  /**
   * Resolves when nobody waits any more. Where the disk has no room, so that it might be for ever, who waits
   * is told that the outcome is not known.
   */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onSettled = resolve;
      this.onRing();
      this.#tellSettled();
    });
  }

  /** The bell's: more may be durable. */
  onRing(): void {
    this.#settle();
    const isGivenUp = this.#onSettled !== undefined && this.#durable.isLow;
    if (this.#isOver || isGivenUp) this.close();
    else this.#askAgain();
  }

  /** Nothing more becomes durable in this thread's sight: whoever waits yet is told so. */
  close(): void {
    if (this.isAsleep) this.#settle();
    const left: Waiter[] = [...this.#lines.values()].flat();
    left.push(...this.#others);
    this.#lines.clear();
    this.#others.clear();
    for (const { reject } of left) reject(this.#unknown());
    this.#rest();
    this.#bell.end();
    clearTimeout(this.#keepAlive);
    this.#keepAlive = undefined;
  }

  /** What stands in the memory is all that will ever be durable. */
  get #isOver(): boolean {
    const { ownerState } = this.#member.engine;
    if (this.#durable.hasEnded) return true;
    // An opener that closes has the journal take all there is; one that is gone took it with him.
    return ownerState !== OWNER_OPEN && ownerState !== OWNER_CLOSED;
  }

  #unknown(): SluiceError {
    const why = this.#durable.failure ?? this.#member.ended().message;
    return new SluiceError(
      "InternalFailure",
      `The outcome of this call is not known: what it did may be there after a restart, or not. ${why}`,
      { retryable: false },
    );
  }

  #until(isDone: () => boolean): Promise<void> | undefined {
    if (isDone()) return undefined;
    const seen = this.#bell.read();
    this.#durable.askAny();
    if (isDone()) return undefined;
    return new Promise((resolve, reject) => {
      this.#others.add({ isDone, resolve, reject });
      this.#sleep(seen);
    });
  }

  #wakeSoon(): void {
    this.#unsaid += 1;
    if (this.#unsaid === 1) setImmediate(this.#wake);
    else if (this.#unsaid % GROUP === 0) this.#durable.wake();
  }

  readonly #wake = (): void => {
    this.#unsaid = 0;
    this.#durable.wake();
  };

  #sleep(seen: number): void {
    if (this.#keepAlive === undefined) this.#keepAlive = setTimeout(nothing, KEEP_ALIVE_MS);
    else this.#keepAlive.ref();
    this.#bell.listen(seen);
    if (this.#isOver) this.close();
  }

  #rest(): void {
    this.#keepAlive?.unref();
    this.#tellSettled();
  }

  #tellSettled(): void {
    if (!this.isAsleep && this.#flushes === 0) this.#onSettled?.();
  }

  /** Answers those for whom it is so. */
  #settle(): void {
    for (const [queue, line] of this.#lines) {
      const durable = this.#durable.durableOperation(queue);
      const last = this.#durable.operation(queue);
      let done = 0;
      for (; done < line.length; done++) {
        const { operation, resolve } = line[done] as Positioned;
        // Beyond the last: of a queue that is gone, as its deletion is durable (Durable.isDurable).
        if (operation > durable && operation <= last) break;
        resolve();
      }
      if (done === line.length) this.#lines.delete(queue);
      else if (done > 0) line.splice(0, done);
    }
    for (const other of this.#others) {
      if (!other.isDone()) continue;
      this.#others.delete(other);
      other.resolve();
    }
    if (!this.isAsleep) this.#rest();
  }

  /** The journal takes a thread's bit when it rings it: whoever waits yet raises it again, and looks. */
  #askAgain(): void {
    if (!this.isAsleep) return;
    this.#durable.noteAny();
    this.#settle();
  }
}
