/**
 * Times as files write them, in milliseconds: ISO 8601 and its kin (`2014-04-10 00:04:00`), those of access
 * logs (`10/Oct/2000:13:55:36 -0700`), and plain numbers: seconds, or milliseconds, microseconds and
 * nanoseconds of Unix time, which are told apart by their size.
 */
import type { Zone } from "./zone.ts";

const ISO =
  /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?$/i;
const LOG = /^(\d{1,2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2})\s*([+-]\d{4})?$/;
const NUMBER = /^\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MINUTE_MS = 60_000;

/** The least number that is taken for each unit, and how many milliseconds it is: seconds are the rest. */
const UNITS = [
  [1e17, 1e-6],
  [1e14, 1e-3],
  [1e11, 1],
] as const;

/** An example for sentences that say what is wanted. */
export const TIME_EXAMPLE = "2026-11-29T08:30:00Z, or Unix time";

export class TimeReader {
  readonly #zone: Zone;
  #last = Number.NEGATIVE_INFINITY;

  /** @param zone of times that name none. */
  constructor(zone: Zone) {
    this.#zone = zone;
  }

  /**
   * The moment; NaN for what is no time.
   * @param isLater than the last one, where clocks show a time twice; else it may be the same.
   */
  read(text: string, isLater = false): number {
    if (isLater) this.#last++;
    const ms = this.#read(text);
    if (!Number.isNaN(ms)) this.#last = ms;
    return ms;
  }

  #read(text: string): number {
    if (NUMBER.test(text)) return numberMs(Number(text));
    const iso = ISO.exec(text);
    if (iso !== null) {
      const [, year, , month, day, hour = "0", minute = "0", second = "0", fraction, zone] = iso;
      const wall = wallMs(year, Number(month), day, hour, minute, second);
      return this.#at(wall + (fraction === undefined ? 0 : Number(`0.${fraction}`) * 1_000), zone);
    }
    const log = LOG.exec(text);
    if (log === null) return Number.NaN;
    const [, day, month = "", year, hour, minute, second, zone] = log;
    return this.#at(wallMs(year, MONTHS.indexOf(month) + 1, day, hour, minute, second), zone);
  }

  #at(wall: number, zone: string | undefined): number {
    if (zone === undefined)
      return Number.isNaN(wall) ? wall : this.#zone.momentOf(wall, this.#last);
    return wall - offsetMs(zone);
  }
}

function numberMs(value: number): number {
  const unit = UNITS.find(([least]) => value >= least);
  return unit === undefined ? value * 1_000 : value * unit[1];
}

type Digits = string | undefined;

/** NaN where there is no such day or time. */
function wallMs(
  year: Digits,
  month: number,
  day: Digits,
  hour: Digits,
  minute: Digits,
  second: Digits,
): number {
  const ms = Date.UTC(
    Number(year),
    month - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const read = new Date(ms);
  const isDay = read.getUTCDate() === Number(day) && read.getUTCMonth() === month - 1;
  const isTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 61;
  return isDay && isTime ? ms : Number.NaN;
}

/** Of `Z`, `+02`, `+0200` or `+02:00`. */
function offsetMs(zone: string): number {
  if (!/^[+-]/.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(":", "") || 0);
  return (hours * 60 + minutes) * MINUTE_MS * (zone.startsWith("-") ? -1 : 1);
}
