/** What clients rely on when they ask too often: edge case 93 of the contract. */
import { expect, test } from "vitest";
import { contract } from "./contract.ts";

contract("A FIFO queue", (sqs) => {
  // Against a clock that stands still this is shown in test/server/fifo.test.ts, at any pace.
  test("93: refuses with RequestThrottled what is more than 300 calls a second", async (context) => {
    const QueueUrl = await sqs().queue("throttled", { FifoQueue: "true" });
    let throttled: unknown;
    let calls = 0;
    const hammer = async () => {
      while (throttled === undefined && calls < 3_000) {
        calls += 1;
        const { status, code } = await sqs().call("ReceiveMessage", { QueueUrl });
        if (status !== 200) throttled ??= [status, code];
      }
    };
    const beganMs = performance.now();
    await Promise.all(Array.from({ length: 32 }, hammer));
    const rate = (calls * 1_000) / (performance.now() - beganMs);
    // Whoever can't ask faster than the quota can't be refused for it.
    context.skip(throttled === undefined && rate < 320, `only ${rate.toFixed(0)} calls a second`);
    expect(throttled).toEqual([403, "RequestThrottled"]);
  });
});
