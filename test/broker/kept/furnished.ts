/** Queues with everything that a queue can have, and all that is stored of those there are. */
import { expect } from "vitest";
import type { Known } from "../../../engine/broker/catalogue/catalogue.ts";
import type { House } from "./house.ts";

export const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "sqs:*", Resource: "*" }],
});

/** All that is stored of the queues there are, and what the engine knows of each. */
export function everything({ catalogue, engine }: House): object[] {
  return catalogue
    .all()
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ version: _, ...known }: Known) => {
      expect(engine.readEntry(known.number)).toBeGreaterThan(0);
      return { ...known, image: engine.queues.takeImage() };
    });
}

/** Queues with everything that a queue can have. */
export function furnish({ queues, arn }: House): void {
  queues.create("letters", { messageRetentionPeriod: 1_209_600 }, { tags: { team: "ü" } });
  queues.create(
    "orders",
    {
      ...{ delaySeconds: 3, maximumMessageSize: 1_024, messageRetentionPeriod: 60 },
      ...{ receiveMessageWaitTimeSeconds: 20, visibilityTimeout: 7 },
      redrivePolicy: { deadLetterTargetArn: arn("letters"), maxReceiveCount: 4 },
    },
    { stored: { Policy: policy, KmsMasterKeyId: "a" }, tags: { "": "x", a: "", __proto__x: "y" } },
  );
  queues.create("other", {}, { account: "123456789012", tags: { a: "b" } });
  queues.create(
    "events.fifo",
    {
      ...{ fifoQueue: true, contentBasedDeduplication: true },
      ...{ deduplicationScope: "messageGroup", fifoThroughputLimit: "perMessageGroupId" },
    },
    {},
  );
}
