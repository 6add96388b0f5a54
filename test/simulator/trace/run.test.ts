/** Traces in runs: as many messages as the file has, when it has them, with what its rows say of them. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { Arrivals } from "../../../engine/simulator/random/arrivals.ts";
import { Stream } from "../../../engine/simulator/random/stream.ts";
import { readScenario } from "../../../engine/simulator/scenario/read.ts";
import type { Trace } from "../../../engine/simulator/scenario/trace.ts";
import type { Scenario } from "../../../engine/simulator/scenario/types.ts";
import { simulate } from "../../../engine/simulator/simulate.ts";
import { fileOf, folder, removeFolder } from "./files.ts";

afterAll(removeFolder);

/** A trace into a queue that nobody takes from, but as a test has it. */
function scenarioOf(trace: Trace, change: Partial<Scenario> = {}): Scenario {
  return {
    horizon: { seconds: 1_000_000_000 },
    queues: { work: { MessageRetentionPeriod: 1_209_600 } },
    producers: { web: { queue: "work", arrivals: { trace } } },
    ...change,
  };
}

/** So many of its moments, in seconds. */
async function moments(trace: Trace, count: number): Promise<number[]> {
  const plan = await readScenario(scenarioOf(trace));
  const planned = plan.producers[0]?.arrivals;
  if (planned === undefined) throw new Error("There is a producer.");
  const arrivals = new Arrivals(planned, new Stream(1));
  return Array.from({ length: count }, () => arrivals.next() / 1_000);
}

describe("moments of a trace", () => {
  test("are the file's, and then there are none", async () => {
    const file = fileOf(["7", "7", "9.5"]);
    expect(await moments({ file }, 4)).toEqual([0, 0, 2.5, Number.POSITIVE_INFINITY]);
  });

  test("begin again, as far behind the last as they lie apart", async () => {
    const file = fileOf(["7", "8", "11"]);
    expect(await moments({ file, repeat: true }, 7)).toEqual([0, 1, 4, 6, 7, 10, 12]);
  });

  test("are spread evenly over their buckets, none over a gap", async () => {
    const file = fileOf(["0,2", "60,0", "180,1"]);
    const trace: Trace = { file, spacing: "even", gaps: "empty", repeat: true };
    expect(await moments({ ...trace, bucketSeconds: 60 }, 5)).toEqual([15, 45, 210, 255, 285]);
  });

  test("rise within their buckets where they lie at random, as uniform numbers do", async () => {
    const file = fileOf(["0,20000", "60,0", "120,3"]);
    const all = await moments({ file }, 20_003);
    expect(all.every((one, index) => index === 0 || one >= (all[index - 1] as number))).toBe(true);
    const first = all.slice(0, 20_000);
    expect(first.at(-1)).toBeLessThan(60);
    const quarter = first.filter((one) => one < 15).length;
    // Four standard deviations.
    expect(Math.abs(quarter - 5_000)).toBeLessThan(4 * Math.sqrt(20_000 * 0.25 * 0.75));
    expect(all.slice(20_000).every((one) => one >= 120 && one < 180)).toBe(true);
  });
});

test("as many are sent as the file has, its scale and its repetition included", async () => {
  const file = fileOf(["time,n", "0,100", "60,7", "120,250"]);
  const once = await simulate(scenarioOf({ file }, { horizon: { seconds: 3_600 } }), {
    unstable: true,
  });
  expect([once.queues.work?.sent, once.producers.web?.sent]).toEqual([357, 357]);
  const scaled = scenarioOf({ file, scale: 2.5, repeat: true }, { horizon: { seconds: 360 } });
  const { queues } = await simulate(scaled, { unstable: true });
  expect(queues.work?.sent).toBe(2 * Math.round(357 * 2.5));
});

test("the load check has the mean from beginning to end", async () => {
  const file = fileOf(["0,600", "60,0"]);
  const scenario = scenarioOf(
    { file },
    {
      consumers: {
        workers: { queue: "work", count: 1, service: { deterministic: { seconds: 1 } } },
      },
    },
  );
  await expect(simulate(scenario)).rejects.toThrow(
    "work: the queue grows by 4 messages a second: 5 come, and its consumers finish 1 at most (load 5).",
  );
});

test("a run that ends with its messages has as many in its file, or seconds", async () => {
  const file = fileOf(["0", "1", "2"]);
  await expect(readScenario(scenarioOf({ file }, { horizon: { messages: 4 } }))).rejects.toThrow(
    "scenario: horizon.messages: Its traces bring 3 messages and end after 3 seconds; give it seconds as well.",
  );
  const plan = await readScenario(scenarioOf({ file }, { horizon: { messages: 3 } }));
  expect(plan.horizon.messages).toBe(3);
});

