/**
 * What happens seldom: processes that start and stop, autoscalers that look, places of a resource that
 * come free. An action waits under a number, which is the part of its event; what is done or called off
 * gives the number back. For what happens with every message events have kinds of their own.
 */
import { CONTROL, eventOf } from "./kinds.ts";
import type { Timeline } from "./timeline.ts";

export type Action = () => void;

export class Agenda {
  readonly #timeline: Timeline;
  readonly #actions: (Action | undefined)[] = [];
  readonly #free: number[] = [];

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** The action happens at that moment of the engine's time; of one moment in the order of the calls. */
  at(ms: number, action: Action): void {
    const number = this.#free.pop() ?? this.#actions.length;
    this.#actions[number] = action;
    this.#timeline.plan(Math.max(ms, this.#timeline.nowMs), eventOf(CONTROL, number));
  }

  after(seconds: number, action: Action): void {
    if (seconds === Number.POSITIVE_INFINITY) return;
    this.at(this.#timeline.nowMs + seconds * 1_000, action);
  }

  /** At every multiple of the period from now on, for ever. */
  every(seconds: number, action: Action): void {
    const beginMs = this.#timeline.nowMs;
    let turn = 0;
    const again = (): void => this.at(beginMs + ++turn * seconds * 1_000, act);
    const act = (): void => {
      again();
      action();
    };
    again();
  }

  /** The event of this number happens. */
  act(number: number): void {
    const action = this.#actions[number];
    this.#actions[number] = undefined;
    this.#free.push(number);
    action?.();
  }
}
