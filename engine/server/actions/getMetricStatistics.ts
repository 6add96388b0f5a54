/** GetMetricStatistics, of CloudWatch: what a queue's metric was, by periods. */
import { action } from "../action.ts";
import {
  askedFor,
  checkPeriod,
  checkStatistic,
  datapointsOf,
  dimensionsShape,
  hasUnit,
  invalidCombination,
  invalidValue,
  listOf,
  metricsOf,
  statisticNames,
  statistics,
  stretchOf,
} from "../wire/metrics.ts";
import { onEverything } from "../wire/targets.ts";

const text = { type: "string" } as const;
const double = { type: "double" } as const;

/** More than there are, so that what is no statistic is told by its name. */
const statisticsMax = 100;
const datapointsMax = 1_440;

const wire = {
  members: {
    Namespace: { type: "string", required: true },
    MetricName: { type: "string", required: true },
    Dimensions: dimensionsShape,
    StartTime: { type: "timestamp", required: true },
    EndTime: { type: "timestamp", required: true },
    Period: { type: "integer", required: true },
    Statistics: listOf(text, statisticsMax),
    ExtendedStatistics: listOf(text, statisticsMax),
    Unit: text,
  },
  result: {
    Label: text,
    Datapoints: {
      type: "list",
      each: "member",
      isWrapped: true,
      of: {
        type: "structure",
        members: {
          Timestamp: { type: "timestamp" },
          SampleCount: double,
          Average: double,
          Sum: double,
          Minimum: double,
          Maximum: double,
          Unit: text,
        },
      },
    },
  },
} as const;

/** In order of time, which AWS promises nobody. */
export const getMetricStatistics = action(wire, onEverything, (context, input) => {
  const { MetricName, StartTime, EndTime, Period, Unit } = input;
  const { Statistics = [], ExtendedStatistics = [] } = input;
  const asked = askedFor(input, "");
  const stretch = stretchOf(StartTime, EndTime, checkPeriod(Period, "Period"));
  const wanted = wantedOf(Statistics, ExtendedStatistics);
  const count = datapointsOf(stretch);
  if (count > datapointsMax) {
    throw invalidCombination(
      `You have requested up to ${count} datapoints, which exceeds the limit of ${datapointsMax}. ` +
        "You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
    );
  }
  const metrics = metricsOf(context);
  if (asked === undefined || !hasUnit(asked, Unit, "Unit")) {
    return { Label: MetricName, Datapoints: [] };
  }
  const points = metrics.points(asked.queue, asked.metric, stretch, context.account);
  const Datapoints = points.map((point) => ({
    Timestamp: point.startMs / 1_000,
    ...Object.fromEntries(wanted.map((name) => [name, statistics[name](point)])),
    Unit: asked.unit,
  }));
  return { Label: MetricName, Datapoints };
});

function wantedOf(plain: readonly string[], extended: readonly string[]) {
  if (plain.length > 0 && extended.length > 0) {
    throw invalidCombination(
      "The parameters Statistics and ExtendedStatistics exclude each other.",
    );
  }
  if (extended.length > 0) {
    const reason = `percentiles are not kept; the parameter Statistics takes ${statisticNames.join(", ")}`;
    throw invalidValue("ExtendedStatistics.member.1", extended[0], reason);
  }
  if (plain.length === 0) {
    throw invalidCombination("At least one of Statistics or ExtendedStatistics must be specified.");
  }
  if (plain.length > statisticsMax) {
    throw invalidValue("Statistics", plain.length, `there are ${statisticNames.length} statistics`);
  }
  return plain.map((name, index) => checkStatistic(name, `Statistics.member.${index + 1}`));
}