test("files are found from the scenario's own folder; a mistake has both lines", async () => {
  mkdirSync(join(folder, "deep"), { recursive: true });
  writeFileSync(join(folder, "deep", "arrivals.csv"), "time\n1\n2\nlater\n");
  const scenario = join(folder, "scenario.yaml");
  writeFileSync(
    scenario,
    [
      "horizon: { seconds: 60 }",
      "queues: { work: }",
      "producers:",
      "  web:",
      "    queue: work",
      "    arrivals:",
      "      trace:",
      "        file: deep/arrivals.csv",
      "        timeZone: Europe/Berlim",
      "",
    ].join("\n"),
  );
  await expect(readScenario(scenario)).rejects.toThrow(
    `${scenario}:9: producers.web.arrivals.trace.timeZone: It is an offset, as +02:00, or a name, as Europe/Berlin.`,
  );
  const broken = scenarioOf({ file: join(folder, "deep", "arrivals.csv") });
  await expect(readScenario(broken)).rejects.toThrow(
    `scenario: producers.web.arrivals.trace.file: ${join(folder, "deep", "arrivals.csv")}:4: "later" is no time`,
  );
  await expect(readScenario(scenarioOf({ file: "not/there.csv" }))).rejects.toThrow(
    /producers\.web\.arrivals\.trace\.file: .*not\/there\.csv: It can't be read: ENOENT/,
  );
});

test("sizes are their rows' own in the same file, and cut to what the queue takes", async () => {
  const file = fileOf(["time,bytes", "3,50", "1,0", "2,9999999"]);
  const trace = { file, order: "sort" } as const;
  const { queues } = await simulate(
    {
      ...scenarioOf(trace, { horizon: { seconds: 10 } }),
      producers: {
        web: {
          queue: "work",
          arrivals: { trace },
          bodyBytes: { trace: { file, column: "bytes" } },
        },
      },
    },
    { unstable: true },
  );
  expect(queues.work?.api.sentBytes).toBe(1 + 1_048_576 + 50);
  expect(queues.work?.series.SentMessageSize[0]).toBe(1);
});

test("sizes of another file are drawn from all of its rows", async () => {
  const sizes = fileOf([
    "bytes",
    ...Array.from({ length: 100 }, (_, row) => String(10 * row + 10)),
  ]);
  const { queues } = await simulate(
    {
      horizon: { messages: 20_000 },
      queues: { work: {} },
      producers: {
        web: {
          queue: "work",
          arrivals: { deterministic: { perSecond: 10 } },
          bodyBytes: { trace: { file: sizes, column: 1, bytesPerUnit: 0.5 } },
        },
      },
    },
    { unstable: true },
  );
  const mean = (queues.work?.api.sentBytes ?? 0) / 20_000;
  // Uniform from 5 to 500: four standard errors.
  expect(Math.abs(mean - 252.5)).toBeLessThan((4 * 144.3) / Math.sqrt(20_000));
});

test("replications on threads have the same trace, each its own moments in the buckets", async () => {
  const file = fileOf(["0,50", "60,20", "120,0"]);
  const scenario = scenarioOf(
    { file },
    {
      horizon: { seconds: 200 },
      replications: 3,
      consumers: {
        workers: { queue: "work", count: 1, service: { exponential: { meanSeconds: 1 } } },
      },
    },
  );
  const [one, two] = await Promise.all([
    simulate(scenario, { threads: 1 }),
    simulate(scenario, { threads: 2 }),
  ]);
  expect(one.queues.work?.sent).toBe(210);
  const { speed: _, ...first } = one;
  const { speed: __, ...second } = two;
  expect(second).toEqual(first);
});

const data = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
const real: readonly [name: string, change: Partial<Trace>, messages: number, seconds: number][] = [
  ["azure-llm-2023-code.csv", {}, 8_819, 3_436],
  ["azure-llm-2023-conv.csv", {}, 19_366, 3_502],
  ["nab-elb-request-count.csv", { gaps: "empty" }, 249_327, 1_212_000],
  ["nab-twitter-volume-amzn.csv", {}, 843_768, 4_749_300],
];

describe.each(real)("%s", (name, change, messages, seconds) => {
  const file = join(data, name);

  test("loads and runs, to the last message", async (context) => {
    if (!existsSync(file)) {
      process.stderr.write(
        `SKIPPED: ${name} is not on this machine; the tests above have samples.\n`,
      );
      context.skip();
    }
    const plan = await readScenario(scenarioOf({ file, ...change }));
    const arrivals = plan.producers[0]?.arrivals;
    if (arrivals?.kind !== "trace") throw new Error("It is a trace.");
    expect(arrivals.played.until.at(-1)).toBe(messages);
    expect(Math.round(arrivals.played.spanMs / 1_000)).toBe(seconds);
    const horizon = { seconds: seconds + 1 };
    const service = { deterministic: { seconds: 0.01 } };
    const consumers = { workers: { queue: "work", count: 1, service, waitTimeSeconds: 20 } };
    const { queues } = await simulate(scenarioOf({ file, ...change }, { horizon, consumers }));
    expect([queues.work?.sent, queues.work?.deleted]).toEqual([messages, messages]);
  });
});
