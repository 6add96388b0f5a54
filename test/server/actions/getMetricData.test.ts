/** GetMetricData, of CloudWatch: wire form in three protocols, validation, order, pages. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MIDNIGHT } from "../../metrics/measured.ts";
import { type Ask, askJson, protocols, type Served, served } from "../../metrics/served.ts";

const START = MIDNIGHT * 60;
let server: Served;

/** Minute by minute one message more, and in the fifth none. */
beforeAll(async () => {
  server = await served();
  const queue = await server.broker.createQueue("q1");
  for (let minute = 0; minute < 5; minute++) {
    for (let message = 0; message <= minute && minute < 4; message++) await queue.send("text");
    await server.skip(60);
  }
});

afterAll(() => server.stop());

function query(Id: string, changes: object = {}, stat: object = {}): object {
  const Metric = {
    Namespace: "AWS/SQS",
    MetricName: "NumberOfMessagesSent",
    Dimensions: [{ Name: "QueueName", Value: "q1" }],
  };
  return { Id, MetricStat: { Metric, Period: 60, Stat: "Sum", ...stat }, ...changes };
}

function ask(changes: object, by: Ask = askJson) {
  const times = { StartTime: START, EndTime: START + 3600 };
  const input = { MetricDataQueries: [query("sent")], ...times, ...changes };
  return by(server.endpoint, "GetMetricData", input);
}

/** A value in a label, which no text of JavaScript is to put in itself. */
const at = (name: string) => `\${${name}}`;

const minutes = (...numbers: readonly number[]) => numbers.map((minute) => START + minute * 60);

