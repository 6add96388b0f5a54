/**
 * What has happened in a broker's queues, by the minute for fifteen days and, where somebody asks, by the
 * second for ten minutes. One a broker, in the thread that opened it; whoever serves metrics makes it,
 * starts it, asks it, and stops it before the broker closes. A program whose broker has a clock of its own does
 * not start it but calls `sample` whenever that clock has moved.
 */
import type { Broker } from "../broker/broker.ts";
import { durableOf } from "../broker/durable/face.ts";
import type { JournalNumbers } from "../broker/durable/journalNumbers.ts";
import { READING, Survey } from "../broker/survey.ts";
import { SluiceError } from "../errors.ts";
import { metricsMemoryBytes } from "../limits.ts";
import { daysListed } from "../metricNames.ts";
import { KeptMinutes } from "./keptMinutes.ts";
import type { Life } from "./life.ts";
import { Lives } from "./lives.ts";
import { MINUTES_A_DAY } from "./page.ts";
import { findPlace } from "./places.ts";
import { type Point, Points, type Stretch } from "./points.ts";
import { Recent, type Seconds } from "./recent.ts";
import { Sampler, type TellMinute } from "./sampler.ts";
import { Store } from "./store.ts";

const NAMED_MAX_DEFAULT = 1_000;

export interface MetricsOptions {
  /** Most bytes of what is kept; 1 MiB to 4 GiB. Default 64 MiB. */
  readonly memoryBytes?: number;
  /** Of how many queues `present` has each by itself, at most. Default 1,000. */
  readonly namedMax?: number;
  /** Told in a sentence, at most twice a day, of what is not kept for want of memory. */
  readonly onLoss?: (sentence: string) => void;
  /** Told when looking at the queues fails. */
  readonly onFault?: (error: unknown) => void;
}

/** A queue that has metrics. */
export interface Measured {
  readonly account: string;
  readonly name: string;
  readonly isFifo: boolean;
  /** The last time that it was there and looked at, in minutes since 1970. */
  readonly lastMinute: number;
}

/** A queue that there is. */
export interface Present {
  readonly account: string;
  readonly name: string;
  /** What the engine said last, at READING's places. */
  readonly last: Float64Array;
}

export interface Others {
  /** How many there are. */
  readonly count: number;
  readonly numbers: Float64Array;
}

/** What of a queue that is gone is no more. */
const GAUGES = [READING.visible, READING.inFlight, READING.delayed, READING.groupsInFlight];

/** What was counted so far, and what counts on. */
interface Kept {
  readonly lives: Lives;
  readonly store: Store;
  readonly recent: Recent;
  readonly sampler: Sampler;
}

function nothing(): void {}

export class Metrics {
  /** Whose queues are meant where no account is named: the broker's own. */
  readonly account: string;
  /** What the broker's journal says of itself; undefined where there is none. */
  readonly journal: JournalNumbers | undefined;
  readonly #survey: Survey;
  readonly #keptMinutes: KeptMinutes | undefined;
  readonly #makeKept: () => Kept;
  readonly #onFault: (error: unknown) => void;
  #kept: Kept;
  #isStarted = false;

  /** Throws InvalidParameterValue for memory that is too little or too much. */
  constructor(broker: Broker, options: MetricsOptions = {}) {
    const { min, max } = metricsMemoryBytes;
    const { memoryBytes = metricsMemoryBytes.default, namedMax = NAMED_MAX_DEFAULT } = options;
    const { onLoss = nothing, onFault = nothing } = options;
    const isRight = memoryBytes >= min && memoryBytes <= max;
    if (!Number.isInteger(memoryBytes) || !isRight) {
      throw new SluiceError(
        "InvalidParameterValue",
        `memoryBytes is a whole number from ${min} to ${max}, not ${memoryBytes}.`,
      );
    }
    this.account = broker.account;
    this.#survey = Survey.of(broker);
    this.#makeKept = () => {
      const lives = new Lives(namedMax);
      const store = new Store({ memoryBytes, onLoss });
      const recent = new Recent(store);
      const tell: TellMinute = (minute, changed) => this.#keptMinutes?.keep(minute, changed, store);
      const sampler = new Sampler(this.#survey, lives, store, recent, tell);
      return { lives, store, recent, sampler };
    };
    this.journal = durableOf(broker)?.numbers;
    this.#keptMinutes = KeptMinutes.of(broker);
    this.#kept = this.#makeKept();
    this.#keptMinutes?.restore(this.#kept.store, this.#kept.lives);
    this.#onFault = onFault;
    this.sample();
  }

