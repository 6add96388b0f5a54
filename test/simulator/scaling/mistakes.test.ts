/** What is wrong with an autoscaler is told with line and path. */
import { expect, test } from "vitest";
import { fleet, mistakesOf, service } from "../scenario/mistaken.ts";

const tracking = (fields: string) => `autoscaler: { targetTracking: { ${fields} } }`;

test.each([
  [
    "a name that is none",
    `${service}, autoscaler: { targetTraking: { target: 1, max: 2 } }`,
    ".autoscaler.targetTraking: There is no such autoscaler; did you mean targetTracking?",
  ],
  [
    "a name that is like none",
    `${service}, autoscaler: { asg: { max: 2 } }`,
    ".autoscaler.asg: There is no such autoscaler; it is one of schedule, step, targetTracking, hpa, keda, kedaJobs or lambda.",
  ],
  [
    "a name alone",
    `${service}, autoscaler: keda`,
    ".autoscaler: It has parameters; write it as in { keda: { max: 1 } }.",
  ],
  [
    "a mistaken name alone",
    `${service}, autoscaler: hpaa`,
    '.autoscaler: It is none or one of schedule, step, targetTracking, hpa, keda, kedaJobs or lambda, as in { schedule: { entries: … } }, not "hpaa"; did you mean hpa?',
  ],
  [
    "two of them",
    `${service}, autoscaler: { hpa: { target: 1, max: 2 }, keda: { max: 2 } }`,
    ".autoscaler: It is one autoscaler, not hpa and keda; leave the others out.",
  ],
  [
    "no most",
    `${service}, ${tracking("target: 9")}`,
    ".autoscaler.targetTracking: It lacks max: a whole number from 1 to 10000.",
  ],
  [
    "a least above the most",
    `${service}, ${tracking("target: 9, min: 5, max: 3")}`,
    ".autoscaler.targetTracking.min: It is at most max, 3, not 5.",
  ],
  [
    "entries out of their order",
    `${service}, autoscaler: { schedule: { entries: [{ atSeconds: 9, count: 1 }, { atSeconds: 9, count: 2 }] } }`,
    ".autoscaler.schedule.entries.1.atSeconds: It is after that of the entry before, 9.",
  ],
  [
    "an entry after its day",
    `${service}, autoscaler: { schedule: { periodSeconds: 5, entries: [{ atSeconds: 9, count: 1 }] } }`,
    ".autoscaler.schedule.entries.0.atSeconds: It is less than periodSeconds, 5.",
  ],
  [
    "steps that do nothing",
    `${service}, autoscaler: { step: { max: 3 } }`,
    ".autoscaler.step: It lacks out or in: it would do nothing.",
  ],
  [
    "a step in the wrong direction",
    `${service}, autoscaler: { step: { max: 3, in: { threshold: 1, steps: [{ adjustment: 1 }] } } }`,
    ".autoscaler.step.in.steps.0.adjustment: It is below 0, since it scales in.",
  ],
  [
    "alarms that ring together",
    `${service}, autoscaler: { step: { max: 3, out: { threshold: 5, steps: [{ adjustment: 1 }] }, in: { threshold: 5, steps: [{ adjustment: -1 }] } } }`,
    ".autoscaler.step.in.threshold: It is below that of out, 5.",
  ],
  [
    "an HPA of none",
    `${service}, autoscaler: { hpa: { target: 5, min: 0, max: 3 } }`,
    ".autoscaler.hpa.min: It is at least 1: an HPA does not scale to none; keda does.",
  ],
  [
    "an age for KEDA",
    `${service}, autoscaler: { keda: { max: 3, metric: ageOfOldest } }`,
    ".autoscaler.keda.metric: KEDA's trigger knows no ages; it is visible, visibleAndInFlight or all.",
  ],
  [
    "jobs that receive ahead",
    `${service}, prefetch: 2, autoscaler: { kedaJobs: { max: 3 } }`,
    ".prefetch: A job makes one receive and ends by itself; leave it out.",
  ],
  ["a placement of nobody", `${service}, placementSeconds: 5`, ".placementSeconds: It goes with"],
  [
    "a grace of who is killed",
    `${service}, scaleIn: kill, graceSeconds: 5, ${tracking("target: 9, max: 3")}`,
    ".graceSeconds: It goes with scaleIn: drain; leave it out.",
  ],
])("%s", async (_, fields, mistake) => {
  const [told, ...others] = await mistakesOf(fleet(fields));
  expect(told).toContain(`1: consumers.workers${mistake}`);
  expect(others).toEqual([]);
});

test("no count, a count of none, and one outside of its bounds", async () => {
  const counted = (count: string, more = "") =>
    mistakesOf(fleet(`${service}${more}`).replace("count: 1, ", count));
  expect(await counted("")).toEqual([
    "1: consumers.workers: It lacks count, a whole number from 1 to 10000, or an autoscaler.",
  ]);
  expect(await counted("count: 0, ")).toEqual([
    "1: consumers.workers.count: Without an autoscaler it is at least 1.",
  ]);
  expect(await counted("count: 9, ", `, ${tracking("target: 9, min: 2, max: 3")}`)).toEqual([
    "1: consumers.workers.count: It is from 2 to 3, its autoscaler's bounds, not 9.",
  ]);
  expect(await counted("", `, ${tracking("target: 9, max: 3")}`)).toEqual([]);
});
