/**
 * When a server is killed: at one of its clients' answers, right behind a request, while it starts, or at a
 * change of its files: a claim or a segment that comes or goes, a batch that is written. Or a signal asks it
 * to end. Which moment is drawn from a seed.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { type FSWatcher, watch } from "node:fs";
import type { Seeded } from "../../support/seeded.ts";
import type { Watch } from "./client.ts";

export type Moment =
  | { readonly kind: "answer"; readonly nth: number; readonly laterMs: number }
  | { readonly kind: "request"; readonly nth: number; readonly laterMs: number }
  | { readonly kind: "start"; readonly afterMs: number }
  | { readonly kind: "files"; readonly nth: number };

export type MomentKind = Moment["kind"];

export const MOMENTS: readonly MomentKind[] = ["answer", "request", "start", "files"];

/** Calls that a client's part of a life has in any case, and the most. */
const CALLS_MIN = 40;
const CALLS_MAX = 250;
/** A start has some twenty of them. */
const CHANGES_MAX = 150;

/** @param startMs how long a start takes about. */
export function drawMoment(kind: MomentKind, random: Seeded, startMs: number): Moment {
  const nth = random.between(CALLS_MIN, CALLS_MAX);
  const laterMs = random.chance(0.5) ? 0 : 5 * random.next();
  switch (kind) {
    case "start":
      return { kind, afterMs: random.next() * startMs * 1.2 };
    case "files":
      return { kind, nth: random.between(1, CHANGES_MAX) };
    default:
      return { kind, nth, laterMs };
  }
}

export class Killer implements Watch {
  readonly #moment: Moment;
  readonly #directory: string;
  readonly #signal: NodeJS.Signals;
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #files: FSWatcher | undefined;
  #requests = 0;
  #answers = 0;
  #changes = 0;
  #isEnding = false;

  constructor(moment: Moment, directory: string, signal: NodeJS.Signals = "SIGKILL") {
    this.#moment = moment;
    this.#directory = directory;
    this.#signal = signal;
  }

  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** The server was started a moment ago. */
  arm(child: ChildProcess): void {
    this.#child = child;
    this.#ended = once(child, "exit");
    if (this.#moment.kind === "start") setTimeout(() => this.kill(), this.#moment.afterMs);
    if (this.#moment.kind === "files") this.#files = watch(this.#directory, () => this.#changed());
  }

  asked(): void {
    this.#requests += 1;
    this.#count("request", this.#requests);
  }

  answered(): void {
    this.#answers += 1;
    this.#count("answer", this.#answers);
    if (this.#moment.kind !== "request" && this.#answers === CALLS_MAX) this.kill();
  }

  #changed(): void {
    this.#changes += 1;
    if (this.#moment.kind === "files" && this.#changes === this.#moment.nth) this.kill();
  }

  #count(kind: "request" | "answer", count: number): void {
    const moment = this.#moment;
    if (moment.kind !== kind || count !== moment.nth) return;
    if (moment.laterMs === 0) this.kill();
    else setTimeout(() => this.kill(), moment.laterMs);
  }

  kill(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#child?.kill(this.#signal);
  }

  /** Resolves when the server has ended: its exit code, or the signal that did it. */
  async ended(): Promise<number | string | null> {
    await this.#ended;
    this.#files?.close();
    return this.#child?.signalCode ?? this.#child?.exitCode ?? null;
  }
}
