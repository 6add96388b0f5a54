/**
 * Calls to a driven broker that nobody waits for: what each waits for is noted as it begins, and that it was
 * acknowledged when it is. For load.ts and sender.ts.
 */
import { BrokerQueue } from "../../../../engine/broker/queue.ts";
import { SluiceError } from "../../../../engine/errors.ts";
import type { Queue } from "../../../../engine/types.ts";
import type { Course, Op } from "./course.ts";
import type { Inside } from "./driven.ts";

/** What a call changes, so that it waits for it. */
export interface Waits {
  readonly changed?: readonly Queue[];
  readonly isCatalogue?: boolean;
}

export class Calls {
  readonly #course: Course;
  readonly #inside: Inside;
  readonly #isRelaxed: boolean;
  /** How often what was called. */
  readonly counts: Record<string, number> = {};
  readonly #pending = new Set<Op>();
  /** What nobody waits for but a flush. */
  #unanswered: Op[] = [];

  constructor(course: Course, inside: Inside, isRelaxed: boolean) {
    this.#course = course;
    this.#inside = inside;
    this.#isRelaxed = isRelaxed;
  }

  /** How many have no answer yet. */
  get pending(): number {
    return this.#pending.size;
  }

  /** One that waits for what has become durable. A flush waits for more. */
  get due(): string | undefined {
    for (const op of this.#pending) {
      if (op.what !== "flush" && this.#isDurable(op)) return op.what;
    }
    return undefined;
  }

  #isDurable({ waits, version }: Op): boolean {
    const { durable } = this.#inside;
    if (version !== undefined && !durable.isCatalogueDurable(version)) return false;
    if (version === undefined && waits.length === 0) return false;
    return waits.every(([incarnation, operation]) => {
      const number = this.#numberOf(incarnation);
      return number === undefined || durable.isDurable(number, operation);
    });
  }

  #numberOf(incarnation: number): number | undefined {
    const { queues } = this.#inside;
    for (let number = 0; number < queues.used; number++) {
      if (queues.incarnation(number) === incarnation) return number;
    }
    return undefined;
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  /** What is wrong. */
  complain(problem: string): void {
    this.#course.problems.push(problem);
  }

  /** Something that nobody can know to have happened. */
  unsure(): Op {
    return this.#course.ask("perhaps");
  }

  /** Something that no call answers, but a flush. */
  silent(what: string): Op {
    this.count(what);
    const op = this.#course.ask(what);
    this.#unanswered.push(op);
    return op;
  }

  begin<T>(
    what: string,
    { changed = [], isCatalogue = false }: Waits,
    call: () => Promise<T>,
    then: (value: T) => void = () => {},
  ): Op {
    this.count(what);
    const op = this.#course.ask(what);
    const answer = call();
    const { durable, queues } = this.#inside;
    for (const queue of changed) {
      const { number, incarnation } = BrokerQueue.internalsOf(queue).queue;
      const operation = durable.operation(number);
      if (!durable.isDurable(number, operation)) op.waits.push([incarnation, operation]);
    }
    const version = queues.catalogueVersion();
    if (isCatalogue && !durable.isCatalogueDurable(version)) op.version = version;
    this.#pending.add(op);
    answer.then(
      (value) => {
        this.#pending.delete(op);
        // Who received nothing waits for nothing.
        if (Array.isArray(value) && value.length === 0) op.waits.length = 0;
        this.#course.acknowledge(op, this.#isRelaxed && what !== "flush");
        then(value);
      },
      (error: unknown) => {
        this.#pending.delete(op);
        this.count(`${what} refused`);
        const isExpected = error instanceof SluiceError && error.code !== "InternalFailure";
        if (!isExpected) this.complain(`${what}: ${String(error)}`);
      },
    );
    return op;
  }

  flush(changed: readonly Queue[], call: () => Promise<void>): void {
    const before = this.#unanswered;
    this.#unanswered = [];
    const op = this.begin("flush", { changed, isCatalogue: true }, call, () => {
      for (const one of before) one.acked = op.acked;
    });
  }
}
