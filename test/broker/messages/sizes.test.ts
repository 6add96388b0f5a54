/**
 * How many bytes a message counts that is sent from inside the process: those of its body and, for
 * each attribute, of its name, its data type and its value.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import type { AttributeValue, Queue } from "../../../engine/types.ts";

const MAXIMUM_BYTES = 1_024;

let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  broker = await Broker.open({ memoryBytes: 64 * 1_048_576 });
  queue = await broker.createQueue("jobs", { maximumMessageSize: MAXIMUM_BYTES });
});

afterEach(() => broker.close());

describe("an attribute counts", () => {
  test.each<[string, AttributeValue, number]>([
    ["a text by its bytes", "é✓", "nString".length + 5],
    ["a number by its digits, sign and point", -12.5, "nNumber".length + 5],
    ["bytes by their count", new Uint8Array(9), "nBinary".length + 9],
    ["a suffix too", { dataType: "String.été", stringValue: "é" }, "nString.".length + 7],
    ["what bytes have", { dataType: "Binary.x", binaryValue: new Uint8Array(4) }, 13],
  ])("%s", async (_, value, bytes) => {
    const options = { messageAttributes: { n: value } };
    const fits = MAXIMUM_BYTES - bytes;
    await queue.send("x".repeat(fits), options);
    await expect(queue.send("x".repeat(fits + 1), options)).rejects.toMatchObject({
      code: "InvalidParameterValue",
    });
    expect(queue.counts().visible).toBe(1);
  });
});
