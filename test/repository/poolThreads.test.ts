/**
 * Threads of pools are never given an ES module by `require`: who terminates a thread that is about to
 * load one so ends the whole process (Node 20: "IsGraphAsync must be used on an instantiated module").
 * A consumer that is stopped, or a simulation that is, may do that at any time.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { patience } from "../support/patience.ts";

function href(path: string): string {
  return JSON.stringify(new URL(`../../${path}`, import.meta.url).href);
}

/** A pool of a consumer and one of a simulation, each of which does its work. */
const PROGRAM = `
import { Broker, consume } from ${href("dist/engine/index.js")};
import { simulate } from ${href("dist/engine/simulator/index.js")};
const broker = await Broker.open();
const queue = await broker.createQueue("work");
const consumer = consume(queue, new URL(${href("test/consumer/handlers/none.mjs")}), { threads: 1 });
await consumer.ready.catch(() => console.log("refused"));
await consumer.stop();
await broker.close();
const { queues } = await simulate({
  replications: 2,
  horizon: { messages: 10 },
  queues: { work: {} },
  producers: { web: { queue: "work", arrivals: { deterministic: { perSecond: 1 } } } },
  consumers: { workers: { queue: "work", count: 1, service: { deterministic: { seconds: 0.1 } } } },
}, { threads: 2 });
console.log(queues.work.sent);
`;

test("a pool's threads import what they run", () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--trace-require-module=all", "--input-type=module", "--eval", PROGRAM],
    {
      encoding: "utf8",
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      timeout: patience(),
    },
  );
  expect(stdout).toBe("refused\n20\n");
  expect(stderr).not.toContain("require()");
});
