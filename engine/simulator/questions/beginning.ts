/**
 * A scenario to begin with, of five answers: its text, with what is to be known about it as comments. How
 * many processes it has is what Erlang's C asks for; `advise` knows better. Pure.
 */
import { duration } from "../../report/words.ts";
import type { PlannedFleet } from "../scenario/plan.ts";
import { secondsFor } from "./lawTail.ts";
import { processesFor } from "./staffing.ts";

export interface Answers {
  /** At the peak; above 0. */
  readonly messagesPerSecond: number;
  /** AWS's msg_processing_time: the mean; above 0. */
  readonly processingSeconds: number;
  /** AWS's acceptable_latency: from sent to done; above the processing time. */
  readonly latencySeconds: number;
  /** Of the handlings, those that fail: 0 to below 1. */
  readonly failureShare: number;
  readonly isFifo: boolean;
}

const schema = "node_modules/sluice/dist/engine/simulator/scenario/scenario.schema.json";
const processesMost = 10_000;
const timeoutMost = 43_200;
/** Of the handlings, those that may outlast the timeout. */
const lateShare = 0.001;
/** Of the messages, those that are to be done in time. */
const intime = 0.99;

export function beginningText(answers: Answers): string {
  const { messagesPerSecond, processingSeconds, latencySeconds, failureShare, isFifo } = answers;
  const [work, dead] = isFifo ? ["work.fifo", "dead.fifo"] : ["work", "dead"];
  const fifo = isFifo ? "\n    FifoQueue: true" : "";
  const timeout = secondsFor(fleetOf(answers), lateShare, timeoutMost) ?? timeoutMost;
  const handlings = 1 / (1 - failureShare);
  const erlangs = messagesPerSecond * processingSeconds * handlings;
  const staffing = {
    ...{ perSecond: messagesPerSecond, placeSeconds: processingSeconds * handlings, erlangs },
    ...{ variability: 1, concurrency: 1 },
  };
  const wait = Math.max(processingSeconds, latencySeconds - processingSeconds);
  const count = processesFor(staffing, [{ share: intime, seconds: wait }], processesMost);
  const groups = isFifo
    ? "\n    # Every message has a group of its own; say how yours are: groups: { uniform: { count: 100 } }"
    : "";
  return `# yaml-language-server: $schema=${schema}
# ${messagesPerSecond} messages a second at the peak, each handled in ${duration(processingSeconds)} (msg_processing_time),
# to be done within ${duration(latencySeconds)} (acceptable_latency).
title: ${messagesPerSecond} messages a second, each ${duration(processingSeconds)}
seed: 1
replications: 4
horizon: { messages: 20000 }
warmup: { messages: 2000 }

queues:
  ${work}:${fifo}
    # One handling in ${1 / lateShare} outlasts it, if their times are exponential.
    VisibilityTimeout: ${timeout}
    RedrivePolicy: { deadLetterTargetArn: ${dead}, maxReceiveCount: 5 }
  ${dead}:${isFifo ? fifo : " {}"}

producers:
  web:
    queue: ${work}
    arrivals: { poisson: { perSecond: ${messagesPerSecond} } }${groups}

consumers:
  workers:
    queue: ${work}
    # By Erlang's C; sluice simulate advise finds the fewest.
    count: ${count}
    waitTimeSeconds: 20
    service: { exponential: { meanSeconds: ${processingSeconds} } }
    failure: { probability: ${failureShare} }
`;
}

/** As far as the tail of its handlings goes. */
function fleetOf({ processingSeconds }: Answers): PlannedFleet {
  const service = { kind: "exponential", meanSeconds: processingSeconds } as const;
  return { service, batch: 1, handler: "one", deleteBatch: false, roundTripMs: 0 } as PlannedFleet;
}
