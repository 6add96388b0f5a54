/**
 * What a clock on the wall of a time zone shows, as a moment: for times of files that name no zone. By
 * offsets (`+02:00`) or names (`Europe/Berlin`), whose summer time is what this Node knows of them.
 */
const OFFSET = /^([+-])(\d{2}):?(\d{2})$/;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Of a time zone: the moment of a time on its clocks, given as if it were one of UTC. */
export interface Zone {
  /** Where clocks show it twice, the first that is not before `lastMs`. */
  momentOf(wallMs: number, lastMs: number): number;
}

/** Undefined for what is no time zone. */
export function zoneOf(name: string): Zone | undefined {
  const offset = OFFSET.exec(name === "Z" ? "+00:00" : name);
  if (offset !== null) return fixed(offset);
  try {
    return new NamedZone(name);
  } catch {
    return undefined;
  }
}

/** Of an offset's parts: sign, hours, minutes. */
function fixed([, sign, hours, minutes]: RegExpExecArray): Zone {
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === "-" ? -1 : 1);
  return { momentOf: (wallMs) => wallMs - ms };
}

class NamedZone implements Zone {
  readonly #format: Intl.DateTimeFormat;
  /** By the hour: offsets change at most then. */
  readonly #offsets = new Map<number, number>();

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      ...{ year: "numeric", month: "numeric", day: "numeric" },
      ...{ hour: "numeric", minute: "numeric", second: "numeric" },
    });
  }

  momentOf(wallMs: number, lastMs: number): number {
    // The offsets before and after any change that is near.
    const early = this.#offsetAt(wallMs - DAY_MS);
    const late = this.#offsetAt(wallMs + DAY_MS);
    if (early === late) return wallMs - early;
    const moments = [wallMs - early, wallMs - late].filter(
      (ms, index) => this.#offsetAt(ms) === (index === 0 ? early : late),
    );
    // Clocks never show what lies in the hour that they jump over: it is taken as before the jump.
    return moments.find((ms) => ms >= lastMs) ?? moments.at(-1) ?? wallMs - early;
  }

  /** What its clocks are ahead of UTC at that moment. */
  #offsetAt(ms: number): number {
    const hour = Math.floor(ms / HOUR_MS);
    const known = this.#offsets.get(hour);
    if (known !== undefined) return known;
    const at = hour * HOUR_MS;
    const shown = new Map(this.#format.formatToParts(at).map(({ type, value }) => [type, value]));
    const part = (name: Intl.DateTimeFormatPartTypes): number => Number(shown.get(name));
    const wall = Date.UTC(
      part("year"),
      part("month") - 1,
      part("day"),
      part("hour"),
      part("minute"),
      part("second"),
    );
    this.#offsets.set(hour, wall - at);
    return wall - at;
  }
}
