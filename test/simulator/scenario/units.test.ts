/** A scenario's units and laws: what is written in another unit is turned, what is no law is told. */
import { describe, expect, test } from "vitest";
import { arrivals, fleet, mistakesOf, producer, service } from "./mistaken.ts";

const allLaws =
  "deterministic, exponential, uniform, erlang, hyperexponential, lognormal, gamma, weibull, pareto, empirical or trace, as in { deterministic: { seconds: 1 } }";

describe("a unit", () => {
  test.each([
    [
      "in a value",
      fleet("service: { exponential: { meanSeconds: 100ms } }"),
      "consumers.workers.service.exponential.meanSeconds: It is a number of seconds above 0, without a unit: 0.1.",
    ],
    [
      "in a value of a list",
      producer("arrivals: { mmpp2: { perSecond: [1, 2], meanStaySeconds: [1, 2 min] } }"),
      "producers.web.arrivals.mmpp2.meanStaySeconds.1: It is a number of seconds above 0, without a unit: 120.",
    ],
    [
      "of a rate",
      producer("arrivals: { poisson: { perSecond: 90/min } }"),
      "producers.web.arrivals.poisson.perSecond: It is a number of messages a second above 0, at most 1000000, without a unit: 1.5.",
    ],
    [
      "of a size",
      producer(`${arrivals}, bodyBytes: 64 KiB`),
      "producers.web.bodyBytes: It is a whole number of bytes from 1 to 1048576, without a unit: 65536.",
    ],
    [
      "of AWS's fields",
      fleet(`${service}, visibilityTimeout: 2m`),
      "consumers.workers.visibilityTimeout: It is a whole number of seconds from 0 to 43200, without a unit: 120.",
    ],
    [
      "that a field's name has in the stead of another",
      fleet("service: { exponential: { meanMs: 100 } }"),
      "consumers.workers.service.exponential.meanMs: There is no such field; it is written in seconds: meanSeconds: 0.1.",
    ],
    [
      "that a rate's name has in the stead of another",
      producer("arrivals: { poisson: { perMinute: 90 } }"),
      "producers.web.arrivals.poisson.perMinute: There is no such field; it is written in messages a second: perSecond: 1.5.",
    ],
    [
      "that is too large",
      fleet(`${service}, roundTripSeconds: 0.02`),
      "consumers.workers.roundTripSeconds: There is no such field; it is written in milliseconds: roundTripMs: 20.",
    ],
  ])("%s is turned into the right one", async (_, text, mistake) => {
    expect(await mistakesOf(text)).toEqual([`1: ${mistake}`]);
  });
});

describe("a law", () => {
  const at = "consumers.workers.service";
  test.each([
    [
      "without its parameter",
      "service: { exponential: {} }",
      `${at}.exponential: It lacks meanSeconds: a number of seconds above 0.`,
    ],
    ["with nothing", "service: { exponential: }", `${at}.exponential: It is a map of meanSeconds.`],
    [
      "without two",
      "service: { lognormal: { } }",
      `${at}.lognormal: It lacks meanSeconds: a number of seconds above 0.`,
      `${at}.lognormal: It lacks cv: a number above 0, at most 100.`,
    ],
    [
      "that is not there",
      "service: { exponentail: { meanSeconds: 1 } }",
      `${at}.exponentail: There is no such law; did you mean exponential?`,
    ],
    [
      "that is like none",
      "service: { zzz: { meanSeconds: 1 } }",
      `${at}.zzz: There is no such law; it is one of ${allLaws.replace(/, as in.*/, "")}.`,
    ],
    [
      "whose name is left out",
      "service: { meanSeconds: 1 }",
      `${at}.meanSeconds: It is a parameter of a law, which is missing; write it as in { exponential: { meanSeconds: 1 } }.`,
    ],
    ["that is a number", "service: 1", `${at}: It is one of ${allLaws}, not 1.`],
    ["that is none", "service: {}", `${at}: It names no law; it is one of ${allLaws}.`],
    [
      "beside another",
      "service: { exponential: { meanSeconds: 1 }, deterministic: { seconds: 1 } }",
      `${at}: It is one law, not exponential and deterministic; leave the others out.`,
    ],
    [
      "with a parameter of another",
      "service: { deterministic: { meanSeconds: 1 } }",
      `${at}.deterministic.meanSeconds: There is no such field; did you mean seconds?`,
    ],
    [
      "whose bounds are turned round",
      "service: { uniform: { minSeconds: 2, maxSeconds: 1 } }",
      `${at}.uniform.minSeconds: It is at most its maximum, 1, not 2.`,
    ],
    [
      "with a weight too few",
      "service: { empirical: { seconds: [1, 2], weights: [1] } }",
      `${at}.empirical.weights: It has a weight for each value: 2, not 1.`,
    ],
    [
      "without weight",
      "service: { empirical: { seconds: [1, 2], weights: [0, 0] } }",
      `${at}.empirical.weights: At least one weight is above 0.`,
    ],
    [
      "without a mean",
      "service: { pareto: { meanSeconds: 1, shape: 1 } }",
      `${at}.pareto.shape: It is a number above 1, at most 100, not 1.`,
    ],
  ])("%s", async (_, text, ...mistakes) => {
    expect(await mistakesOf(fleet(text))).toEqual(mistakes.map((mistake) => `1: ${mistake}`));
  });

  test("of arrivals has its rules, too", async () => {
    const ramp = "ramp: { perSecond: 1, thenPerSecond: 2, fromSeconds: 9, untilSeconds: 9 }";
    expect(await mistakesOf(producer(`arrivals: { ${ramp} }`))).toEqual([
      "1: producers.web.arrivals.ramp.untilSeconds: It is above fromSeconds, 9; for a change at once there is step.",
    ]);
    const mmpp2 = "mmpp2: { perSecond: [0, 0], meanStaySeconds: [1, 2] }";
    expect(await mistakesOf(producer(`arrivals: { ${mmpp2} }`))).toEqual([
      "1: producers.web.arrivals.mmpp2.perSecond: At least one of the two is above 0.",
    ]);
    expect(await mistakesOf(producer("arrivals: { weekly: { perSecond: [0] } }"))).toEqual([
      "1: producers.web.arrivals.weekly.perSecond: At least one of them is above 0.",
    ]);
    const loop = "closedLoop: { clients: 1, think: { uniform: { minSeconds: 2, maxSeconds: 1 } } }";
    expect(await mistakesOf(producer(`arrivals: { ${loop} }`))).toEqual([
      "1: producers.web.arrivals.closedLoop.think.uniform.minSeconds: It is at most its maximum, 1, not 2.",
    ]);
  });
});