describe.each(protocols)("in %s", (_, by) => {
  test("answers the newest first, and by request the oldest", async () => {
    const newest = await ask({}, by);
    expect(newest.result).toEqual({
      MetricDataResults: [
        {
          Id: "sent",
          Label: "NumberOfMessagesSent",
          Timestamps: minutes(4, 3, 2, 1, 0),
          Values: [0, 4, 3, 2, 1],
          StatusCode: "Complete",
        },
      ],
      Messages: [],
    });
    const oldest = await ask({ ScanBy: "TimestampAscending" }, by);
    expect(oldest.result.MetricDataResults).toMatchObject([{ Values: [1, 2, 3, 4, 0] }]);
  });

  test("answers several queries, each by its id and label, and those alone that are wanted", async () => {
    const { result } = await ask(
      {
        MetricDataQueries: [
          query("a", { Label: "how many" }, { Stat: "Average", Period: 300 }),
          query("b", { ReturnData: false }),
          query("c", {}, { Unit: "Bytes" }),
        ],
      },
      by,
    );
    expect(result.MetricDataResults).toEqual([
      { Id: "a", Label: "how many", Timestamps: minutes(0), Values: [2], StatusCode: "Complete" },
      {
        Id: "c",
        Label: "NumberOfMessagesSent",
        Timestamps: [],
        Values: [],
        StatusCode: "Complete",
      },
    ]);
  });

  test.each(["TimestampAscending", "TimestampDescending"])("gives pages, %s", async (ScanBy) => {
    const MetricDataQueries = ["a", "b", "c"].map((id) => query(id));
    const pages: unknown[] = [];
    const found: Record<string, number[]> = { a: [], b: [], c: [] };
    let NextToken: string | undefined;
    do {
      const { status, result } = await ask(
        { MetricDataQueries, MaxDatapoints: 4, ScanBy, NextToken },
        by,
      );
      expect(status).toBe(200);
      const results = result.MetricDataResults as {
        Id: string;
        Values: number[];
        StatusCode: string;
      }[];
      pages.push(results.map(({ Id, Values, StatusCode }) => `${Id}${Values.length}${StatusCode}`));
      for (const { Id, Values } of results) found[Id]?.push(...Values);
      NextToken = result.NextToken as string | undefined;
    } while (NextToken !== undefined);
    const whole = ScanBy === "TimestampAscending" ? [1, 2, 3, 4, 0] : [0, 4, 3, 2, 1];
    expect(found).toEqual({ a: whole, b: whole, c: whole });
    expect(pages).toEqual([
      ["a4PartialData"],
      ["a1Complete", "b3PartialData"],
      ["b2Complete", "c2PartialData"],
      ["c3Complete"],
    ]);
  });

  test.each([
    ["MetricDataQueries", { MetricDataQueries: undefined }, "MissingParameter"],
    ["EndTime", { EndTime: undefined }, "MissingParameter"],
    ["member.1.Id", { MetricDataQueries: [query("Sent")] }, "InvalidParameterValue"],
    ["member.2.Id", { MetricDataQueries: [query("a"), query("a")] }, "InvalidParameterValue"],
    ["MetricStat", { MetricDataQueries: [{ Id: "a" }] }, "MissingParameter"],
    [
      "member.1.Expression",
      { MetricDataQueries: [{ Id: "a", Expression: "SUM(METRICS())" }] },
      "InvalidParameterValue",
    ],
    ["Stat", { MetricDataQueries: [query("a", {}, { Stat: "p50" })] }, "InvalidParameterValue"],
    ["Period", { MetricDataQueries: [query("a", {}, { Period: 30 })] }, "InvalidParameterValue"],
    [
      "Metric.Namespace",
      { MetricDataQueries: [query("a", {}, { Metric: {} })] },
      "MissingParameter",
    ],
    [
      "ReturnData",
      { MetricDataQueries: [query("a", { ReturnData: false })] },
      "InvalidParameterCombination",
    ],
    ["ScanBy", { ScanBy: "Ascending" }, "InvalidParameterValue"],
    ["MaxDatapoints", { MaxDatapoints: 0 }, "InvalidParameterValue"],
    ["MaxDatapoints", { MaxDatapoints: 100_801 }, "InvalidParameterValue"],
    ["Timezone", { LabelOptions: { Timezone: "CET" } }, "InvalidParameterValue"],
    ["Timezone", { LabelOptions: { Timezone: "+0190" } }, "InvalidParameterValue"],
    [
      `${at("MOST")} is no value of a label here: AVG, DATAPOINT_COUNT,`,
      { MetricDataQueries: [query("a", { Label: `at most ${at("MOST")}` })] },
      "InvalidParameterValue",
    ],
    [
      "MetricDataQueries.member.1.Label",
      { MetricDataQueries: [query("a", { Label: `${at("PROP('AccountLabel')")}` })] },
      "InvalidParameterValue",
    ],
    ["token", { NextToken: "nothing" }, "InvalidNextToken"],
    ["token", { NextToken: Buffer.from("1").toString("base64url") }, "InvalidNextToken"],
    ["StartTime", { EndTime: START }, "InvalidParameterValue"],
  ])("names %s in refusing %j", async (name, changes, code) => {
    const { status, code: answered, result } = await ask(changes, by);
    expect([status, answered]).toEqual([400, code]);
    expect(result.message).toContain(name);
  });

  test.each([
    ["$ {AVG} $", "$ {AVG} $"],
    [`${at("LABEL")}: ${at("MIN")} to ${at("MAX")}`, "NumberOfMessagesSent: 0 to 4"],
    [`${at("AVG")} of ${at("DATAPOINT_COUNT")}, ${at("SUM")} in all`, "2 of 5, 10 in all"],
    [`${at("FIRST")} ${at("LAST")} ${at("FIRST_LAST_RANGE")} ${at("MIN_MAX_RANGE")}`, "1 0 -1 4"],
    [`${at("FIRST_TIME")}`, "2026-01-01T01:30:00+01:30"],
    [`${at("LAST_TIME")}`, "2026-01-01T01:34:00+01:30"],
    [`${at("MAX_TIME")} ${at("MIN_TIME")}`, "2026-01-01T01:33:00+01:30 2026-01-01T01:34:00+01:30"],
    [`${at("PROP('Dim.QueueName')")} ${at("PROP('Dim.Color')")}`, "q1 --"],
    [`${at("PROP('Namespace')")} ${at("PROP('MetricName')")}`, "AWS/SQS NumberOfMessagesSent"],
    [`${at("PROP('Stat')")} ${at("PROP('Period')")}`, "Sum 60"],
    [`${at("PROP('AccountId')")} ${at("PROP('Region')")}`, "000000000000 us-east-1"],
  ])("the label %s is %s", async (Label, expected) => {
    const LabelOptions = { Timezone: "+0130" };
    // Of all that there is, whatever of it a page has.
    const page = { MaxDatapoints: 2, LabelOptions };
    const { result } = await ask({ MetricDataQueries: [query("a", { Label })], ...page }, by);
    expect(result.MetricDataResults).toMatchObject([{ Label: expected }]);
  });

  test("a label of no data says so, and a zone behind UTC is one", async () => {
    const Label = `${at("MAX")} ${at("LAST_TIME")} ${at("DATAPOINT_COUNT")}`;
    const none = query("a", { Label }, { Unit: "Bytes" });
    const { result } = await ask({ MetricDataQueries: [none] }, by);
    expect(result.MetricDataResults).toMatchObject([{ Label: "-- -- 0" }]);
    const last = query("a", { Label: `${at("LAST_TIME")}` });
    const zones = ["-0800", undefined].map(async (Timezone) => {
      const LabelOptions = Timezone === undefined ? {} : { LabelOptions: { Timezone } };
      return (await ask({ MetricDataQueries: [last], ...LabelOptions }, by)).result;
    });
    expect(await Promise.all(zones)).toMatchObject([
      { MetricDataResults: [{ Label: "2025-12-31T16:04:00-08:00" }] },
      { MetricDataResults: [{ Label: "2026-01-01T00:04:00+00:00" }] },
    ]);
  });

  test("takes 500 queries and no more", async () => {
    const queries = Array.from({ length: 501 }, (_, index) => query(`q${index}`));
    const { result } = await ask({ MetricDataQueries: queries.slice(1) }, by);
    expect(result.MetricDataResults).toHaveLength(500);
    const refused = await ask({ MetricDataQueries: queries }, by);
    expect([refused.code, refused.result.message]).toEqual([
      "InvalidParameterValue",
      "The value 501 for parameter MetricDataQueries is invalid. Reason: there must be 1 to 500 of them.",
    ]);
  });
});
