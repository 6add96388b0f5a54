/**
 * The queries of GetMetricData, checked, and the pages of what they find. A page ends in the middle of
 * a query; its token names the query and the last moment that it has, so that it goes on behind that
 * whatever was counted meanwhile. Pure.
 */
import { SluiceError } from "../../errors.ts";
import type { Stretch } from "../../metrics/points.ts";
import { defaultLabel, type Label, labelOf } from "./metricLabels.ts";
import {
  type Asked,
  askedFor,
  checkPeriod,
  checkStatistic,
  dimensionsShape,
  hasUnit,
  invalidCombination,
  invalidValue,
  listOf,
  missingParameter,
  type Statistic,
  stretchOf,
} from "./metrics.ts";
import type { Partly } from "./schema.ts";

const text = { type: "string" } as const;

/** Most queries of one request. */
export const queriesMax = 500;

const metricStat = {
  Metric: {
    type: "structure",
    members: { Namespace: text, MetricName: text, Dimensions: dimensionsShape },
  },
  Period: { type: "integer" },
  Stat: text,
  Unit: text,
} as const;

const query = {
  Id: text,
  MetricStat: { type: "structure", members: metricStat },
  Expression: text,
  Label: text,
  ReturnData: { type: "boolean" },
  Period: { type: "integer" },
  AccountId: text,
} as const;

export const queriesShape = listOf({ type: "structure", members: query } as const, queriesMax);

/** One query that asks for data. */
export interface MetricQuery {
  readonly id: string;
  readonly label: Label;
  /** Of the metric, by the names that a label has for them. */
  readonly properties: Readonly<Record<string, string | undefined>>;
  /** AccountId: whose queue is meant, if the query says so. */
  readonly owner: string | undefined;
  /** Undefined for a metric that no queue has. */
  readonly asked: Asked | undefined;
  readonly statistic: Statistic;
  readonly stretch: Stretch;
}

const idPattern = /^[a-z]\w{0,254}$/;

/** Those of the queries whose data is asked for. */
export function checkQueries(
  queries: readonly Partly<typeof query>[],
  start: number,
  end: number,
): MetricQuery[] {
  const count = queries.length;
  if (count === 0 || count > queriesMax) {
    throw invalidValue("MetricDataQueries", count, `there must be 1 to ${queriesMax} of them`);
  }
  const ids = new Set<string>();
  const checked = queries.map((one, index) => {
    const path = `MetricDataQueries.member.${index + 1}.`;
    const { Id } = one;
    if (Id === undefined) throw missingParameter(`${path}Id`);
    if (!idPattern.test(Id)) {
      const reason = "it must begin with a small letter, and have letters, digits and _ behind it";
      throw invalidValue(`${path}Id`, Id, reason);
    }
    if (ids.has(Id)) throw invalidValue(`${path}Id`, Id, "another query has it");
    ids.add(Id);
    return { ...checkQuery(one, path, start, end), id: Id, isWanted: one.ReturnData !== false };
  });
  const wanted = checked.filter(({ isWanted }) => isWanted);
  if (wanted.length > 0) return wanted;
  throw invalidCombination("At least one query must have ReturnData.");
}

function checkQuery(
  { AccountId, MetricStat, Expression, Label }: Partly<typeof query>,
  path: string,
  start: number,
  end: number,
): Omit<MetricQuery, "id"> {
  if (Expression !== undefined) {
    const reason =
      "there are no expressions here, neither metric math nor Metrics Insights; ask for each metric by " +
      "MetricStat";
    throw invalidValue(`${path}Expression`, Expression, reason);
  }
  if (MetricStat === undefined) throw missingParameter(`${path}MetricStat`);
  const { Metric = {}, Period, Stat, Unit } = MetricStat;
  const inner = `${path}MetricStat.`;
  if (Period === undefined) throw missingParameter(`${inner}Period`);
  if (Stat === undefined) throw missingParameter(`${inner}Stat`);
  const asked = askedFor(Metric, `${inner}Metric.`);
  const hasIt = asked !== undefined && hasUnit(asked, Unit, `${inner}Unit`);
  const { MetricName, Namespace, Dimensions = [] } = Metric;
  const dimensions = Dimensions.map(({ Name, Value }) => [`Dim.${Name}`, Value] as const);
  return {
    label: Label === undefined ? defaultLabel : labelOf(Label, `${path}Label`),
    properties: {
      MetricName,
      Namespace,
      Period: String(Period),
      Stat,
      ...Object.fromEntries(dimensions),
    },
    owner: AccountId,
    asked: hasIt ? asked : undefined,
    statistic: checkStatistic(Stat, `${inner}Stat`),
    stretch: stretchOf(start, end, checkPeriod(Period, `${inner}Period`)),
  };
}

/** Where a page begins: in that query, behind that moment (milliseconds since 1970), if there is one. */
export interface Place {
  readonly query: number;
  readonly afterMs: number | undefined;
}

const tokenPattern = /^(\d{1,3})(?:-(\d{1,15}))?$/;

export function tokenOf({ query: index, afterMs }: Place): string {
  const words = afterMs === undefined ? `${index}` : `${index}-${afterMs}`;
  return Buffer.from(words).toString("base64url");
}

/** Throws InvalidNextToken for what is no token of such a request. */
export function placeOf(token: string | undefined, queries: number): Place {
  if (token === undefined) return { query: 0, afterMs: undefined };
  const words = Buffer.from(token, "base64url").toString();
  const [whole, index, afterMs] = tokenPattern.exec(words) ?? [];
  if (whole === undefined || Number(index) >= queries) {
    throw new SluiceError("InvalidNextToken", "The next token is none of this request's.");
  }
  return { query: Number(index), afterMs: afterMs === undefined ? undefined : Number(afterMs) };
}
