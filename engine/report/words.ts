/**
 * Numbers as people read them: `4.1 million`, `1.2 ms`, `1 h 30 min`, `64 KiB`, `$30.70`. Pure, and
 * without Intl, so that every Node and every browser writes the same. The page's own code has it too
 * (browser/main.ts).
 */

const GROUP = /\B(?=(\d{3})+$)/g;

/** With this many significant digits, without zeros at the end; never as 1e21. */
function digits(value: number, significant: number): string {
  if (value === 0) return "0";
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.min(20, Math.max(0, significant - 1 - magnitude));
  const step = 10 ** Math.max(0, magnitude + 1 - significant);
  const rounded = step > 1 ? Math.round(value / step) * step : value;
  const [whole = "", rest = ""] = Math.abs(rounded).toFixed(decimals).split(".");
  const fraction = rest.replace(/0+$/, "");
  const sign = value < 0 ? "−" : "";
  return `${sign}${whole.replace(GROUP, ",")}${fraction === "" ? "" : `.${fraction}`}`;
}

/** `4,123,456`; below 1,000 with four significant digits. */
export function full(value: number): string {
  return Math.abs(value) < 1_000 ? digits(value, 4) : digits(Math.round(value), 16);
}

interface Step {
  readonly size: number;
  readonly name: string;
}

/** The largest step that a value reaches once it is rounded to three digits: 999,999 is 1 million. */
function stepOf(value: number, steps: readonly Step[]): Step | undefined {
  return steps.find(({ size }) => Math.abs(value) >= size * 0.9995);
}

const WORDS: readonly Step[] = [
  { size: 1e12, name: " trillion" },
  { size: 1e9, name: " billion" },
  { size: 1e6, name: " million" },
];
const LETTERS: readonly Step[] = [
  { size: 1e12, name: " T" },
  { size: 1e9, name: " G" },
  { size: 1e6, name: " M" },
  { size: 1e3, name: " k" },
];
const BYTES: readonly Step[] = [
  { size: 1024 ** 4, name: " TiB" },
  { size: 1024 ** 3, name: " GiB" },
  { size: 1024 ** 2, name: " MiB" },
  { size: 1024, name: " KiB" },
  { size: 0, name: " B" },
];

function stepped(value: number, steps: readonly Step[], significant = 3): string {
  const step = stepOf(value, steps);
  return `${digits(value / (step?.size || 1), significant)}${step?.name ?? ""}`;
}

/** `4.1 million`, `41,200`, `300`: two or three significant digits, for a sentence. */
export function inWords(value: number): string {
  return Math.abs(value) >= 999_500 ? stepped(value, WORDS, 2) : digits(value, 3);
}

/** `4.12 M`, `41.2 k`, `300`: three significant digits, for an axis. */
export function short(value: number): string {
  return stepped(value, LETTERS);
}

const SECONDS: readonly Step[] = [
  { size: 1, name: " s" },
  { size: 1e-3, name: " ms" },
  { size: 1e-6, name: " µs" },
  { size: 0, name: " ns" },
];
const PARTS: readonly Step[] = [
  { size: 86_400, name: " d" },
  { size: 3_600, name: " h" },
  { size: 60, name: " min" },
  { size: 1, name: " s" },
];

/** `1.2 ms`, `12 s`, `1 h 30 min`, `3 d 4 h`: three significant digits, or the two largest parts. */
export function duration(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 59.95) {
    const step = stepOf(size, SECONDS);
    if (size === 0) return "0 s";
    return `${digits(seconds / (step?.size || 1e-9), 3)}${step?.name}`;
  }
  const first = Math.max(
    0,
    PARTS.findIndex((part) => size >= part.size * 0.999),
  );
  const [large, small] = [PARTS[first], PARTS[first + 1]];
  if (large === undefined || small === undefined) return `${digits(seconds, 3)} s`;
  const units = Math.round(size / small.size);
  const per = large.size / small.size;
  const rest = units % per;
  const text = `${digits(Math.floor(units / per), 16)}${large.name}`;
  return `${seconds < 0 ? "−" : ""}${text}${rest === 0 ? "" : ` ${rest}${small.name}`}`;
}

const TIME_UNITS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1 };

function dollars(value: number): string {
  const size = Math.abs(value);
  const text = size >= 0.995 || size === 0 ? cents(size) : digits(size, 2);
  return `${value < 0 ? "−" : ""}$${text}`;
}

function cents(size: number): string {
  if (size >= 1_000) return digits(Math.round(size), 16);
  return Number.isInteger(size) ? String(size) : size.toFixed(2);
}

/** How a bare number is written: in a table, in a sentence, at an axis. */
export type Form = "full" | "words" | "short";

const FORMS = { full, words: inWords, short };

/** How a unit's numbers are written that is shown in them; undefined where it stands behind them. */
function inUnit(value: number, unit: string): string | undefined {
  const perSecond = Object.hasOwn(TIME_UNITS, unit) ? TIME_UNITS[unit] : undefined;
  if (perSecond !== undefined) return duration(value * perSecond);
  if (unit === "bytes") return stepped(value, BYTES);
  if (unit === "%") return `${digits(value, 4)} %`;
  if (unit === "USD") return dollars(value);
  return undefined;
}

/** A number with its unit: `4.1 million messages/s`, `1.2 ms`, `64 KiB`. */
export function quantity(value: number, unit = "", form: Form = "full"): string {
  return inUnit(value, unit) ?? `${FORMS[form](value)}${unit === "" ? "" : ` ${unit}`}`;
}

/** The same without a unit that stands behind: what it counts is said beside the axis. */
export function bare(value: number, unit = "", form: Form = "short"): string {
  return inUnit(value, unit) ?? FORMS[form](value);
}

/** What stands beside an axis: its label, with the unit where its numbers don't show it. */
export function axisTitle(label: string, unit = ""): string {
  return unit === "" || inUnit(0, unit) !== undefined ? label : `${label} (${unit})`;
}

/** Seconds since 1970 in UTC: `29 Nov 14:05`, with the seconds or the year where they are asked for. */
export function moment(seconds: number, part: "minute" | "second" | "day" | "year"): string {
  const text = new Date(seconds * 1_000).toUTCString();
  const [, day = "", month = "", year = "", clock = ""] = text.split(/[ ]+/);
  if (part === "year") return `${month} ${year}`;
  if (part === "day") return `${Number(day)} ${month}`;
  return `${Number(day)} ${month} ${part === "second" ? clock : clock.slice(0, 5)}`;
}
