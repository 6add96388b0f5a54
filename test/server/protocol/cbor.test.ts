/** CBOR as clients write it, what nobody may write, and answers that AWS's own reader reads. */
import { cbor } from "@smithy/core/cbor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SluiceError } from "../../../engine/errors.ts";
import { readCbor, writeCbor } from "../../../engine/server/protocol/cborCodec.ts";
import { postCbor, type Served, served } from "../../metrics/served.ts";

const read = (hex: string) => readCbor(Buffer.from(hex.replaceAll(" ", ""), "hex"));

describe("values are read", () => {
  // RFC 8949, appendix A.
  test.each([
    ["00", 0],
    ["17", 23],
    ["1818", 24],
    ["1903e8", 1000],
    ["1a000f4240", 1_000_000],
    ["1b000000e8d4a51000", 1_000_000_000_000],
    ["20", -1],
    ["3903e7", -1000],
    ["f90000", 0],
    ["f93c00", 1],
    ["f97bff", 65_504],
    ["f90001", 2 ** -24],
    ["f9c400", -4],
    ["f97c00", Number.POSITIVE_INFINITY],
    ["fa47c35000", 100_000],
    ["fb3ff199999999999a", 1.1],
    ["f4", false],
    ["f5", true],
    ["f6", null],
    ["f7", null],
    ["c11a514b67b0", 1_363_896_240],
    ["c1fb41d452d9ec200000", 1_363_896_240.5],
    ["4401020304", "AQIDBA=="],
    ["60", ""],
    ["6449455446", "IETF"],
    ["62c3bc", "ü"],
    ["80", []],
    ["83010203", [1, 2, 3]],
    [
      "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
      Array.from({ length: 25 }, (_, i) => i + 1),
    ],
    ["a0", {}],
    ["a26161016162820203", { a: 1, b: [2, 3] }],
    ["7f657374726561646d696e67ff", "streaming"],
    ["9f018202039f0405ffff", [1, [2, 3], [4, 5]]],
    ["bf61610161629f0203ffff", { a: 1, b: [2, 3] }],
  ])("%s", (hex, value) => {
    expect(read(hex)).toEqual(value);
  });

  test("as AWS's client writes them", () => {
    const value = {
      text: "x".repeat(300),
      list: [1, -5, 2.5, 70_000, 5e9, true, false, null],
      deep: { er: { still: ["ü"] } },
    };
    expect(readCbor(Buffer.from(cbor.serialize(value)))).toEqual(value);
  });

  test("without harm from a key that objects have themselves", () => {
    const value = read(`a1 69 ${Buffer.from("__proto__").toString("hex")} a1 61 61 01`);
    expect(Object.getPrototypeOf(value)).toBe(null);
    expect(({} as { a?: number }).a).toBeUndefined();
  });
});

describe("what is no such value is refused", () => {
  test.each([
    ["ends", ""],
    ["ends", "18"],
    ["ends", "6261"],
    ["ends", "5b7fffffffffffffff00"],
    ["ends", "9affffffff"],
    ["ends", "bb00000000ffffffff"],
    ["ends", "9f01"],
    ["ends", "7f6161"],
    ["one value", "0000"],
    ["simple value", "ff"],
    ["simple value", "f8ff"],
    ["head", "1c"],
    ["key", "a10000"],
    ["UTF-8", "62c328"],
    ["pieces", "7f4161ff"],
    ["moment", "c16161"],
    ["32 levels", "81".repeat(40)],
    ["32 levels", "c6".repeat(10_000)],
    ["50000 values", `9a0000ea60${"00".repeat(60_000)}`],
  ])("%#: it says %s", (word, hex) => {
    expect(() => read(hex)).toThrow(SluiceError);
    expect(() => read(hex)).toThrow(word);
  });
});

test("an answer is what AWS's own reader takes it for, with doubles that are doubles", () => {
  const members = {
    Label: { type: "string" },
    Values: { type: "list", each: "member", of: { type: "double" } },
    Many: { type: "list", each: "member", of: { type: "string" } },
    Absent: { type: "string" },
  } as const;
  const answer = {
    Label: "ü".repeat(40_000),
    Values: [0, -1, 2.5, 1e300],
    Many: Array.from({ length: 70_000 }, (_, index) => `${index}`),
  };
  const bytes = writeCbor(members, answer);
  expect(cbor.deserialize(bytes)).toEqual(answer);
  expect(bytes.toString("hex")).toContain("84fb0000000000000000fbbff0000000000000");
});

describe("over HTTP", () => {
  let server: Served;
  const path = "/service/GraniteServiceVersion20100801/operation/ListMetrics";
  const empty = Buffer.of(0xa0);
  const outcome = async (...request: Parameters<typeof postCbor>) => {
    const { status, headers, bytes } = await postCbor(...request);
    const { __type } = cbor.deserialize(bytes) as { __type?: string };
    return [status, headers["smithy-protocol"], headers["content-type"], __type];
  };

  beforeAll(async () => {
    server = await served();
  });
  afterAll(() => server.stop());

  test("an empty body says nothing, and is a request", async () => {
    const { url } = server.endpoint;
    const right = [200, "rpc-v2-cbor", "application/cbor", undefined];
    expect(await outcome(url, path, empty)).toEqual(right);
    expect(await outcome(url, path, Buffer.alloc(0))).toEqual(right);
    const prefixed = path.replace("/service/", "/service/com.amazonaws.cloudwatch.");
    expect(await outcome(url, prefixed, empty)).toEqual(right);
  });

  test("errors are in CBOR, too, whatever is wrong", async () => {
    const { url } = server.endpoint;
    const refused = (type: string) => [400, "rpc-v2-cbor", "application/cbor", type];
    const malformed = refused("com.amazon.coral.service#SerializationException");
    const unknown = refused("com.amazon.coral.service#UnknownOperationException");
    expect(await outcome(url, path, Buffer.from("{}"))).toEqual(malformed);
    expect(await outcome(url, path, Buffer.of(0x80))).toEqual(malformed);
    expect(await outcome(url, path, empty, {})).toEqual(malformed);
    expect(await outcome(url, path.replace("List", "Mist"), empty)).toEqual(unknown);
    expect(await outcome(url, "/", empty)).toEqual(unknown);
    expect(await outcome(url, "/service/AmazonSQS/operation/ListQueues", empty)).toEqual(unknown);
    const [status, , , type] = await outcome(url, path, Buffer.alloc(1_600_000));
    expect([status, type]).toEqual([
      413,
      "com.amazon.coral.service#RequestEntityTooLargeException",
    ]);
  });
});
