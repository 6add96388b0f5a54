/** Which name a mistaken one is answered with, and when with none. */
import { describe, expect, test } from "vitest";
import { nearest, suggestion } from "../engine/suggestion.ts";

const attributes = ["DelaySeconds", "Policy", "VisibilityTimeout"];
const options = [
  "maxNumberOfMessages",
  "waitTimeSeconds",
  "visibilityTimeout",
  "messageGroupId",
  "memoryBytes",
  "messagesMax",
];

describe("the nearest name", () => {
  test.each([
    ["delayseconds", "DelaySeconds"],
    ["VisibilityTimout", "VisibilityTimeout"],
    ["visibilityTimeout", "VisibilityTimeout"],
  ])("to %s is %s, which has nearly the same letters", (mistaken, name) => {
    expect(nearest(mistaken, attributes)).toBe(name);
    expect(suggestion(mistaken, attributes)).toBe(`; did you mean ${name}?`);
  });

  test.each([
    ["memory", "memoryBytes"],
    ["maxMessages", "maxNumberOfMessages"],
    ["groupId", "messageGroupId"],
    ["waitTimeSecondsMax", "waitTimeSeconds"],
  ])("to %s is %s, of which the one is a part of the other", (mistaken, name) => {
    expect(nearest(mistaken, options)).toBe(name);
  });

  test("is one with nearly the same letters before one that has it as a part", () => {
    expect(nearest("wait", ["waitTimeSeconds", "waits"])).toBe("waits");
  });

  test.each(["colour", "id", "", "off"])("to %j is none", (mistaken) => {
    expect(nearest(mistaken, options)).toBeUndefined();
    expect(suggestion(mistaken, options)).toBe("");
  });
});
