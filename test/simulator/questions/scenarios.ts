/** Scenarios that questions are asked of, small enough for many of them. */
import type { Scenario } from "../../../engine/simulator/scenario/types.ts";

/** Four consumers, nearly all of whose time is needed; some handlings fail, some outlast their timeout. */
export function busy(messages = 400): Scenario {
  return {
    seed: 3,
    replications: 3,
    horizon: { messages },
    queues: {
      work: {
        VisibilityTimeout: 4,
        RedrivePolicy: { deadLetterTargetArn: "dead", maxReceiveCount: 2 },
      },
      dead: {},
    },
    producers: { web: { queue: "work", arrivals: { poisson: { perSecond: 3 } } } },
    consumers: {
      workers: {
        queue: "work",
        count: 4,
        waitTimeSeconds: 20,
        service: { exponential: { meanSeconds: 1 } },
        failure: { probability: 0.1 },
      },
    },
  };
}
