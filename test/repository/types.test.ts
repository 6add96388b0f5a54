/**
 * The package's types as the oldest TypeScript reads them that docs/ARCHITECTURE.md promises, and as the
 * newest does, every library checked; and that they say what the calls take and answer. The versions
 * between them, and every way to resolve a name with each, are stress/types.test.ts. Needs a build.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { patience } from "../support/patience.ts";
import {
  allEntryPoints,
  compile,
  folderOfTypes,
  RESOLUTIONS,
  type Resolution,
} from "../support/typings.ts";

const TIMEOUT_MS = patience(180_000);
const OLDEST = "5.4";
const NEWEST = "7.0";

const root = fileURLToPath(new URL("../..", import.meta.url));
let folder = "";

beforeAll(() => {
  folder = folderOfTypes();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PROGRAM = `
import { AbortError, Broker, EngineTrap, MessageBatch, SluiceError, VirtualClock } from "sluice";
import type { BatchResult, BrokerOptions, Message, MessageBatchShape, MessageMoveTask,
  MessageMoveTaskOptions, Queue, QueueDetails, RedrivePolicy, SendEntry, Sent } from "sluice";

import { ScenarioError, simulate, UnstableError } from "sluice/simulator";
import type { Fleet, Law, Progress, Scenario, SimulationResult } from "sluice/simulator";

const law: Law = { lognormal: { meanSeconds: 1, cv: 0.5 } };
const fleet: Fleet = { queue: "work", count: 4, service: law, failure: { probability: 0.1 } };
const scenario: Scenario = {
  horizon: { messages: 1_000 },
  queues: { work: { VisibilityTimeout: 30 }, dead: {} },
  producers: { web: { queue: "work", arrivals: { poisson: { perSecond: 3.6 } } } },
  consumers: { workers: fleet },
};
const onProgress = ({ share }: Progress): void => console.error(share);
const found: SimulationResult = await simulate(scenario, { threads: 2, seed: 7, onProgress });
const wait: number | null | undefined = found.queues.work?.waitSeconds.p99;
const monthUsd: number = found.cost.monthUsd;
try {
  await simulate("shop.yaml", { unstable: true });
} catch (error) {
  if (error instanceof UnstableError) throw error;
  if (error instanceof ScenarioError) console.error(error.mistakes.length);
}

const options: BrokerOptions = { clock: new VirtualClock(), quotas: { inFlightCap: true } };
const broker: Broker = await Broker.open(options);
const queue: Queue = await broker.createQueue("jobs", { visibilityTimeout: 30 });
const entry: SendEntry = { body: new Uint8Array([1]), messageAttributes: { a: "b" } };
const sent: Sent = await queue.send("x");
const result: BatchResult<Sent> = await queue.sendBatch(["x", entry], { waitForCapacity: true });
for await (const message of queue.messages({ waitTimeSeconds: 1 })) await message.delete();
const received: Message[] = await queue.receive();
const batch: MessageBatchShape = new MessageBatch(10);
const count: number = queue.sync.receive(batch);
const had: QueueDetails["attributes"] = await queue.getAttributes();
const seconds: number = had.delaySeconds;
const policy: RedrivePolicy | undefined = had.redrivePolicy;
const fifo: true | undefined = had.fifoQueue;
const move: MessageMoveTaskOptions = { sourceArn: queue.arn };
const tasks: MessageMoveTask[] = await broker.listMessageMoveTasks(move);
try {
  await broker.close({ drain: true });
} catch (error) {
  if (error instanceof SluiceError && error.cause instanceof EngineTrap) throw error.cause;
  if (error instanceof AbortError) throw error;
}
export { count, fifo, monthUsd, policy, received, result, seconds, sent, tasks, wait };
`;

const MISTAKEN = `
import { Broker } from "sluice";
const broker = await Broker.open({ memory: 3 });
const queue = await broker.createQueue("jobs", { VisibilityTimeout: 3 });
await queue.receive({ maxMessages: 3 });
const { redrivePolicy } = await queue.getAttributes();
console.log(redrivePolicy.maxReceiveCount);
import type { Fleet, Producer, Scenario } from "sluice/simulator";
export const law: Fleet["service"] = { exponential: { meanMs: 1 } };
export const fleet: Fleet = { queue: "work", count: 1 };
export const arrivals: Producer["arrivals"] = { poison: { perSecond: 1 } };
const queues: Scenario["queues"] = { work: { visibilityTimeout: 3 } };
export { queues };
`;

describe(`TypeScript ${OLDEST}`, () => {
  test("is what the documents name", () => {
    const page = readFileSync(join(root, "docs", "ARCHITECTURE.md"), "utf8");
    expect(page).toContain(`TypeScript ${OLDEST} or newer`);
    const readme = readFileSync(join(root, "README.md"), "utf8");
    expect(readme).toContain(`TypeScript ${OLDEST}`);
  });

  // One run of the compiler for all, since it is long: whatever else it says is against the first two.
  test("compiles a program that uses them, and all of the libraries; refuses names that are not there, and what may be absent", {
    timeout: TIMEOUT_MS,
  }, () => {
    const programs = {
      "all.ts": allEntryPoints(),
      "program.ts": PROGRAM,
      "mistaken.ts": MISTAKEN,
    };
    const lines = compile(folder, programs, { compiler: OLDEST, resolution: "nodenext" });
    expect(lines).toEqual(
      [3, 4, 5, 7, 9, 10, 11, 12].map((line) => expect.stringContaining(`mistaken.ts(${line},`)),
    );
  });
});

describe(`TypeScript ${NEWEST}`, () => {
  test.each(Object.keys(RESOLUTIONS) as Resolution[])(
    "compiles every entry point under %s",
    {
      timeout: TIMEOUT_MS,
    },
    (resolution) => {
      const programs = { "all.ts": allEntryPoints() };
      expect(compile(folder, programs, { compiler: NEWEST, resolution })).toEqual([]);
    },
  );
});
