/**
 * Minutes of metrics on their way into a broker's journal, and back at the next start: what each queue had in
 * a minute, with what the engine's totals were, so that counting goes on where it ended. One a Metrics of
 * a broker that keeps its messages in a directory; own thread only.
 *
 * Each entry says what a minute came to, not what was added, so it may come twice. A queue of which there is
 * nothing new has no row. Of the minute that runs, the last one before a crash is lost as such: what
 * happened in it is counted into the first minute after.
 */
import { Packr } from "msgpackr/pack";
import { type DurableFace, durableOf } from "../broker/durable/face.ts";
import { decodeKept, encodeKept, KEPT } from "../broker/kept/entries.ts";
import { queueMetrics } from "../metricNames.ts";
import { Life } from "./life.ts";
import type { Lives } from "./lives.ts";
import { MINUTES_A_DAY, Page } from "./page.ts";
import { dayOf, type Store } from "./store.ts";

/** So many fit into an entry, whatever the queues' names. */
const ROWS_MAX = 64;
/** Numbers that a metric has in a row: its place, sum, least and greatest. */
const WIDTH = 4;

type Row = [
  incarnation: number,
  number: number,
  account: string,
  name: string,
  isFifo: boolean,
  firstMinute: number,
  firstSamples: number,
  lastSamples: number,
  isEnded: boolean,
  last: number[],
  values: number[],
];

const packr = new Packr({ useRecords: false });

export class KeptMinutes {
  readonly #face: DurableFace;
  /** What was before it was forgotten has a lesser one. */
  #era = 0;

  private constructor(face: DurableFace) {
    this.#face = face;
  }

  /** Undefined for a broker in memory alone. */
  static of(broker: object): KeptMinutes | undefined {
    const face = durableOf(broker);
    return face && new KeptMinutes(face);
  }

  /** What the journal had, for a store and lives that have nothing yet. */
  restore(store: Store, lives: Lives): void {
    const found = new Map<number, Life>();
    const minutes = this.#face.takeMinutes().flatMap((entry) => {
      const kept = decodeKept(entry);
      return kept.kind === KEPT.minute ? [kept] : [];
    });
    for (const { era } of minutes) this.#era = Math.max(this.#era, era);
    for (const kept of minutes) {
      if (kept.era < this.#era) continue;
      const [samples, rows] = packr.unpack(kept.rows) as [number, Row[]];
      store.restoreSamples(kept.minute, samples);
      for (const row of rows) restoreRow(row, kept.minute, found, store);
    }
    const all = [...found.values()].sort(
      (one, other) => one.firstMinute - other.firstMinute || one.incarnation - other.incarnation,
    );
    for (const life of all) {
      const { isEnded } = life;
      lives.begin(life);
      if (isEnded) lives.end(life, store);
    }
  }

  /** Keeps what these queues had in a minute, by the store. */
  keep(minute: number, lives: Iterable<Life>, store: Store): void {
    const rows = Array.from(lives, (life) => rowOf(life, minute, store));
    const samples = store.samples(minute);
    for (let first = 0; first === 0 || first < rows.length; first += ROWS_MAX) {
      this.#put(minute, store, [samples, rows.slice(first, first + ROWS_MAX)]);
    }
  }

  /** All that was kept is forgotten. */
  forget(minute: number, store: Store): void {
    this.#era += 1;
    this.#put(minute, store, [0, []]);
  }

  #put(minute: number, store: Store, value: [samples: number, rows: Row[]]): void {
    const era = this.#era;
    const firstMinute = Math.max(0, store.firstMinute);
    const rows = packr.pack(value);
    this.#face.keep(encodeKept({ kind: KEPT.minute, era, minute, firstMinute, rows }));
  }
}

function rowOf(life: Life, minute: number, store: Store): Row {
  life.isKept = true;
  const values: number[] = [];
  const at = minute % MINUTES_A_DAY;
  for (let metric = 0; metric < queueMetrics.length; metric++) {
    const page = store.page(life, metric, dayOf(minute));
    if (!(page instanceof Page)) continue;
    const [sum = 0, greatest = 0] = [page.sum[at], page.greatest?.[at]];
    if (sum !== 0 || greatest !== 0) values.push(metric, sum, page.least?.[at] ?? 0, greatest);
  }
  const { incarnation, number, account, name, isFifo, isEnded, last } = life;
  const { firstMinute, firstSamples, lastSamples } = life;
  return [
    ...([incarnation, number, account, name, isFifo] as const),
    ...([firstMinute, firstSamples, lastSamples, isEnded] as const),
    ...([Array.from(last), values] as const),
  ];
}

function restoreRow(row: Row, minute: number, found: Map<number, Life>, store: Store): void {
  const [incarnation, number, account, name, isFifo, firstMinute, firstSamples] = row;
  const [, , , , , , , lastSamples, isEnded, last, values] = row;
  let life = found.get(incarnation);
  if (life === undefined) {
    life = new Life({ account, name, number, incarnation }, isFifo, firstMinute);
    life.isKept = true;
    life.lastMinute = Number.NEGATIVE_INFINITY;
    found.set(incarnation, life);
  }
  life.firstMinute = Math.min(life.firstMinute, firstMinute);
  if (minute >= life.lastMinute) {
    life.firstSamples = Math.max(life.firstSamples, firstSamples);
    life.lastSamples =
      minute === life.lastMinute ? Math.max(life.lastSamples, lastSamples) : lastSamples;
    life.lastMinute = minute;
    life.isEnded ||= isEnded;
    life.last.set(last.map((value, place) => Math.max(value, life?.last[place] ?? 0)));
  }
  for (let at = 0; at < values.length; at += WIDTH) {
    const [metric = 0, sum = 0, least = 0, greatest = 0] = values.slice(at, at + WIDTH);
    store.restore(life, minute, metric, { sum, least, greatest });
  }
}
