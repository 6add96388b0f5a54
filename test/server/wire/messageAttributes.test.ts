/** The digest of attributes against digests that AWS made, and which values are allowed. */

import { describe, expect, test } from "vitest";
import { md5OfAttributes } from "../../../engine/broker/messages/attributeDigest.ts";
import {
  attributeFilter,
  readAttributes,
  type WireAttributes,
} from "../../../engine/server/wire/messageAttributes.ts";

const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString("base64");
const text = (StringValue: string, DataType = "String") => ({ DataType, StringValue });
const trace = "traceparent\u001e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01";

describe("the MD5 of attributes", () => {
  const recorded: readonly [string, WireAttributes][] = [
    ["a6ffb68ea212e1f864e24e589a1bda87", { city: text("Any City") }],
    ["adb59cd4678ea5a855436b949cd07ab6", { MyAttribute: text("foobar") }],
    [
      "4c360f3fdafd970e05fae2f149d997f5",
      { General: text("Kenobi"), Hello: text("There"), "Help.Me": text("Me") },
    ],
    ["235c5c510d26fb653d073faed50ae77c", { timestamp: text("1493147359900", "Number") }],
    [
      "8cbe4db156db8a94db8b801b7addb984",
      { attr1: { DataType: "Binary", BinaryValue: base64(trace) } },
    ],
    [
      "ce5bca3fe8c6982c772b26032ef181c0",
      {
        city: text("Any City"),
        pop: text("42", "Number.int"),
        bin: { DataType: "Binary.png", BinaryValue: base64(Uint8Array.of(0, 1, 0xff)) },
      },
    ],
    [
      "d838729972a4b70e2d2acd9d59ac847c",
      {
        color: text("blue"),
        count: text("3", "Number"),
        blob: { DataType: "Binary", BinaryValue: base64(Uint8Array.of(1, 2, 3)) },
      },
    ],
  ];

  test.each(recorded)("is %s", (md5, attributes) => {
    expect(readAttributes(attributes)?.md5).toBe(md5);
  });

  test("of a trace header is AWS's", () => {
    const stringValue =
      "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    const md5 = md5OfAttributes({ AWSTraceHeader: { dataType: "String", stringValue } });
    expect(md5).toBe("5ae4d5d7636402d80f4eb6d213245a88");
  });
});

