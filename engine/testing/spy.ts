/** A test's view of what the spy of a broker has seen. */
import { SluiceError } from "../errors.ts";
import type { Controls } from "./controls.ts";
import { queueKeyOf } from "./queueRef.ts";
import type { QueueRef, Spy, SpyEvent, SpyFilter, SpyTotals } from "./types.ts";

export class KitSpy implements Spy {
  readonly #controls: Controls;

  constructor(controls: Controls) {
    this.#controls = controls;
  }

  async events({ queue, kind }: SpyFilter = {}): Promise<readonly SpyEvent[]> {
    const { events, lost } = await this.#controls.events(0);
    if (lost > 0) throw tooMany(lost, events.length);
    const kinds = kind === undefined || typeof kind !== "string" ? kind : [kind];
    const key = queue === undefined ? undefined : await this.#controls.describe(queueKeyOf(queue));
    return events.filter(
      (event) =>
        (kinds === undefined || kinds.includes(event.kind)) &&
        (key === undefined || (event.queue === key.name && event.account === key.account)),
    );
  }

  async totals(queue: QueueRef): Promise<SpyTotals> {
    return this.#controls.totals(queueKeyOf(queue));
  }

  async clear(): Promise<void> {
    await this.#controls.startSpy();
  }

  async stop(): Promise<void> {
    await this.#controls.stopSpy();
  }
}

function tooMany(lost: number, kept: number): SluiceError {
  const text =
    `The spy keeps some ${kept} events, and the first ${lost} are forgotten; ` +
    "clear() it before what the test is about.";
  return new SluiceError("OverLimit", text);
}
