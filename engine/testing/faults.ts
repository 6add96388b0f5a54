/**
 * The faults that a test has asked for: whether one meets a call, an entry of a batch or a message, and
 * how often each has happened. Knows no queue's verbs; those ask (attend.ts). Own thread only.
 *
 * Rules are asked in the order they were made. The first error is the call's; delays before it add up.
 */
import { SluiceError } from "../errors.ts";
import { Chance } from "./chance.ts";
import type { FaultRule, FaultState, MessageAction } from "./types.ts";

/** Whose call or message it is. */
export interface Met {
  readonly account: string;
  readonly name: string;
}

/** A rule that was checked, with whose queue it means. */
export interface CheckedRule {
  readonly rule: FaultRule;
  readonly queue: Met | undefined;
}

/** What fails a call or an entry, and by which kind of rule. */
export interface Failure {
  readonly fault: "error" | "throttle";
  readonly error: SluiceError;
}

/** What happens to one call. */
export interface CallFault {
  readonly delayMs: number;
  readonly failure: Failure | undefined;
  /** Those whose delays it is. */
  readonly delaying: readonly Rule[];
}

const throttled =
  "The request was denied due to request throttling: the test has asked for it by a fault.";

export class Rule {
  readonly id: number;
  readonly rule: FaultRule;
  readonly #queue: Met | undefined;
  readonly #chance: Chance;
  #hits = 0;
  #skip: number;
  /** Calls that it delays now. */
  readonly waiting = new Set<() => void>();

  constructor(id: number, { rule, queue }: CheckedRule) {
    this.id = id;
    this.rule = rule;
    this.#queue = queue;
    this.#chance = new Chance(rule.seed ?? 1);
    this.#skip = rule.skip ?? 0;
  }

  get state(): FaultState {
    return { id: this.id, rule: this.rule, hits: this.#hits };
  }

  /** Whether it is about this at all. */
  meets({ account, name }: Met, action?: MessageAction): boolean {
    const queue = this.#queue;
    if (queue !== undefined && (queue.name !== name || queue.account !== account)) return false;
    if (action === undefined || !("action" in this.rule)) return true;
    const { action: own } = this.rule;
    return own === undefined || (Array.isArray(own) ? own.includes(action) : own === action);
  }

  /** Whether it happens now; then that is counted. */
  strikes(): boolean {
    const { probability = 1, count = Number.POSITIVE_INFINITY } = this.rule;
    if (this.#hits >= count || !this.#chance.happens(probability)) return false;
    if (this.#skip > 0) {
      this.#skip -= 1;
      return false;
    }
    this.#hits += 1;
    return true;
  }

  failure(queue: string): Failure {
    const { rule } = this;
    if (rule.fault !== "error") {
      return {
        fault: "throttle",
        error: new SluiceError("RequestThrottled", throttled, { queue }),
      };
    }
    const text = rule.message ?? `The test has asked for ${rule.code} by a fault.`;
    return { fault: "error", error: new SluiceError(rule.code, text, { queue }) };
  }
}

/** Of errors: whether entries of a batch fail by themselves. */
function isOfEntries({ rule }: Rule): boolean {
  return "entries" in rule && rule.entries === true;
}

function isError({ rule }: Rule): boolean {
  return rule.fault === "error" || rule.fault === "throttle";
}

export class Faults {
  #rules: Rule[] = [];
  #last = 0;

  get isAny(): boolean {
    return this.#rules.length > 0;
  }

  get states(): readonly FaultState[] {
    return this.#rules.map(({ state }) => state);
  }

  /** Answers its id. */
  add(rule: CheckedRule): number {
    this.#last += 1;
    this.#rules.push(new Rule(this.#last, rule));
    return this.#last;
  }

  /** One, or all; what they delay goes on. */
  remove(id?: number): void {
    const gone = this.#rules.filter((rule) => id === undefined || rule.id === id);
    this.#rules = this.#rules.filter((rule) => !gone.includes(rule));
    for (const { waiting } of gone) for (const goOn of waiting) goOn();
  }

  /** What happens to this call; undefined for nothing. `isOne`: it is no batch. */
  call(met: Met, action: MessageAction, isOne: boolean): CallFault | undefined {
    let delayMs = 0;
    const delaying: Rule[] = [];
    for (const rule of this.#rules) {
      if (!rule.meets(met, action)) continue;
      if (rule.rule.fault === "delay" && rule.strikes()) {
        delayMs += rule.rule.delayMs;
        delaying.push(rule);
      }
      if (!isError(rule) || (isOfEntries(rule) && !isOne) || !rule.strikes()) continue;
      return { delayMs, delaying, failure: rule.failure(met.name) };
    }
    return delayMs > 0 ? { delayMs, delaying, failure: undefined } : undefined;
  }

  /** What fails this entry of a batch; undefined for nothing. */
  entry(met: Met, action: MessageAction): Failure | undefined {
    const struck = this.#rules.find(
      (rule) => isOfEntries(rule) && rule.meets(met, action) && rule.strikes(),
    );
    return struck?.failure(met.name);
  }

  /** Whether this befalls a message. */
  message(met: Met, fault: "duplicate" | "loseDelete"): boolean {
    return this.#rules.some(
      (rule) => rule.rule.fault === fault && rule.meets(met) && rule.strikes(),
    );
  }
}
