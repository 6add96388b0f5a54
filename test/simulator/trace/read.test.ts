/** Files of arrivals in every format that is read, and what is told of those that can't be. */
import { afterAll, describe, expect, test } from "vitest";
import { readColumn } from "../../../engine/simulator/trace/readTrace.ts";
import type { TraceRequest } from "../../../engine/simulator/trace/traceRequest.ts";
import { zoneOf } from "../../../engine/simulator/trace/zone.ts";
import { fileOf, mistakeOf, read, removeFolder } from "./files.ts";

afterAll(removeFolder);

function zone(name: string): { zone: NonNullable<ReturnType<typeof zoneOf>> } {
  return { zone: zoneOf(name) as NonNullable<ReturnType<typeof zoneOf>> };
}

describe("moments", () => {
  test.each([
    [
      "with a name over them",
      ["TIMESTAMP,Tokens", "2023-11-16 18:17:03.9799600,48", "2023-11-16 18:17:04.9799600,3"],
    ],
    ["alone", ["2026-11-29T08:30:00Z", "2026-11-29T08:30:01Z"]],
    ["with offsets", ["2026-11-29T08:30:00+01:00", "2026-11-29T07:30:01+00:00"]],
    ["in Unix time", ["1764404400", "1764404401"]],
    ["in its milliseconds", ["time", "1764404400000", "1764404401000"]],
    ["in its nanoseconds", ["time", "1764404400000000000", "1764404401000000000"]],
    ["in seconds from anywhere", ["0.25", "1.25"]],
    [
      "behind a mark and with returns",
      "\ufefftime\r\n2026-11-29 08:30:00\r\n2026-11-29 08:30:01\r\n",
    ],
    ["between tabs", ["id\ttime", "7\t2026-11-29 08:30:00", "8\t2026-11-29 08:30:01"]],
    [
      "between semicolons, with quotes",
      ['"a;b";"time"', '"x ""y"" ;";2026/11/29 08:30:00', "z;2026/11/29 08:30:01"],
    ],
    [
      "behind a cell of two lines",
      ["text,time", '"one', 'two",2026-11-29 08:30:00', "x,2026-11-29 08:30:01"],
    ],
    ["newest first", ["2026-11-29 08:30:01", "2026-11-29 08:30:00"]],
  ])("%s", (_, lines) => {
    const { seconds, counts, widthMs } = read(lines);
    expect([seconds[0], seconds[1]?.toFixed(3), counts, widthMs]).toEqual([0, "1.000", [1, 1], 0]);
  });

  test("in disorder are sorted where that is asked, and know their rows", () => {
    const { seconds, places } = read(["5", "3", "4"], { sorts: true });
    expect([seconds, [...(places ?? [])]]).toEqual([
      [0, 1, 2],
      [1, 2, 0],
    ]);
  });

  test("are as many as their scale says, in all", () => {
    expect(read(["1", "2", "3", "4"], { scale: 0.5 }).counts).toEqual([1, 0, 1, 0]);
    expect(read(["1", "2"], { scale: 3 }).counts).toEqual([3, 3]);
  });
});

describe("buckets", () => {
  test.each([
    [
      "of a time and a value",
      ["timestamp,value", "2014-04-10 00:04:00,94.0", "2014-04-10 00:09:00,56.0"],
    ],
    ["without names", ["2014-04-10 00:04:00,94", "2014-04-10 00:09:00,56"]],
    [
      "by names",
      ["b,n2,at", "1,94,2014-04-10 00:04:00", "2,56,2014-04-10 00:09:00"],
      { timeColumn: "AT", countColumn: "n2" },
    ],
    [
      "by numbers",
      ["1,94,2014-04-10 00:04:00", "2,56,2014-04-10 00:09:00"],
      { timeColumn: 3, countColumn: 2 },
    ],
    [
      "of the console's export",
      [
        'Full label,"a, b"',
        "Label,Sent",
        "Unit,Count",
        "2014/04/10 00:04:00,94",
        "2014/04/10 00:09:00,56",
      ],
    ],
    [
      "of the console's export, one of several",
      [
        "Label,Other,Sent",
        "2014/04/10 00:04:00,1,94",
        "2014/04/10 00:06:00,7,",
        "2014/04/10 00:09:00,2,56",
      ],
      { countColumn: "Sent" },
    ],
  ])("%s", (_, lines, change?: Partial<TraceRequest>) => {
    const { seconds, counts, widthMs, spanMs } = read(lines, change);
    expect([seconds, counts, widthMs, spanMs]).toEqual([[0, 300], [94, 56], 300_000, 600_000]);
  });

  test("that are no whole numbers bring as many in all as they say, to the message", () => {
    expect(read(["0,0.4", "60,0.4", "120,0.4", "180,1.3"]).counts).toEqual([0, 1, 0, 2]);
  });

  test("that are missing are empty where that is said", () => {
    const { seconds, counts } = read(["0,1", "60,1", "180,1"], { takesGaps: true });
    expect([seconds, counts]).toEqual([
      [0, 60, 180],
      [1, 1, 1],
    ]);
  });
});

