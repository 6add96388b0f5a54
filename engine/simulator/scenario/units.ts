/**
 * The units in which a scenario's fields are written, as their names' last words say, and what is
 * written in another one: `meanMs` where there is `meanSeconds`, `500ms` where 0.5 is meant. Pure;
 * called for mistakes alone.
 */

interface Unit {
  /** What it measures; units of one kind can be turned into each other. */
  readonly kind: "time" | "rate" | "bytes";
  /** How many of the kind's base unit (seconds, a second, bytes) it is. */
  readonly factor: number;
  readonly words: string;
}

/** By the last words of a field's name. */
const units: ReadonlyMap<string, Unit> = new Map([
  ["Microseconds", { kind: "time", factor: 1e-6, words: "microseconds" }],
  ["Milliseconds", { kind: "time", factor: 1e-3, words: "milliseconds" }],
  ["Millis", { kind: "time", factor: 1e-3, words: "milliseconds" }],
  ["Ms", { kind: "time", factor: 1e-3, words: "milliseconds" }],
  ["Seconds", { kind: "time", factor: 1, words: "seconds" }],
  ["Secs", { kind: "time", factor: 1, words: "seconds" }],
  ["Sec", { kind: "time", factor: 1, words: "seconds" }],
  ["Minutes", { kind: "time", factor: 60, words: "minutes" }],
  ["Hours", { kind: "time", factor: 3_600, words: "hours" }],
  ["Days", { kind: "time", factor: 86_400, words: "days" }],
  ["PerMs", { kind: "rate", factor: 1e3, words: "a millisecond" }],
  ["PerSecond", { kind: "rate", factor: 1, words: "a second" }],
  ["PerSec", { kind: "rate", factor: 1, words: "a second" }],
  ["PerMinute", { kind: "rate", factor: 1 / 60, words: "a minute" }],
  ["PerHour", { kind: "rate", factor: 1 / 3_600, words: "an hour" }],
  ["PerDay", { kind: "rate", factor: 1 / 86_400, words: "a day" }],
  ["Bytes", { kind: "bytes", factor: 1, words: "bytes" }],
  ["KB", { kind: "bytes", factor: 1e3, words: "kilobytes" }],
  ["Kb", { kind: "bytes", factor: 1e3, words: "kilobytes" }],
  ["KiB", { kind: "bytes", factor: 1_024, words: "KiB" }],
  ["MB", { kind: "bytes", factor: 1e6, words: "megabytes" }],
  ["MiB", { kind: "bytes", factor: 1_048_576, words: "MiB" }],
]);

/** By what stands behind a number. */
const marks: ReadonlyMap<string, string> = new Map([
  ...["ms", "msec", "millis", "millisecond", "milliseconds"].map((mark) => [mark, "Ms"] as const),
  ...["s", "sec", "secs", "second", "seconds"].map((mark) => [mark, "Seconds"] as const),
  ...["m", "min", "mins", "minute", "minutes"].map((mark) => [mark, "Minutes"] as const),
  ...["h", "hour", "hours"].map((mark) => [mark, "Hours"] as const),
  ...["d", "day", "days"].map((mark) => [mark, "Days"] as const),
  ...["/s", "per second"].map((mark) => [mark, "PerSecond"] as const),
  ...["/m", "/min", "per minute"].map((mark) => [mark, "PerMinute"] as const),
  ...["/h", "per hour"].map((mark) => [mark, "PerHour"] as const),
  ...["/d", "/day", "per day"].map((mark) => [mark, "PerDay"] as const),
  ...["b", "byte", "bytes"].map((mark) => [mark, "Bytes"] as const),
  ...["kb", "k"].map((mark) => [mark, "KB"] as const),
  ["kib", "KiB"],
  ["mb", "MB"],
  ["mib", "MiB"],
]);

/** Fields without a unit in their names: AWS's, which are in seconds or bytes. */
const awsUnits: ReadonlyMap<string, string> = new Map([
  ["visibilityTimeout", "Seconds"],
  ["base", "Seconds"],
  ["max", "Seconds"],
]);

interface Named {
  /** What stands before the unit. */
  readonly stem: string;
  readonly unit: Unit;
}

function unitOf(name: string): Named | undefined {
  const aws = units.get(awsUnits.get(name) ?? "");
  if (aws !== undefined) return { stem: name, unit: aws };
  const capital = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  let longest: string | undefined;
  for (const word of units.keys()) {
    if (capital.endsWith(word) && word.length > (longest?.length ?? 0)) longest = word;
  }
  const unit = units.get(longest ?? "");
  return unit && { stem: capital.slice(0, -(longest?.length ?? 0)).toLowerCase(), unit };
}

/** ` of seconds` or ` a second`, as a field's number is counted; nothing where its name says none. */
export function unitWords(name: string, isWhole = false): string {
  // A pause's `max` is in seconds, an autoscaler's counts processes.
  if (name === "max" && isWhole) return "";
  if (name === "usdPerHour") return " of US dollars";
  const unit = unitOf(name)?.unit;
  if (unit === undefined) return "";
  return unit.kind === "rate" ? ` of messages ${unit.words}` : ` of ${unit.words}`;
}

/** Without the noise of a division: 0.1 and not 0.09999999999999999. */
function round(value: number): number {
  return Number(value.toPrecision(12));
}

/** What a text with a unit (`500ms`, `3 min`) is in the unit of a field; undefined for what is none. */
export function converted(text: string, field: string): number | undefined {
  const match = /^\s*([\d.]+(?:e[+-]?\d+)?)\s*([a-z/][a-z /]*)\s*$/i.exec(text);
  const from = units.get(marks.get(match?.[2]?.toLowerCase().trim() ?? "") ?? "");
  const to = unitOf(field)?.unit;
  const value = Number(match?.[1]);
  if (from === undefined || to === undefined || from.kind !== to.kind) return undefined;
  return Number.isFinite(value) ? round((value * from.factor) / to.factor) : undefined;
}

/** The one of `names` that is the field meant, in another unit, and the value in that unit. */
export function otherUnit(
  field: string,
  names: readonly string[],
  value: unknown,
):
  | { readonly name: string; readonly words: string; readonly value: number | undefined }
  | undefined {
  const given = unitOf(field);
  if (given === undefined) return undefined;
  for (const name of names) {
    const has = unitOf(name);
    if (has === undefined || has.stem !== given.stem || has.unit.kind !== given.unit.kind) continue;
    const { factor, words } = has.unit;
    const isNumber = typeof value === "number" && Number.isFinite(value);
    const turned = isNumber ? round((value * given.unit.factor) / factor) : undefined;
    return { name, words, value: turned };
  }
  return undefined;
}
