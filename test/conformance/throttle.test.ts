/** What clients rely on when they ask too often: edge case 93 of the contract. */
import { expect, test } from "vitest";
import { contract } from "./contract.ts";

contract("A FIFO queue", (sqs) => {
  test("93: refuses with RequestThrottled what is more than 300 calls a second", async () => {
    const QueueUrl = await sqs().queue("throttled", { FifoQueue: "true" });
    let throttled: unknown;
    let calls = 0;
    const hammer = async () => {
      while (throttled === undefined && calls < 6_000) {
        calls += 1;
        const { status, code } = await sqs().call("ReceiveMessage", { QueueUrl });
        if (status !== 200) throttled ??= [status, code];
      }
    };
    await Promise.all(Array.from({ length: 32 }, hammer));
    expect(throttled).toEqual([403, "RequestThrottled"]);
  });
});
