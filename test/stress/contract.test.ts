/** The edge cases of the contract that take a minute: 67, over both protocols. */
import { expect, test } from "vitest";
import { contract, pause } from "../conformance/contract.ts";

contract("A message's retention", (sqs) => {
  test("67: is counted from its send, also while it is in flight or delayed", async () => {
    const QueueUrl = await sqs().queue("retention", { MessageRetentionPeriod: "60" });
    await sqs().send(QueueUrl, "in flight");
    await sqs().send(QueueUrl, "delayed", { DelaySeconds: 900 });
    const { ReceiptHandle } = await sqs().one(QueueUrl, { VisibilityTimeout: 55 });
    await pause(57_000);
    const [again] = await sqs().receive(QueueUrl, { VisibilityTimeout: 600 });
    expect(again?.Body).toBe("in flight");
    await pause(5_000);
    for (const suffix of ["", "NotVisible", "Delayed"]) {
      expect(await sqs().attribute(QueueUrl, `ApproximateNumberOfMessages${suffix}`)).toBe("0");
    }
    await sqs().ok("DeleteMessage", { QueueUrl, ReceiptHandle });
  });
});
