/**
 * Long polls of one thread. However many wait, the thread has one doorbell, at most one pending
 * wait on it (bell.ts), and one timer. Waiters for a queue stand in a line and are served in the order they
 * came; only the head looks.
 *
 * No message is missed: a line sets this thread's bit in the queue's mask, reads the doorbell,
 * looks again, and only then sleeps, until the doorbell is no longer what it read, a timer of the
 * queue is due, or its waiter's time is up. No message is stranded: messages are claimed in the same
 * step in which their waiter's promise is resolved, and an aborted waiter is out of the line by then.
 * Own thread only. Waiting costs nothing while nothing happens.
 */
import type { Engine } from "../../../bindings/index.ts";
import type { Cancel } from "../../clock.ts";
import type { Member } from "../threads/member.ts";
import { checkSignal, onAbort } from "./abort.ts";
import type { Bell, Sleeper } from "./bell.ts";

interface Waiter {
  readonly deadlineMs: number;
  /** Looks; true when it found what it waits for and has answered. Throws what to answer. */
  readonly attempt: () => boolean;
  readonly expire: () => void;
  readonly fail: (error: unknown) => void;
}

interface Line {
  readonly queue: number;
  waiters: Waiter[];
  /** When the queue has something new by itself. */
  dueMs: number;
}

const NEVER = Number.POSITIVE_INFINITY;
/** How far apart a handle's timeouts may be: it only keeps the process alive. */
const KEEP_ALIVE_MS = 2_147_483_647;

/** How soon a line looks again when memory had no room for what moved to its queue. */
const ROOM_LOOK_MS = 100;

function nothing(): void {}

