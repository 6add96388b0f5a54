/** What is wrong with an autoscaler is told with line and path. */
import { expect, test } from "vitest";
import { fleet, mistakesOf, service } from "../scenario/mistaken.ts";

const tracking = (fields: string) => `autoscaler: { targetTracking: { ${fields} } }`;

test.each([
  [
    "a name that is none",
    `${service}, autoscaler: { targetTraking: { target: 1, max: 2 } }`,
    ".autoscaler.targetTraking: There is no such law; did you mean targetTracking?",
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
    "1: consumers.workers.count: It is from min, 2, to max, 3, not 9.",
  ]);
  expect(await counted("", `, ${tracking("target: 9, max: 3")}`)).toEqual([]);
});
