/** What is wrong with sends and redrives is told by line and path, with what would be right. */
import { expect, test } from "vitest";
import { first, fleet, mistakesOf, producers, service } from "./mistaken.ts";

const dead = "RedrivePolicy: { deadLetterTargetArn: dead, maxReceiveCount: 3 }";
const queues = `queues: { work: { ${dead} }, dead: {}, w.fifo: { FifoQueue: true } }`;

/** A scenario with a dead-letter queue, whose first line is this. */
function redriven(line: string, ...others: string[]): string {
  const consumers = `consumers: { workers: { queue: work, count: 1, ${service} } }`;
  return [
    line,
    queues,
    "horizon: { seconds: 10 }",
    ...(others.length > 0 ? others : [producers, consumers]),
  ].join("\n");
}

test.each([
  [
    "a queue that is not there",
    fleet(`${service}, sends: [{ queue: wrok }]`),
    "consumers.workers.sends.0.queue: There is no queue wrok; did you mean work?",
  ],
  [
    "groups of a Standard queue",
    fleet(`${service}, sends: [{ queue: work, groups: { uniform: { count: 3 } } }]`),
    "consumers.workers.sends.0.groups: Only a FIFO queue has groups, and work is none.",
  ],
  [
    "a number that is none",
    fleet(`${service}, sends: [{ queue: work, count: 0 }]`),
    "consumers.workers.sends.0.count: It is a whole number from 1 to 1000, not 0.",
  ],
  [
    "messages that are too large",
    fleet(`${service}, sends: [{ queue: work, bodyBytes: 1048577 }]`),
    "consumers.workers.sends.0.bodyBytes: It is a whole number of bytes from 1 to 1048576, not 1048577.",
  ],
  [
    "no time",
    redriven("redrives: [{ from: dead }]"),
    "redrives.0: It lacks atSeconds or everySeconds, when it begins.",
  ],
  [
    "a queue that has no dead letters",
    redriven("redrives: [{ from: work, atSeconds: 1 }]"),
    "redrives.0.from: It is the dead-letter queue of a queue (RedrivePolicy), as dead is; work is none.",
  ],
  [
    "none that has any",
    first("redrives: [{ from: work, atSeconds: 1 }]"),
    "redrives.0.from: It is the dead-letter queue of a queue (RedrivePolicy); work is none.",
  ],
  [
    "more than SQS moves",
    redriven("redrives: [{ from: dead, atSeconds: 1, perSecond: 501 }]"),
    "redrives.0.perSecond: It is a whole number of messages a second from 1 to 500, not 501.",
  ],
  [
    "a target of the other kind",
    redriven("redrives: [{ from: dead, to: w.fifo, atSeconds: 1 }]"),
    "redrives.0.to: Messages move between queues of one kind; of dead and w.fifo, one is FIFO.",
  ],
  [
    "itself",
    redriven("redrives: [{ from: dead, to: dead, atSeconds: 1 }]"),
    "redrives.0.to: It is another queue than dead.",
  ],
  [
    "messages that came from nowhere",
    redriven("redrives: [{ from: dead, atSeconds: 1 }]", "initial: { messages: 3, queue: dead }"),
    "redrives.0: It lacks to: messages that were sent to dead have no queue to go back to.",
  ],
  [
    "clients that go on",
    redriven(
      "redrives: [{ from: dead, atSeconds: 1 }]",
      "producers: { web: { queue: work, arrivals: { closedLoop: { clients: 1 } } } }",
      `consumers: { workers: { queue: work, count: 1, ${service} } }`,
    ),
    "redrives.0.from: Clients of web go on when a message becomes a dead letter, and do not wait for redrives; give it other arrivals.",
  ],
])("%s", async (_, text, mistake) => {
  expect(await mistakesOf(text)).toEqual([`1: ${mistake}`]);
});