export class Waiting implements Sleeper {
  readonly #member: Member;
  readonly #engine: Engine;
  readonly #bell: Bell;
  readonly #lines = new Map<number, Line>();
  #alarmMs = NEVER;
  #cancelAlarm: Cancel = nothing;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(member: Member, bell: Bell) {
    this.#member = member;
    this.#engine = member.engine;
    this.#bell = bell;
    bell.join(this);
  }

  /** True when somebody in this thread waits for any queue. */
  get isAsleep(): boolean {
    return this.#lines.size > 0;
  }

  /** True when somebody in this thread waits for the queue. */
  has(queue: number): boolean {
    return this.#lines.has(queue);
  }

  /**
   * Answers what `look` finds for the queue, undefined when it found nothing until `deadlineMs`.
   * `look` answers undefined for nothing and throws what the waiter is to be told.
   */
  wait<T>(
    queue: number,
    deadlineMs: number,
    look: () => T | undefined,
    signal: AbortSignal | undefined,
  ): Promise<T | undefined> {
    checkSignal(signal);
    return new Promise((resolve, reject) => {
      const cancel = onAbort(signal, (error) => {
        this.#leave(queue, waiter);
        reject(error);
      });
      const answer = (value: T | undefined): void => {
        cancel();
        resolve(value);
      };
      const waiter: Waiter = {
        deadlineMs,
        attempt: () => {
          const found = look();
          if (found !== undefined) answer(found);
          return found !== undefined;
        },
        expire: () => answer(undefined),
        fail: (error) => {
          cancel();
          reject(error);
        },
      };
      this.#join(queue, waiter);
    });
  }

  /** This thread itself has made something ready: its waiters need not wait for their ring. */
  look(queue: number): void {
    if (!this.#lines.has(queue)) return;
    queueMicrotask(() => {
      const line = this.#lines.get(queue);
      if (line !== undefined) this.#serve(line);
    });
  }

  /** Ends all waiting; every waiter is told `error`. */
  close(error: unknown): void {
    for (const line of [...this.#lines.values()]) {
      for (const waiter of line.waiters.splice(0)) waiter.fail(error);
      this.#end(line);
    }
    this.#bell.end();
  }

  #join(queue: number, waiter: Waiter): void {
    const line = this.#lines.get(queue);
    if (line === undefined) {
      this.#begin(queue, waiter);
    } else {
      line.waiters.push(waiter);
    }
    this.#wakeBy(waiter.deadlineMs);
  }

  #begin(queue: number, waiter: Waiter): void {
    const line: Line = { queue, waiters: [waiter], dueMs: NEVER };
    this.#lines.set(queue, line);
    this.#keepAlive ??= setTimeout(nothing, KEEP_ALIVE_MS);
    this.#engine.waitBegin(queue);
    const seen = this.#bell.read();
    this.#serve(line);
    this.#bell.listen(seen);
  }

  #leave(queue: number, waiter: Waiter): void {
    const line = this.#lines.get(queue);
    if (line === undefined) return;
    line.waiters = line.waiters.filter((other) => other !== waiter);
    if (line.waiters.length === 0) this.#end(line);
  }

  /** Nobody is left in the line: another thread's waiter is rung in its stead. */
  #end(line: Line): void {
    this.#lines.delete(line.queue);
    this.#engine.waitEnd(line.queue);
    if (this.#lines.size > 0) return;
    clearTimeout(this.#keepAlive);
    this.#keepAlive = undefined;
    this.#cancelAlarm();
    this.#alarmMs = NEVER;
  }

  /** Gives the line what there is, head first, and sees to it that it looks again in time. */
  #serve(line: Line): void {
    for (let head = line.waiters[0]; head !== undefined; head = line.waiters[0]) {
      try {
        if (!head.attempt()) break;
      } catch (error) {
        head.fail(error);
      }
      line.waiters.shift();
    }
    if (line.waiters.length === 0) this.#end(line);
    else this.#watch(line);
  }

  /** Whoever arms a timer before that moment rings; who did so just now is seen by the loop. */
  #watch(line: Line): void {
    const { queues } = this.#engine;
    // Who makes room in full memory rings nobody, so what waits for room is looked after from here.
    const nowMs = queues.hasArrived(line.queue) ? this.#now() : NEVER;
    if (nowMs === undefined) return;
    const lookMs = nowMs + ROOM_LOOK_MS;
    do {
      line.dueMs = Math.min(queues.nextDueMs(line.queue), lookMs);
      this.#engine.watch(line.queue, line.dueMs);
    } while (queues.nextDueMs(line.queue) < line.dueMs);
    this.#wakeBy(line.dueMs);
  }

  #wakeBy(atMs: number): void {
    if (atMs >= this.#alarmMs) return;
    this.#cancelAlarm();
    this.#alarmMs = atMs;
    this.#cancelAlarm = this.#member.clock.schedule(atMs, () => this.#onAlarm());
  }

  /** Undefined: a clock of the program's own can't be read, and all who wait were told so. */
  #now(): number | undefined {
    try {
      return this.#member.nowMs();
    } catch (error) {
      this.close(error);
      return undefined;
    }
  }

  #onAlarm(): void {
    const nowMs = this.#now();
    this.#alarmMs = NEVER;
    if (nowMs === undefined) return;
    for (const line of [...this.#lines.values()]) {
      const isUp = (waiter: Waiter): boolean => waiter.deadlineMs <= nowMs;
      if (line.dueMs <= nowMs || line.waiters.some(isUp)) this.#serve(line);
      for (const waiter of line.waiters.filter(isUp)) {
        this.#leave(line.queue, waiter);
        waiter.expire();
      }
    }
    for (const { dueMs, waiters } of this.#lines.values()) {
      this.#wakeBy(waiters.reduce((first, { deadlineMs }) => Math.min(first, deadlineMs), dueMs));
    }
  }

  /** The bell's: there may be something for those who wait. */
  onRing(): void {
    if (!this.#member.isOpen) {
      this.close(this.#member.ended());
      return;
    }
    this.#member.timing.poke();
    for (const line of [...this.#lines.values()]) {
      if (this.#engine.takeDirty(line.queue)) this.#serve(line);
    }
  }
}