const clock = [
  "time,count",
  "2026-10-25 01:30:00,1",
  "2026-10-25 02:30:00,2",
  "2026-10-25 02:30:00,3",
  "2026-10-25 03:30:00,4",
];

describe("time zones", () => {
  test("a wall's clock shows an hour twice in autumn", () => {
    expect(read(clock, zone("Europe/Berlin")).seconds).toEqual([0, 3_600, 7_200, 10_800]);
  });

  test("and jumps over one in spring", () => {
    const spring = ["2026-03-29 01:59:00", "2026-03-29 03:00:00"];
    expect(read(spring, zone("Europe/Berlin")).seconds).toEqual([0, 60]);
    expect(read(spring).seconds).toEqual([0, 3_660]);
  });

  test("a time that names its own is not in the file's", () => {
    const mixed = ["2026-11-29T12:00:00", "2026-11-29T10:00:01Z"];
    expect(read(mixed, zone("+02:00")).seconds).toEqual([0, 1]);
  });
});

const metrics = {
  MetricDataResults: [
    {
      Id: "m1",
      Label: "NumberOfMessagesSent",
      Timestamps: [
        "2026-11-29T08:10:00+00:00",
        "2026-11-29T08:05:00+00:00",
        "2026-11-29T08:00:00+00:00",
      ],
      Values: [30, 20, 10],
      StatusCode: "Complete",
    },
    {
      Id: "m2",
      Label: "NumberOfEmptyReceives",
      Timestamps: [1764403200, 1764402900],
      Values: [1, 2],
      StatusCode: "PartialData",
    },
  ],
  Messages: [],
};

test("what get-metric-data prints, newest first", () => {
  const text = JSON.stringify(metrics, null, 2);
  for (const metric of ["m1", "NumberOfMessagesSent"]) {
    const { seconds, counts } = read(text, { metric });
    expect([seconds, counts]).toEqual([
      [0, 300, 600],
      [10, 20, 30],
    ]);
  }
});

const log = [
  '203.0.113.9 - - [29/Nov/2026:09:30:00 +0100] "GET /a HTTP/1.1" 200 512 "-" "curl/8"',
  '203.0.113.9 - bob smith [29/Nov/2026:09:30:02 +0100] "GET /\\"b HTTP/1.1" 404 -',
  '203.0.113.9 - - [29/Nov/2026:08:30:01 +0000] "POST /c HTTP/1.1" 200 99',
  '203.0.113.9 - - [29/Nov/2026:08:30:01 +0000] "POST /d HTTP/1.1" 200 98',
];

test("an access log, whose lines are written when requests are over", () => {
  const { seconds, places, widthMs } = read(log);
  expect([seconds, [...(places ?? [])], widthMs]).toEqual([[0, 1, 1, 2], [0, 2, 3, 1], 1_000]);
  expect([...readColumn(fileOf(log), "bytes", 2)]).toEqual([1_024, 0, 198, 196]);
});

test("a column's numbers, by the file's rows", () => {
  const file = fileOf(["TIMESTAMP,Tokens", "2023-11-16 18:17:03,4", "2023-11-16 18:17:04,7"]);
  expect([...readColumn(file, "tokens", 0.5)]).toEqual([2, 3.5]);
  expect([...readColumn(file, 2, 1)]).toEqual([4, 7]);
});