const refusal = (attributes: WireAttributes): string | undefined => {
  try {
    readAttributes(attributes);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe("an attribute", () => {
  const names = ["a", "a.b-c_D.9", "A".repeat(256), "awsome", "__proto__", "constructor"];
  test.each([...names, "größe", "ø", "名前"])("may be called %s", (name) => {
    // Assigning would set the prototype instead of a member called __proto__.
    const attributes = JSON.parse(`{${JSON.stringify(name)}:{}}`) as Record<string, unknown>;
    Object.defineProperty(attributes, name, { value: text("v"), enumerable: true });
    const read = readAttributes(attributes as WireAttributes);
    expect(Object.entries(read?.values ?? {})).toEqual([
      [name, { dataType: "String", stringValue: "v" }],
    ]);
  });

  test.each([
    "",
    ".a",
    "a.",
    "a..b",
    "a b",
    "§",
    "!",
    '"',
    "(",
    "?",
    "é é",
    "AWS.x",
    "aws.x",
    "Amazon.x",
    "amazon.x",
    "A".repeat(257),
  ])("may not be called %j", (name) => {
    expect(refusal({ [name]: text("v") })).toBe("InvalidParameterValue");
  });

  test.each(["", "string", "Text", "String.", "Stringy", "Map", `String.${"x".repeat(256)}`])(
    "may not be of type %j",
    (type) => {
      expect(refusal({ a: text("v", type) })).toBe("InvalidParameterValue");
    },
  );

  test.each([
    "String.é ✓",
    "Number.a b-c_d.9",
    "String.\t\r\n\u{1f600}",
    `String.${"x".repeat(249)}`,
  ])("may be of type %j, with any character that a body may have", (type) => {
    expect(refusal({ a: text("1", type) })).toBeUndefined();
  });

  test.each(["\ud800", "\udc00x", "\u0000", "\u001b", "\ufffe", "a\uffff"])(
    "may not have a type with the suffix %j, which no answer could bring back",
    (suffix) => {
      expect(refusal({ a: text("1", `String.${suffix}`) })).toBe("InvalidParameterValue");
      const bytes = { DataType: `Binary.${suffix}`, BinaryValue: base64("v") };
      expect(refusal({ a: bytes })).toBe("InvalidParameterValue");
    },
  );

  test("has exactly the value of its type, and it is not empty", () => {
    const bytes = base64("v");
    expect(refusal({ a: text("") })).toBe("InvalidParameterValue");
    expect(refusal({ a: { DataType: "String" } })).toBe("InvalidParameterValue");
    expect(refusal({ a: { DataType: "Binary", BinaryValue: "" } })).toBe("InvalidParameterValue");
    expect(refusal({ a: { DataType: "Binary", StringValue: "v" } })).toBe("InvalidParameterValue");
    expect(refusal({ a: { ...text("v"), BinaryValue: bytes } })).toBe("InvalidParameterValue");
    expect(refusal({ a: { DataType: "Binary", BinaryValue: bytes } })).toBeUndefined();
  });

  test("of text has the characters that a body may have", () => {
    expect(refusal({ a: text("\u0000") })).toBe("InvalidParameterValue");
    expect(refusal({ a: text("tab\tand ✓") })).toBeUndefined();
  });

  test("may not be a list", () => {
    const list = { ...text("v"), StringListValues: ["v"] };
    expect(refusal({ a: list })).toBe("UnsupportedOperation");
    expect(refusal({ a: { ...text("v"), StringListValues: [] } })).toBeUndefined();
  });

  test("is one of ten at most", () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, text("v")]));
    expect(refusal(many(10))).toBeUndefined();
    expect(refusal(many(11))).toBe("InvalidParameterValue");
  });

  test.each(["0", "-0.0", "+1", "1.", ".5", "1e126", "1E-128", "9".repeat(38), "1000e-3"])(
    "may be the number %s",
    (number) => {
      expect(refusal({ a: text(number, "Number") })).toBeUndefined();
    },
  );

  test.each([
    "x",
    "1 ",
    "0x1",
    "",
    ".",
    "1e",
    "NaN",
    "Infinity",
    "1e127",
    "2e126",
    "1e-129",
    "9".repeat(39),
  ])("may not be the number %j", (number) => {
    expect(refusal({ a: text(number, "Number.int") })).toBe("InvalidParameterValue");
  });

  test("may be a number of many digits, refused in ten times what a tenth takes", () => {
    // As many digits each, so many that a clock of milliseconds can tell.
    const spentMs = (digits: number, times: number): number => {
      const number = `${"1".repeat(digits)}x`;
      const before = process.cpuUsage();
      for (let time = 0; time < times; time++) {
        expect(refusal({ a: text(number, "Number") })).toBeDefined();
      }
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e3;
    };
    const tenthMs = Math.max(spentMs(500, 10_000), 10);
    // A search that went back at every digit would take ten times as long for as many digits.
    expect(spentMs(5_000, 1_000)).toBeLessThan(5 * tenthMs);
  });
});

describe("a filter of attributes", () => {
  const names = ["color", "Hello", "Help.Me"];
  const pick = (...wanted: string[]) => names.filter(attributeFilter(wanted) ?? (() => false));

  test("takes exact names, and every name for All, .* and *", () => {
    expect(pick("color")).toEqual(["color"]);
    for (const all of ["All", ".*", "*"]) expect(pick("x", all)).toEqual(names);
  });

  test("takes names that start with what stands before .*", () => {
    expect(pick("col.*")).toEqual(["color"]);
    expect(pick("Hel.*")).toEqual(["Hello", "Help.Me"]);
    expect(pick("hel.*", "COLOR", "")).toEqual([]);
  });

  test("of no names takes nothing", () => {
    expect(attributeFilter(undefined)).toBeUndefined();
    expect(attributeFilter([])).toBeUndefined();
  });
});
