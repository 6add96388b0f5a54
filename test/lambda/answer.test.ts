/** The rules by which an answer names what has failed, each of AWS's conditions once. */
import { describe, expect, test } from "vitest";
import { failedOf } from "../../engine/lambda/answer.ts";

const IDS = ["a", "b", "c"];
const named = (...ids: unknown[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

describe("with ReportBatchItemFailures", () => {
  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["an empty object", {}],
    ["another object", { statusCode: 200 }],
    ["no batchItemFailures", { batchItemFailures: undefined }],
    ["null batchItemFailures", { batchItemFailures: null }],
    ["empty batchItemFailures", { batchItemFailures: [] }],
    ["a function, which is nothing in JSON", () => 1],
  ])("all is done: %s", (_, answer) => {
    expect([...failedOf(answer, IDS, true)]).toEqual([]);
  });

  test("what is named has failed, once", () => {
    const failed = failedOf(named("c", "a", "c"), IDS, true);
    expect([...failed.keys()].sort()).toEqual([0, 2]);
    expect(failed.get(2)).toMatchObject({ message: "The function named c as failed." });
  });

  test("an answer is read as the JSON that it becomes", () => {
    const answer = { toJSON: () => named("b") };
    expect([...failedOf(answer, IDS, true).keys()]).toEqual([1]);
  });

  test.each<[string, unknown, RegExp]>([
    ["an empty text", named("a", ""), /itemIdentifier "", no message's id/],
    ["null", named(null), /itemIdentifier null, no message's id/],
    ["a number", named(1), /itemIdentifier 1, no message's id/],
    ["an unknown id", named("a", "d"), /itemIdentifier "d", no message of the batch/],
    [
      "a wrong key",
      { batchItemFailures: [{ itemId: "a" }] },
      /\{"itemId":"a"\}, which has no itemId/,
    ],
    ["a wrong case", { batchItemFailures: [{ ItemIdentifier: "a" }] }, /has no itemIdentifier/],
    ["a bare id", { batchItemFailures: ["a"] }, /"a", which has no itemIdentifier/],
    ["no list", { batchItemFailures: "a" }, /batchItemFailures that are no list/],
    ["a text", "done", /answered "done", which is no \{ batchItemFailures \}/],
    ["a list", [1], /answered \[1\], which is no \{ batchItemFailures \}/],
    ["false", false, /answered false/],
  ])("the whole batch has failed: %s", (_, answer, why) => {
    expect(() => failedOf(answer, IDS, true)).toThrow(why);
    expect(() => failedOf(answer, IDS, true)).toThrow(/the whole batch has failed, as on AWS/);
  });
});

test("without it no answer names a message", () => {
  for (const answer of [named("a"), named(""), "done", [1], null]) {
    expect([...failedOf(answer, IDS, false)]).toEqual([]);
  }
});

test.each([true, false])(
  "what is no JSON, or too long, is the call's failure: %s",
  (isReported) => {
    expect(() => failedOf({ n: 1n }, IDS, isReported)).toThrow(/Unable to stringify response body/);
    const long = { text: "x".repeat(6_291_556) };
    expect(() => failedOf(long, IDS, isReported)).toThrow(/exceeded maximum allowed payload size/);
  },
);