describe("what is wrong is told with its line:", () => {
  test.each([
    ["nothing in it", "", "FILE: It is empty."],
    ["nothing but names", ["time,count"], "FILE: It has no rows."],
    ["no messages", ["0,0", "60,0"], "FILE: It brings no message: its counts are 0."],
    [
      "a row that is no time",
      ["time,count", "2026-11-29 08:30:00,1", "yesterday,2"],
      'FILE:3: "yesterday" is no time; a time is as 2026-11-29T08:30:00Z, or Unix time.',
    ],
    [
      "a day that is none",
      ["2026-02-28", "2026-02-29"],
      'FILE:2: "2026-02-29" is no time; a time is as 2026-11-29T08:30:00Z, or Unix time.',
    ],
    [
      "a count that is none",
      ["time,count", "0,1", "60,"],
      'FILE:3: "" is no number of messages; that is a number from 0 on.',
    ],
    [
      "a count below 0",
      ["0,1", "60,-1"],
      'FILE:2: "-1" is no number of messages; that is a number from 0 on.',
    ],
    [
      "disorder",
      ["time", "2026-11-29 08:30:00", "2026-11-29 08:30:02", "2026-11-29 08:30:01"],
      "FILE:4: Its time is before that of line 3; where rows stand in no order, order: sort puts them in that of time.",
    ],
    [
      "a gap",
      ["time,count", "0,1", "60,1", "120,1", "300,1"],
      "FILE:5: 180 seconds lie between this row and the one before it, and 60 between most; where nothing came in between, say gaps: empty.",
    ],
    [
      "one bucket alone",
      ["0,5"],
      "FILE: How long its buckets are can't be seen of one; give it bucketSeconds.",
    ],
    [
      "quotes without an end",
      ["a,b", '1,"2', "3,4"],
      "FILE:2: Quotes are opened here and not closed.",
    ],
    [
      "quotes within a cell",
      ["a,b", '1,x"2"'],
      "FILE:2: Quotes stand within a cell: they are around the whole cell, doubled within.",
    ],
    [
      "a log's line that is none",
      [...log, "oops"],
      'FILE:5: It is no line of an access log, as in: 203.0.113.9 - - [29/Nov/2026:08:30:00 +0000] "GET / HTTP/1.1" 200 512',
    ],
  ])("%s", (_, lines, sentence) => {
    expect(mistakeOf(lines)).toBe(sentence);
  });

  test("a column that is not there", () => {
    const lines = ["time,Count,other", "0,1,2"];
    expect(mistakeOf(lines, { countColumn: "coumt" })).toBe(
      "FILE:1: It has no column coumt; did you mean Count?",
    );
    expect(mistakeOf(lines, { timeColumn: "zzzzzz" })).toBe(
      "FILE:1: It has no column zzzzzz; there are time, Count and other.",
    );
    expect(mistakeOf(["0,1"], { timeColumn: 3 })).toBe(
      "FILE:1: It has no column 3; its columns have no names but numbers: 1 to 2.",
    );
    expect(mistakeOf(["time,a,b", "0,1,2"], { format: "buckets" })).toBe(
      "FILE:1: It has no column that is known to count; there are time, a and b. Name it: countColumn.",
    );
  });

  test("of metrics", () => {
    const text = JSON.stringify(metrics, null, 2);
    expect(mistakeOf(text)).toBe(
      "FILE: It has 2 metrics; name the one that is meant: metric: m1 or m2.",
    );
    expect(mistakeOf(text, { metric: "m" })).toBe("FILE: It has no metric m; there are m1 and m2.");
    expect(mistakeOf(text, { metric: "m2" })).toBe(
      "FILE:29: It is PartialData, so data is missing: get all of it (NextToken).",
    );
    expect(mistakeOf(text.replace("20,", "-2,"), { metric: "m1" })).toBe(
      "FILE:13: -2 is no number of messages; that is a number from 0 on.",
    );
    expect(mistakeOf('{"Datapoints": []}')).toMatch(/^FILE: It has no MetricDataResults/);
    expect(mistakeOf("{")).toMatch(/^FILE: It can't be read as JSON: /);
  });

  test("of one moment that is to be repeated", () => {
    expect(mistakeOf(["5", "5"], { repeats: true })).toBe(
      "FILE: All of it is one moment, which can't be repeated; give it bucketSeconds.",
    );
  });
});
