/** Patterns with wildcards: what fits, and that no pattern takes long. */
import { describe, expect, test } from "vitest";
import type { Lookup } from "../../engine/policy/document.ts";
import { equalTest, likeTest, type Reach } from "../../engine/policy/template.ts";
import { Seeded } from "../support/seeded.ts";
import { variable } from "./cases/case.ts";

const nothing: Lookup = () => undefined;
const like = (pattern: string, value: string, reach: Reach = "text") =>
  likeTest(pattern, reach, true)(value, nothing);

describe("a pattern over a whole text", () => {
  test.each([
    ["", "", true],
    ["", "a", false],
    ["*", "", true],
    ["**", "abc", true],
    ["?", "", false],
    ["?", "a", true],
    ["?", "ab", false],
    ["?*", "", false],
    ["*?", "abc", true],
    ["a*c", "abcabc", true],
    ["a*c", "abcab", false],
    ["a*b*c", "a--b--c", true],
    ["*ab*ab", "abab", true],
    ["*ab*ab", "aab", false],
    ["a.c", "abc", false],
    ["[a-z]+", "abc", false],
    ["(a|b)", "a", false],
    ["a\\*", "ab", false],
    ["?", "😀", true],
    ["*\n*", "a\nb", true],
  ])("%j and %j", (pattern, value, fits) => {
    expect(like(pattern, value)).toBe(fits);
  });
});

describe("a resource", () => {
  test.each([
    ["arn:aws:sqs:*:1:q", "arn:aws:sqs:r:1:q", true],
    ["arn:aws:sqs:*:q", "arn:aws:sqs:r:1:q", true],
    ["arn:aws:sqs:r*:q", "arn:aws:sqs:r:1:q", true],
    ["arn:aws:sqs:*q", "arn:aws:sqs:r:1:q", false],
    ["arn:aws:sqs:*1:q", "arn:aws:sqs:r:1:q", false],
    ["arn:aws:sqs:r?1:q", "arn:aws:sqs:r:1:q", false],
    ["arn:*", "arn:aws:sqs:r:1:q", true],
    ["*", "*", true],
    ["arn:aws:sqs:*:*:*", "*", false],
  ])("%s and %s", (pattern, value, fits) => {
    expect(like(pattern, value, "resource")).toBe(fits);
  });
});

describe("an ARN in parts", () => {
  test.each([
    ["arn:aws:sns:*:1:t", "arn:aws:sns:r:1:t", true],
    ["arn:aws:sns:*:t", "arn:aws:sns:r:1:t", false],
    ["arn:aws:s?s:r:1:t", "arn:aws:sns:r:1:t", true],
    ["arn:aws:sns?r:1:t", "arn:aws:sns:r:1:t", false],
    ["arn:aws:sns:r:1:*", "arn:aws:sns:r:1:t:u/v", true],
    ["arn:aws:sns:r:1:t?u", "arn:aws:sns:r:1:t:u", true],
    ["*", "arn:aws:sns:r:1:t", false],
    ["*:*:*:*:*:*", "arn:aws:sns:r:1:t", true],
    ["arn:aws:sns:r:1:t", "arn:aws:sns:r:1", false],
  ])("%s and %s", (pattern, value, fits) => {
    expect(like(pattern, value, "arn")).toBe(fits);
  });
});

describe("variables", () => {
  const has: Lookup = (key) =>
    ({ "a:name": ["bob"], "a:star": ["b*"], "a:many": ["a", "b"], "a:none": [] })[key];
  test.each([
    [variable("a:name"), "bob", true],
    [`x-${variable("A:Name")}-*`, "x-bob-1", true],
    [variable("a:star"), "b*", true],
    [variable("a:star"), "bob", false],
    [variable("a:many"), "a", false],
    [variable("a:none"), "", false],
    [variable("a:many, 'c'"), "c", true],
    [variable("a:missing,'d e'"), "d e", true],
    [variable("a:missing, ''"), "", true],
    ["$", "$", true],
    [["$", "{open"].join(""), ["$", "{open"].join(""), true],
    [`${variable("*")}${variable("?")}`, "*?", true],
    [`${variable("*")}${variable("?")}`, "ab", false],
  ])("%s and %s", (text, value, fits) => {
    expect(likeTest(text, "text", true)(value, has)).toBe(fits);
    expect(equalTest(text.replaceAll("-*", "-1"), false, true)(value, has)).toBe(fits);
  });

  test("are text in the older version of the language", () => {
    const text = variable("a:name");
    expect(equalTest(text, false, false)(text, has)).toBe(true);
    expect(likeTest(text, "text", false)("bob", has)).toBe(false);
  });
});

/** What a pattern means, written down as plainly as can be; slow for more than a few stars. */
function plainly(pattern: string, text: string, reach: "text" | "resource"): boolean {
  if (pattern === "") return text === "";
  const [first, rest] = [pattern[0], pattern.slice(1)];
  const isInPart = reach === "resource";
  if (first === "*") {
    if (plainly(rest, text, reach)) return true;
    const goesOn = !isInPart || rest === "" || rest[0] === ":";
    return text !== "" && (goesOn || text[0] !== ":") && plainly(pattern, text.slice(1), reach);
  }
  const takes = first === text[0] || (first === "?" && !(isInPart && text[0] === ":"));
  return text !== "" && takes && plainly(rest, text.slice(1), reach);
}

test.each(["text", "resource"] as const)(
  "ten thousand random patterns of a %s fit what they mean",
  (reach) => {
    const random = new Seeded(17);
    const draw = (letters: string, most: number) =>
      Array.from({ length: random.between(0, most) }, () => random.pick([...letters])).join("");
    const wrong: string[] = [];
    let fitting = 0;
    for (let index = 0; index < 10_000; index++) {
      // Long enough now and then that the pattern's bits are in more than one word.
      const before = "ab:".repeat(random.pick([0, 0, 10, 11, 21]));
      const [pattern, text] = [before + draw("ab:*?*", 7), before + draw("ab:", 8)];
      const fits = plainly(pattern, text, reach);
      if (like(pattern, text, reach) !== fits) wrong.push(`${pattern} and ${text}`);
      if (fits) fitting++;
    }
    expect(wrong).toEqual([]);
    expect(fitting).toBeGreaterThan(500);
  },
);

test("ten thousand stars in a policy's text do not hang", () => {
  const text = "a".repeat(200);
  // What tries one way after the other would need more steps than there are atoms.
  expect(like(`${"*a".repeat(5_000)}b`, text)).toBe(false);
  expect(like(`${"*".repeat(10_000)}b`, text)).toBe(false);
  expect(like("*a".repeat(200), text)).toBe(true);
  expect(like(`${"*?".repeat(5_000)}b`, text, "arn")).toBe(false);
  expect(like(`arn:${"*a*".repeat(3_000)}:b`, `arn:${text}`, "resource")).toBe(false);
});
