/**
 * What is done to a long body before it is parsed changes nothing of what it says: escapes of JSON are
 * taken out, and the values of a form are counted before they are decoded.
 */
import { describe, expect, test } from "vitest";
import { parseForm } from "../../../engine/server/protocol/form.ts";
import { JsonProtocol } from "../../../engine/server/protocol/json.ts";
import { withoutEscapes } from "../../../engine/server/protocol/jsonEscapes.ts";
import { partBytes } from "../../../engine/server/protocol/parts.ts";
import { chooseSeed, Seeded } from "../../support/seeded.ts";

/** What a parser makes of it; undefined where that is nothing. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const shortened = (text: string): string => withoutEscapes(Buffer.from(text)).toString();
const escapesOf = (code: number) => {
  const digits = code.toString(16).padStart(4, "0");
  return [`\\u${digits}`, `\\u${digits.toUpperCase()}`];
};

describe("JSON without escapes", () => {
  test("says the same, of every character and of pairs of them", () => {
    const codes = [...Array(0x300).keys(), 0xd83d, 0xde00, 0xfffe, 0xffff];
    const escapes = codes.flatMap(escapesOf);
    const text = JSON.stringify({ a: 1, b: "@", "@": ["@"] }).replaceAll("@", escapes.join(""));
    expect(parsed(shortened(text))).toEqual(parsed(text));
    expect(shortened(text).length).toBeLessThan(text.length);
    const all = escapes.map((one) => `"${one}"`).join(",");
    expect(parsed(shortened(`[${all}]`))).toEqual(parsed(`[${all}]`));
  });

  test("has no escape left that it need not have", () => {
    expect(shortened('"\\u0041\\u000a\\u0022\\u005C\\u002f\\u0001\\u00e9\\n\\/"')).toBe(
      '"A\\n\\"\\\\/\\u0001\\u00e9\\n\\/"',
    );
  });

  test.each([
    "\\u0022a\\u0022",
    "[\\u0031]",
    '"a\\\\u0041"',
    '"\\',
    '"\\u',
    '"\\u004',
    '"\\u004"',
    '"\\u004g"',
    '"\\u 041"',
    '"\\U0041"',
    '"a"\\u0022',
    '{"a":\\u0022b\\u0022}',
    '["\\"\\u0041\\"", "\\\\"]',
    '"\\\\\\u0041"',
    '"\\u00\\u0041a"',
    '"\\u000\\u0041"',
  ])("of %s is what it was, also where it is none", (text) => {
    expect(parsed(shortened(text))).toEqual(parsed(text));
  });

  test("is found in parts, wherever they end", () => {
    for (let before = 0; before < 8; before++) {
      const text = `["${"x".repeat(partBytes - before)}\\u0041\\"\\u0042\\\\","\\u0043"]`;
      expect(parsed(shortened(text))).toEqual(parsed(text));
    }
  });

  test("of random pieces says the same or is refused the same", () => {
    const pieces = ["\\u0041", "\\u0022", "\\u00", '"', "\\", "\\\\", "[", ",", "]", "é", "a", "u"];
    const seeded = new Seeded(chooseSeed("longBodies"));
    for (let round = 0; round < 3_000; round++) {
      const text = Array.from({ length: 12 }, () => seeded.pick(pieces)).join("");
      const whole = `["${text}"]`;
      expect(parsed(shortened(whole)), whole).toEqual(parsed(whole));
    }
  });

  test("is what a long request is read by", () => {
    const MessageBody = `\\u0022${"\\u0041".repeat(20_000)}\\\\u0041`;
    const body = Buffer.from(`{"QueueUrl":"q","MessageBody":"${MessageBody}"}`);
    const { input } = new JsonProtocol("AmazonSQS.SendMessage").read(body);
    expect(input.MessageBody === `"${"A".repeat(20_000)}\\u0041`).toBe(true);
  });
});

describe("a form's values", () => {
  const formOf = (text: string) => parseForm(Buffer.from(text));

  test("are counted as they are when they are decoded, wherever parts of them end", () => {
    for (const value of ["", "a", "a+b", "%41", "%c3%a9+", "é", "+%2B%25%26"]) {
      for (const length of [1, partBytes - 2, partBytes - 1, partBytes, 3 * partBytes]) {
        const form = formOf(`a=${value.repeat(length)}`);
        const text = decodeURIComponent(value.replaceAll("+", " ")).repeat(length);
        expect(form.contentBytes).toBe(Buffer.byteLength(text));
        expect(() => form.check()).not.toThrow();
        expect(form.fields.below.get("a")?.text === text).toBe(true);
      }
    }
  });

  test.each(["%", "%4", "%%", "%%41", "%4%41", "%zz", "%41%", "%c3%28", "a%4g", "%%%41"])(
    "%s can't be decoded, known or not, read or not, and whatever else the field has",
    (value) => {
      for (const text of [`a=${value}`, `a=${value}&a=b`, `b=c&a=b&a=${value}`]) {
        const form = formOf(text);
        expect(() => form.check(), text).toThrow("percent-encoded UTF-8");
      }
      expect(() => formOf(`a=${value}`).fields.below.get("a")?.text).toThrow(/UTF-8/);
      const length = `a=${"x".repeat(partBytes - 1)}${value}`;
      expect(() => formOf(length).check()).toThrow(/UTF-8/);
    },
  );
});
