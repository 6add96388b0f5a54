/** What is wrong with a scenario is told all at once, each mistake by line and path with what would be right. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readScenario } from "../../../engine/simulator/scenario/read.ts";
import { ScenarioError } from "../../../engine/simulator/scenario/scenarioError.ts";
import type { Scenario } from "../../../engine/simulator/scenario/types.ts";
import {
  arrivals,
  consumers,
  first,
  fleet,
  horizon,
  mistakesOf,
  producer,
  producers,
  queue,
  service,
} from "./mistaken.ts";

const allArrivals =
  "poisson, deterministic, uniform, erlang, hyperexponential, batch, mmpp2, diurnal, step, ramp, spike, weekly, closedLoop or trace, as in { poisson: { perSecond: 1 } }";

describe("a field", () => {
  test.each([
    ["that is not there", first("sed: 1"), "sed: There is no such field; did you mean seed?"],
    [
      "that is like none",
      first("warmup: { zzzzz: 1 }"),
      "warmup.zzzzz: There is no such field; there are messages and seconds.",
    ],
    [
      "below its range",
      first("replications: 0"),
      "replications: It is a whole number from 1 to 10000, not 0.",
    ],
    ["that is not whole", first("seed: 1.5"), "seed: It is a whole number from 0 on, not 1.5."],
    ["that is no number", first("seed: .nan"), "seed: It is a whole number from 0 on, not NaN."],
    [
      "above its range",
      first("seed: 4294967296"),
      "seed: It is a whole number from 0 to 4294967295, not 4294967296.",
    ],
    ["that is no map", first("warmup: 60"), "warmup: It is a map of messages and seconds, not 60."],
    ["that is nothing", first("warmup:"), "warmup: It is a map of messages and seconds."],
    [
      "that is missing",
      producer("batch: 1"),
      `producers.web: It lacks arrivals: one of ${allArrivals}.`,
    ],
    [
      "that names a queue and is missing",
      first(`producers: { web: { ${arrivals} } }`),
      "producers.web: It lacks queue: the queue's name.",
    ],
    [
      "of a few words",
      fleet(`${service}, handler: paralel`),
      'consumers.workers.handler: It is one, parallel or batch, not "paralel"; did you mean parallel?',
    ],
    [
      "that is yes or no",
      fleet(`${service}, deleteBatch: yes`),
      'consumers.workers.deleteBatch: It is true or false, not "yes".',
    ],
    [
      "of AWS's, with a unit in its name",
      fleet(`${service}, visibilityTimeoutSeconds: 3`),
      "consumers.workers.visibilityTimeoutSeconds: There is no such field; did you mean visibilityTimeout?",
    ],
    [
      "that is a list of the wrong length",
      producer("arrivals: { mmpp2: { perSecond: [1], meanStaySeconds: [1, 2] } }"),
      "producers.web.arrivals.mmpp2.perSecond: It is a list of 2 values, not of 1.",
    ],
    [
      "that is no list",
      producer("arrivals: { weekly: { perSecond: 3 } }"),
      "producers.web.arrivals.weekly.perSecond: It is a list, not 3.",
    ],
  ])("%s", async (_, text, mistake) => {
    expect(await mistakesOf(text)).toEqual([`1: ${mistake}`]);
  });
});

describe("a queue", () => {
  test.each([
    [
      "that a producer does not find",
      producer(arrivals).replace("queue: work", "queue: wrk"),
      "producers.web.queue: There is no queue wrk; did you mean work?",
    ],
    [
      "that consumers do not find",
      fleet(service).replace("queue: work", "queue: zzz"),
      "consumers.workers.queue: There is no queue zzz; there are work.",
    ],
    [
      "with an attribute that is not there",
      first("queues: { work: { VisibilityTimout: 3 } }"),
      "queues.work.VisibilityTimout: There is no such attribute; did you mean VisibilityTimeout?",
    ],
    [
      "with an attribute in the embedded spelling",
      first("queues: { work: { visibilityTimeout: 3 } }"),
      "queues.work.visibilityTimeout: There is no such attribute; did you mean VisibilityTimeout?",
    ],
    [
      "with an attribute out of its range",
      first("queues: { work: { DelaySeconds: 901 } }"),
      'queues.work.DelaySeconds: Invalid value for the parameter DelaySeconds. Reason: it is a whole number from 0 to 900, not "901".',
    ],
    [
      "whose dead-letter queue is not there",
      first(
        "queues: { work: { RedrivePolicy: { deadLetterTargetArn: ded, maxReceiveCount: 3 } }, dead: {} }",
      ),
      "queues.work.RedrivePolicy: There is no queue ded; did you mean dead?",
    ],
    [
      "whose policy lacks a member",
      first("queues: { work: { RedrivePolicy: { deadLetterTargetArn: work } } }"),
      'queues.work.RedrivePolicy: Value {"deadLetterTargetArn":"work"} for parameter RedrivePolicy is invalid. Reason: deadLetterTargetArn and maxReceiveCount are needed.',
    ],
    [
      "whose name says FIFO, and nothing else",
      first("queues: { work: {}, w.fifo: {} }"),
      "queues.w.fifo: A queue whose name ends in .fifo is FIFO: give it FifoQueue: true, or another name.",
    ],
    [
      "that does not take so large messages",
      producer(`${arrivals}, bodyBytes: 2000`).replace(
        "work: {}",
        "work: { MaximumMessageSize: 1024 }",
      ),
      "producers.web.bodyBytes: Messages of 2000 bytes are more than work takes (MaximumMessageSize: 1024).",
    ],
    [
      "that has no groups",
      producer(`${arrivals}, groups: { uniform: { count: 2 } }`),
      "producers.web.groups: Only a FIFO queue has groups, and work is none.",
    ],
    [
      "with delays of messages in a FIFO queue",
      "producers: { web: { queue: w.fifo, arrivals: { poisson: { perSecond: 1 } }, delaySeconds: 1 } }\nhorizon: { messages: 10 }\nqueues: { w.fifo: { FifoQueue: true } }",
      "producers.web.delaySeconds: A FIFO queue has one delay for all messages: give it DelaySeconds.",
    ],
  ])("%s", async (_, text, mistake) => {
    expect(await mistakesOf(text)).toEqual([`1: ${mistake}`]);
  });
});

describe("a word for what is meant", () => {
  const fifo = (groups: string) =>
    first(`producers: { web: { queue: w.fifo, ${arrivals}, groups: ${groups} } }`).replace(
      "work: {}",
      "work: {}, w.fifo: { FifoQueue: true }",
    );
  test.each([
    [
      producer("arrivals: { poison: { perSecond: 1 } }"),
      "producers.web.arrivals.poison: There is no such kind of arrivals; did you mean poisson?",
    ],
    [
      producer("arrivals: poisson"),
      "producers.web.arrivals: It has parameters; write it as in { poisson: { perSecond: 1 } }.",
    ],
    [
      fifo("{ unifrom: { count: 3 } }"),
      "producers.web.groups.unifrom: There is no such kind of groups; did you mean uniform?",
    ],
    [
      producer(`${arrivals}, bodyBytes: { logormal: { meanBytes: 3 } }`),
      "producers.web.bodyBytes.logormal: There is no such law of sizes; did you mean lognormal?",
    ],
    [
      fleet("service: 100ms"),
      'consumers.workers.service: It is { deterministic: { seconds: 0.1 } }, or another of exponential, uniform, erlang, hyperexponential, lognormal, gamma, weibull, pareto, empirical or trace, not "100ms".',
    ],
    [
      fleet(`${service}, failure: { probability: 1% }`),
      "consumers.workers.failure.probability: It is a number from 0 to 1, without a unit: 0.01.",
    ],
    [first("quotas: on"), 'quotas: It is aws, throughput or off, not "on".'],
    [
      first("redrives: { from: dead }"),
      "redrives: It is a list, each: a map of from, to, atSeconds, everySeconds and perSecond.",
    ],
    [
      first("producers: [{ queue: work }]"),
      "producers: It is a map, each by its name: a map of queue, arrivals, batch, bodyBytes, delaySeconds, groups and duplicates.",
    ],
  ])("%#", async (text, mistake) => {
    expect(await mistakesOf(text)).toEqual([`1: ${mistake}`]);
  });
});

describe("a scenario", () => {
  test.each([
    [
      "without an end",
      first("horizon: {}"),
      "horizon: It lacks messages or seconds: a replication would never end.",
    ],
    [
      "without an end that it reaches",
      [horizon, "initial: { messages: 5 }", queue, consumers].join("\n"),
      "horizon.messages: There are no producers, so it would never end; give it seconds.",
    ],
    [
      "that stops sending",
      first("horizon: { messages: 99 }").replace(
        "poisson: { perSecond: 1 }",
        "step: { perSecond: 3, thenPerSecond: 0, atSeconds: 9 }",
      ),
      "horizon.messages: Its producers stop sending, so it might never end; give it seconds as well.",
    ],
    [
      "with an empty warm-up",
      first("warmup: {}"),
      "warmup: It lacks messages or seconds; leave it out where there is no warm-up.",
    ],
    [
      "that is all warm-up",
      first("warmup: { messages: 10 }"),
      "warmup.messages: It is less than the horizon's 10, which it is part of.",
    ],
    [
      "with a backlog somewhere",
      ["initial: { messages: 5 }", horizon, "queues: { work: {}, dead: {} }", producers].join("\n"),
      "initial: It lacks queue, the name of the queue that has it: work or dead.",
    ],
    [
      "with a backlog nowhere",
      first("initial: { messages: 5, queue: ded }"),
      "initial.queue: There is no queue ded; there are work.",
    ],
    [
      "with two backlogs of a queue",
      first("initial: [{ messages: 5 }, { messages: 5, queue: work }]"),
      "initial.1: work has a backlog already; make one of the two.",
    ],
    [
      "whose clients nobody serves",
      [producer("arrivals: { closedLoop: { clients: 3 } }").replace(consumers, "")].join("\n"),
      "producers.web.arrivals.closedLoop: Its clients wait until work is served, and no consumers take from it.",
    ],
    [
      "that mixes batches and single messages",
      fleet(`${service}, partialBatches: true`),
      "consumers.workers.partialBatches: It goes with handler: batch; messages handled singly fail singly.",
    ],
    [
      "whose precision is of no queue",
      first("horizon: { messages: 10, precision: { halfWidthPercent: 1, queue: wrk } }"),
      "horizon.precision.queue: There is no queue wrk; did you mean work?",
    ],
    [
      "that says a thing twice",
      first("seed: 1\nseed: 2")
        .replace("seed: 1\nseed: 2", "seed: 1 # and\nseed: 2")
        .replace("1 # and\n", "1\n"),
      "seed: It is there already, in line 1; leave one of the two out.",
    ],
  ])("%s", async (_, text, mistake) => {
    const [told, ...others] = await mistakesOf(text);
    expect(told?.replace(/^\d+: /, "")).toBe(mistake);
    expect(others).toEqual([]);
  });

  test("in which nothing happens", async () => {
    expect(await mistakesOf(["horizon: { seconds: 9 }", queue].join("\n"))).toEqual([
      "1: It lacks producers, or initial: nothing would happen.",
    ]);
  });

  test("that is no YAML, no map, or not there", async () => {
    expect(await mistakesOf("queues: [")).toHaveLength(1);
    expect(await mistakesOf("5")).toEqual([
      expect.stringMatching(/^1: It is a map of .*, not 5\.$/),
    ]);
    expect(await mistakesOf("")).toEqual([expect.stringContaining("It is a map of ")]);
    const missing = join(import.meta.dirname, "missing.yaml");
    await expect(readScenario(missing)).rejects.toThrow(`${missing}: ENOENT`);
  });

  test("tells all mistakes, by their lines", async () => {
    const text = [
      "sed: 1",
      "horizon: { messages: 0 }",
      "queues:",
      "  work: { VisibilityTimeout: 30s }",
      "producers:",
      "  web:",
      "    queue: work",
      "    arrivals: { poison: { perSecond: 1 } }",
      "consumers:",
      "  workers: { count: 1, service: { exponential: {} } }",
    ];
    const mistakes = await mistakesOf(text.join("\n"));
    expect(mistakes.map((mistake) => mistake.slice(0, mistake.indexOf(": ", 4)))).toEqual([
      "1: sed",
      "2: horizon.messages",
      "4: queues.work.VisibilityTimeout",
      "8: producers.web.arrivals.poison",
      "10: consumers.workers.service.exponential",
      "10: consumers.workers",
    ]);
  });

  test("of a program has paths and no lines", async () => {
    const scenario = {
      horizon: { messages: 10 },
      queues: { work: {} },
      producers: { web: { queue: "wrk", arrivals: { poisson: { perSecond: 1 } } } },
    } satisfies Scenario;
    await expect(readScenario(scenario)).rejects.toThrow(
      "scenario: producers.web.queue: There is no queue wrk; did you mean work?",
    );
    const odd = { ...scenario, seed: "1", horizon: () => 5 } as unknown as Scenario;
    await expect(readScenario(odd)).rejects.toThrow(ScenarioError);
  });

  test("of names that objects have from birth is read as any", async () => {
    const text = `${producer(arrivals).replaceAll("web", "constructor")}\n`;
    expect(await mistakesOf(text)).toEqual([]);
    expect(await mistakesOf(first("toString: 1"))).toEqual([
      expect.stringMatching(/^1: toString: There is no such field/),
    ]);
  });
});
