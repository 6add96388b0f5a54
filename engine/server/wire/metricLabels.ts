/**
 * Labels of GetMetricData that say something of the data: `${MAX}`, `${LAST_TIME}`, `${PROP('Stat')}`. Read
 * when a request is checked, written when its data is there; a value that is not known is refused. How AWS
 * writes numbers and moments is not documented: here they are JavaScript's, and ISO 8601 in the zone of
 * LabelOptions. Pure. Source: CloudWatch User Guide, "Use dynamic labels"; API Reference, LabelOptions.
 */
import { invalidValue } from "./metrics.ts";

/** What a label may speak of: values in order of time, and when each was (milliseconds since 1970). */
export interface Labelled {
  readonly values: readonly number[];
  readonly startsMs: readonly number[];
  readonly zoneMinutes: number;
  /** Of the metric, by the names of PROP. */
  readonly properties: Readonly<Record<string, string | undefined>>;
}

export type Label = (data: Labelled) => string;

/** What stands for a value where there is no data. */
const NOTHING = "--";
const MINUTE_MS = 60_000;

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const greatest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, value));
const least = (values: readonly number[]): number =>
  values.reduce((fewest, value) => Math.min(fewest, value));

/** Of at least one value. */
const NUMBERS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  AVG: (values) => sum(values) / values.length,
  FIRST: (values) => values[0] as number,
  FIRST_LAST_RANGE: (values) => (values.at(-1) as number) - (values[0] as number),
  LAST: (values) => values.at(-1) as number,
  MAX: greatest,
  MIN: least,
  MIN_MAX_RANGE: (values) => greatest(values) - least(values),
  SUM: sum,
};

/** Which of the values the moment is of. */
const MOMENTS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  FIRST_TIME: () => 0,
  LAST_TIME: (values) => values.length - 1,
  MAX_TIME: (values) => values.indexOf(greatest(values)),
  MIN_TIME: (values) => values.indexOf(least(values)),
};

const PROPERTIES = ["AccountId", "MetricName", "Namespace", "Period", "Region", "Stat"];
const DIMENSION = "Dim.";

const known = [
  ...[...Object.keys(NUMBERS), "DATAPOINT_COUNT", ...Object.keys(MOMENTS), "LABEL"].sort(),
  ...PROPERTIES.map((name) => `PROP('${name}')`),
  `PROP('${DIMENSION}NAME')`,
].join(", ");

const zonePattern = /^([+-])(\d\d)([0-5]\d)$/;

/** Minutes ahead of UTC. Throws for what is no zone. */
export function zoneOf(zone = "+0000"): number {
  const [, sign, hours, minutes] = zonePattern.exec(zone) ?? [];
  if (sign === undefined)
    throw invalidValue("LabelOptions.Timezone", zone, "it must be like +0130");
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function momentText(ms: number, zoneMinutes: number): string {
  const local = new Date(ms + zoneMinutes * MINUTE_MS).toISOString().slice(0, 19);
  const away = Math.abs(zoneMinutes);
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${local}${zoneMinutes < 0 ? "-" : "+"}${two(Math.floor(away / 60))}:${two(away % 60)}`;
}

/** Of a metric for which a request has none. */
export const defaultLabel: Label = ({ properties }) => properties.MetricName ?? NOTHING;

/** One value of a label; undefined for what is none. */
function partOf(name: string): Label | undefined {
  const property = /^PROP\('([^']+)'\)$/.exec(name)?.[1];
  if (property !== undefined) {
    const isKnown = PROPERTIES.includes(property) || property.startsWith(DIMENSION);
    return isKnown ? ({ properties }) => properties[property] ?? NOTHING : undefined;
  }
  if (name === "LABEL") return defaultLabel;
  if (name === "DATAPOINT_COUNT") return ({ values }) => String(values.length);
  const number = Object.hasOwn(NUMBERS, name) ? NUMBERS[name] : undefined;
  if (number !== undefined) {
    return ({ values }) => (values.length === 0 ? NOTHING : String(number(values)));
  }
  const index = Object.hasOwn(MOMENTS, name) ? MOMENTS[name] : undefined;
  if (index === undefined) return undefined;
  return ({ values, startsMs, zoneMinutes }) =>
    values.length === 0 ? NOTHING : momentText(startsMs[index(values)] as number, zoneMinutes);
}

/** Throws for a value that labels do not have here; `path` is the parameter's name. */
export function labelOf(text: string, path: string): Label {
  const parts = text.split(/\$\{([^}]*)\}/).map((part, index) => {
    if (index % 2 === 0) return () => part;
    const found = partOf(part);
    if (found !== undefined) return found;
    throw invalidValue(
      path,
      text,
      `\${${part.slice(0, 100)}} is no value of a label here: ${known}`,
    );
  });
  return (data) => parts.map((part) => part(data)).join("");
}
