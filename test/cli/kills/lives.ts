/**
 * A directory and the servers on it, one after the other, each a real `sluice serve` in a process of its own that
 * is killed under load (session.ts), at a moment of its own (killer.ts). The recorder (ledger.ts) judges what their
 * clients see; `inspect` asks the directory itself. Needs a build.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Broker } from "../../../engine/broker/broker.ts";
import { type Verdict, verdictOf } from "../../../engine/cli/journal/verify.ts";
import type { Queue } from "../../../engine/types.ts";
import { patience } from "../../support/patience.ts";
import type { Seeded } from "../../support/seeded.ts";
import { Serve } from "../../support/serve.ts";
import { drawMoment, Killer, type MomentKind } from "./killer.ts";
import { Known } from "./known.ts";
import type { Ledger, Looked } from "./ledger.ts";
import { mustBeThere, type Place } from "./letter.ts";
import { Session } from "./session.ts";

const MIB = 1_048_576;
const MEMORY_MIB = 128;
/** How soon to look again for what is between two queues. */
const LOOK_MS = 10;
/** Before it is known. */
const START_MS = 500;

export interface Life {
  readonly moment: MomentKind;
  readonly isRelaxed: boolean;
  /** What is sent; SIGKILL where nothing is said. */
  readonly signal?: NodeJS.Signals;
}

export class Lives {
  readonly #directory: string;
  readonly #random: Seeded;
  readonly #known = new Known();
  /** How long each start took that was not cut short: the process, the log, and until it listens. */
  readonly restartsMs: number[] = [];
  /** Servers that were killed before they served anybody. */
  cutStarts = 0;

  constructor(directory: string, random: Seeded) {
    this.#directory = directory;
    this.#random = random;
  }

  get counts(): Ledger["counts"] {
    return this.#known.ledger.counts;
  }

  /** For people. */
  report(): string {
    const sorted = [...this.restartsMs].sort((one, other) => one - other);
    const at = (share: number): string =>
      `${(sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0)} ms`;
    const { sent, received, removed, hidden, oldHandles, repeats } = this.counts;
    return (
      `${this.#known.ledger.life} servers, ${this.cutStarts} of them ended while they started: ` +
      `${sent} sends, ${removed} deletes and ${hidden} changes of visibility were acknowledged, ` +
      `${received} messages received; ${oldHandles} handles were used of a server before, ${repeats} sends ` +
      `and receives repeated. From the start of a process until it listens: median ${at(0.5)}, ` +
      `p99 ${at(0.99)}, longest ${at(1)}.`
    );
  }

  /** One server, from its start to its end, with which it resolves: an exit code or a signal. */
  async live({ moment, isRelaxed, signal }: Life): Promise<number | string | null> {
    this.#known.ledger.life += 1;
    const startMs = this.restartsMs.at(-1) ?? START_MS;
    const drawn = drawMoment(moment, this.#random, startMs);
    const killer = new Killer(drawn, this.#directory, signal);
    const words = [
      ...["--data", this.#directory, "--memory", `${MEMORY_MIB}MiB`, "--quotas", "off"],
      ...["--durability", isRelaxed ? "relaxed" : "always"],
    ];
    const fromMs = performance.now();
    let serve: Serve | undefined;
    try {
      serve = await Serve.start(words, (child) => killer.arm(child));
      this.restartsMs.push(performance.now() - fromMs);
      await new Session(this.#known, this.#random, serve.url, killer).run();
    } catch (error) {
      if (serve !== undefined || !killer.isEnding) throw this.#told(error, serve);
      this.cutStarts += 1;
    } finally {
      killer.kill();
      serve?.disconnect();
      await killer.ended();
    }
    return killer.ended();
  }

  #told(error: unknown, serve: Serve | undefined): Error {
    const said = serve === undefined ? "" : `\nThe server said:\n${serve.stderr}`;
    const { message = String(error), stack } = error as Partial<Error>;
    return new Error(`Life ${this.#known.ledger.life}: ${message}${said}\n${stack}`);
  }

  /** Nobody has the directory: its bytes are whole, and all queues have what they must. Throws else. */
  async inspect(): Promise<Verdict> {
    const verdict = verdictOf(this.#directory);
    const { defects, error, dropped } = verdict;
    if (defects.length > 0 || error !== null || dropped.length > 0) {
      throw new Error(`The log is damaged: ${JSON.stringify({ defects, error, dropped })}`);
    }
    const broker = await Broker.open({
      ...{ memoryBytes: MEMORY_MIB * MIB, directory: this.#directory },
    });
    try {
      for (const place of this.#known.ledger.places) await this.#inspectPlace(broker, place);
    } finally {
      await broker.close();
    }
    return verdict;
  }

  /** What is between two queues comes soon. */
  async #inspectPlace(broker: Broker, place: Place): Promise<void> {
    if (!place.isMade) return;
    const untilMs = performance.now() + patience();
    let messages = await lookAt(broker, place);
    while (!hasAll(place, messages) && performance.now() < untilMs) {
      await sleep(LOOK_MS);
      messages = await lookAt(broker, place);
    }
    this.#known.ledger.inspected(place, messages);
  }
}

async function lookAt(broker: Broker, place: Place): Promise<Looked[]> {
  const queues = await Promise.all(place.queues.map((name) => broker.getQueue(name)));
  const pages = await Promise.all(queues.map(allOf));
  return pages.flat();
}

async function allOf(queue: Queue): Promise<Looked[]> {
  const found: Looked[] = [];
  // What was between two queues when the server died is let in by who counts, and not by who looks.
  queue.counts();
  for (let after: string | undefined; ; ) {
    const page = await queue.peek({ limit: 1_000, ...(after !== undefined && { after }) });
    for (const { body, messageId, sequenceNumber: sequence, state } of page.messages) {
      found.push({ body, messageId, sequence, isInFlight: state === "inFlight" });
    }
    if (page.next === undefined) return found;
    after = page.next;
  }
}

/** A queue without another one has at once all that it will. */
function hasAll(place: Place, messages: readonly Looked[]): boolean {
  if (place.queues.length === 1) return true;
  const there = new Set(messages.map(({ body }) => place.of(body)));
  return [...place.live].every((letter) => !mustBeThere(letter) || there.has(letter));
}