  /** From now on it looks once a second, by the broker's clock; keeps no process alive. */
  start(): void {
    this.#isStarted = true;
    this.#kept.sampler.start(this.#onFault);
  }

  /** Looks no more. Where there is a journal it gets what the minute that runs has so far. */
  stop(): void {
    this.#isStarted = false;
    const { sampler } = this.#kept;
    sampler.stop();
    if (this.#keptMinutes !== undefined) sampler.settle();
  }

  /** Forgets all that was, as if it were made now; what has been started goes on. */
  clear(): void {
    const { sampler, store } = this.#kept;
    sampler.stop();
    this.#keptMinutes?.forget(sampler.minute, store);
    this.#kept = this.#makeKept();
    this.sample();
    if (this.#isStarted) this.#kept.sampler.start(this.#onFault);
  }

  /** Looks at all queues now. */
  sample(): void {
    this.#kept.sampler.sample();
  }

  /** Bytes that what is kept takes now. */
  get bytes(): number {
    return this.#kept.store.bytes;
  }

  /** How late the last look was, in milliseconds: for how long something else kept this thread. */
  get latenessMs(): number {
    return this.#kept.sampler.latenessMs;
  }

  /**
   * What the metric was, by periods that have samples; none for a queue or a metric that is not known.
   * `account` (default: the broker's own) says whose queue of that name is meant.
   */
  points(name: string, metric: string, stretch: Stretch, account = this.account): Point[] {
    const place = findPlace(metric);
    const lives = this.#kept.lives.named({ account, name });
    if (place === undefined || lives.length === 0) return [];
    const points = new Points(stretch, this.#kept.store, this.#kept.sampler.minute);
    for (const life of lives) points.add(life, place);
    return points.all();
  }

  /**
   * Queues of an account (default: the broker's own) that have had data in the last minutes (default:
   * two weeks), in order of their names.
   */
  queues(minutes = daysListed * MINUTES_A_DAY, account = this.account): Measured[] {
    const since = this.#kept.sampler.minute - minutes;
    const found: Measured[] = [];
    for (const lives of this.#kept.lives.all()) {
      const life = lives.at(-1) as Life;
      if (life.account !== account) continue;
      const lastMinute = life.isEnded ? life.lastMinute : this.#kept.sampler.minute;
      if (lastMinute < since) continue;
      const isFifo = lives.some((one) => one.isFifo);
      found.push({ account, name: life.name, isFifo, lastMinute });
    }
    return found.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /**
   * The queues that there are, each with the engine's last numbers, at READING's places: those that are
   * told by their names. A queue that once had no place among them has none later on.
   */
  *present(): Generator<Present, void> {
    for (const life of this.#kept.lives.present()) if (life.isNamed) yield life;
  }

  /** All other queues together, those that are gone included in the totals. */
  others(): Others {
    const numbers = Float64Array.from(this.#kept.lives.gone);
    for (const place of GAUGES) numbers[place] = 0;
    numbers[READING.oldestCameAtMs] = Number.POSITIVE_INFINITY;
    let count = 0;
    for (const { isNamed, last } of this.#kept.lives.present()) {
      if (isNamed) continue;
      count += 1;
      const oldest = numbers[READING.oldestCameAtMs] as number;
      for (const [place, value] of last.entries()) (numbers[place] as number) += value;
      numbers[READING.oldestCameAtMs] = Math.min(oldest, last[READING.oldestCameAtMs] as number);
    }
    return { count, numbers };
  }

  /** The broker's time of the last numbers. */
  get sampledAtMs(): number {
    return this.#kept.sampler.lastMs;
  }

  /** A queue by the second, from when it was first asked for; undefined for none of that name. */
  seconds(name: string, account = this.account): Seconds | undefined {
    const life = this.#kept.lives.current({ account, name });
    return life && this.#kept.recent.of(life, this.#kept.sampler.minute);
  }
}
