/**
 * What AWS's documentation says of policies, page by page, asked of the evaluation, and of
 * `@cloud-copilot/iam-simulate`, which knows the same rules by itself. Where both differ, a page says who
 * is right (`differences.ts`).
 */
import { describe, expect, test } from "vitest";
import { allowedThere, answerHere } from "./asked.ts";
import { cases, casesByTopic } from "./cases/all.ts";
import { differences } from "./differences.ts";

test("there are many, each of a page of AWS's, and no two of a page say the same", () => {
  expect(cases.length).toBeGreaterThan(150);
  for (const { page } of cases) expect(page).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
  const named = cases.map(({ says, page }) => `${page}: ${says}`);
  expect(named.filter((name, index) => named.indexOf(name) !== index)).toEqual([]);
});

describe.each(Object.entries(casesByTopic))("%s", (_, some) => {
  test.each(some.map((one) => [one.says, one] as const))("%s", (_, one) => {
    const { allowed, because } = answerHere(one);
    expect([one.page, because, allowed]).toEqual([one.page, because, one.allowed]);
  });
});

test("the other evaluation says the same, but where a page explains why not", async () => {
  const unexplained: string[] = [];
  const explaining = new Set<string>();
  for (const one of cases) {
    if ((await allowedThere(one)) === one.allowed) continue;
    const reason = differences.find(({ concerns }) => concerns(one));
    if (reason === undefined) unexplained.push(`${one.page}: ${one.says}`);
    else explaining.add(reason.why);
  }
  expect(unexplained).toEqual([]);
  // What explains nothing any more is to go from the list.
  expect(differences.filter(({ why }) => !explaining.has(why))).toEqual([]);
});
