/** Data types of message attributes in one process: those that a message can carry over the wire. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import type { AttributeValue } from "../../../engine/types.ts";

let broker: Broker;
beforeAll(async () => {
  broker = await Broker.open({
    memoryBytes: 4 * 1_048_576,
    messagesMax: 100,
    queuesMax: 4,
    threadsMax: 4,
  });
});
afterAll(() => broker.close());

const value = (dataType: string): AttributeValue => ({ dataType, stringValue: "1" });

test.each(["String", "Number.int", "String.é ✓", "Binary.x", `String.${"x".repeat(249)}`])(
  "%s comes back as it was sent",
  async (dataType) => {
    const queue = await broker.createQueue("types");
    const a: AttributeValue = dataType.startsWith("Binary")
      ? { dataType, binaryValue: Uint8Array.of(1) }
      : value(dataType);
    await queue.send("body", { messageAttributes: { a } });
    const [message] = await queue.receive();
    expect(message?.messageAttributes.a).toMatchObject({ dataType });
    await message?.delete();
  },
);

test.each([
  ["another word", "Text"],
  ["another case", "string"],
  ["no suffix behind its dot", "String."],
  ["half a character", "String.\ud800"],
  ["a control character", "String.\u0001"],
  ["a character that is none", "Binary.\uffff"],
  ["257 characters", `String.${"x".repeat(250)}`],
])("a type of %s is refused, alone and in a batch", async (_, dataType) => {
  const queue = await broker.createQueue("types");
  const messageAttributes = { a: value(dataType) };
  const refused = { code: "InvalidParameterValue", message: expect.stringMatching(/dataType/) };
  await expect(queue.send("body", { messageAttributes })).rejects.toMatchObject(refused);
  const entries = [{ body: "bad", messageAttributes }, { body: "good" }];
  const { successful, failed } = await queue.sendBatch(entries);
  expect(failed).toMatchObject([{ index: 0, error: refused }]);
  expect(successful).toMatchObject([{ index: 1 }]);
  expect(() => queue.sync.send("body", { messageAttributes })).toThrow(/dataType/);
});
