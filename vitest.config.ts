// The test runner's settings. Tests run the TypeScript sources; worker threads and child processes
// run from dist/, which is why every npm script that tests builds first. The projects: `test` is
// what `npm test` proves on every change, on any machine, with a process for each file; `npm test`
// itself takes its two halves, `alone` and `together`, of which the second shares processes; `stress`
// is what may take minutes, and the files with bounds in milliseconds once more, with those bounds;
// `debug`, a part of the stress run, has the tests of model, cuts, kills and the log over the build that
// checks its assertions; `terraform` is what waits for minutes because Terraform's AWS provider does. Time
// limits follow how slow the machine is now. The files of `test` run beside each other, since none
// asserts what a busy neighbour could change; those of the others, which measure, one after the other.
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longestFirst.ts";
import { patience } from "./test/support/patience.ts";
import { measureSlowness } from "./test/support/slowness.ts";

// Every project reads this file again, and every process that it starts inherits the variable.
process.env.SLUICE_SLOWNESS ??= String(await measureSlowness());

/** What turns a hang into a failure. */
const limits = {
  testTimeout: patience(300_000),
  hookTimeout: patience(300_000),
  teardownTimeout: patience(),
  expect: { poll: { timeout: patience() } },
};

/**
 * Files with a process of their own: they set its clock or its environment, register a tracer, count what it
 * uses, or fill its memory. All others leave their process as they found it: its globals, its environment, its
 * listeners, and no broker open (test/support/asFound.ts). So `npm test` runs them one after the other in the
 * same processes, each of which loads the engine once.
 */
const alone = [
  "test/broker/durable/crashes.test.ts",
  "test/broker/threads/{threads,wallClock}.test.ts",
  "test/broker/waiting/{fifoWaiting,timers}.test.ts",
  "test/conformance/minutes.test.ts",
  "test/consumer/{life,surroundings,thrown}.test.ts",
  "test/model/**/*.test.ts",
  "test/recovery/{memory,steward,waking}/*.test.ts",
  "test/server/wallClock.test.ts",
  "test/tracing/{consumers,docs,found}.test.ts",
];
const elsewhere = ["test/stress/**", "test/terraform/**"];

/** Files that measure, or that the stress run has by the machine's clock, or with more of the same. */
const timed = [
  "test/broker/messages/sync.test.ts",
  "test/broker/threads/{clock,threads}.test.ts",
  "test/broker/waiting/{capacity,fifoWaiting,timers}.test.ts",
  "test/cli/serve.test.ts",
  "test/clients/sdk.test.ts",
  "test/conformance/{deadLetter,fifo,messages,moves,queues,receive,throttle}.test.ts",
  "test/consumer/pool.test.ts",
  "test/recovery/memory/memory.test.ts",
  "test/recovery/steward/{deadlock,steward}.test.ts",
  "test/recovery/waking/{fairness,wakeups}.test.ts",
  "test/simulator/{flows,plain,random,redelivery,waiting}.test.ts",
  "test/server/badRequests.test.ts",
];

export default defineConfig({
  test: {
    pool: "forks",
    // One more than two cores, since some files wait for timers most of the time.
    maxWorkers: Math.max(3, Math.min(4, Math.floor(availableParallelism() / 2))),
    sequence: { sequencer: LongestFirst },
    reporters: ["default", ["json", { outputFile: "build/test-results.json" }]],
    projects: [
      {
        extends: true,
        test: {
          name: "test",
          include: ["test/**/*.test.ts"],
          exclude: elsewhere,
          ...limits,
        },
      },
      {
        extends: true,
        test: {
          name: "alone",
          include: alone,
          ...limits,
        },
      },
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/**/*.test.ts"],
          exclude: [...elsewhere, ...alone],
          isolate: false,
          setupFiles: "test/support/asFound.ts",
          ...limits,
        },
      },
      {
        extends: true,
        test: {
          name: "stress",
          include: ["test/stress/**/*.test.ts", ...timed],
          fileParallelism: false,
          env: { SLUICE_TIMED: "1" },
          ...limits,
          testTimeout: patience(1_800_000),
        },
      },
      {
        extends: true,
        test: {
          name: "debug",
          include: [
            "test/model/{effects,fifo,standard}/*.test.ts",
            "test/recovery/{cuts,kills}/*.test.ts",
            "test/assembly/{effects,heldBack,restate}.test.ts",
            "test/journal/log*.test.ts",
          ],
          fileParallelism: false,
          env: { SLUICE_ENGINE: "debug" },
          ...limits,
          testTimeout: patience(1_800_000),
        },
      },
      {
        extends: true,
        test: {
          name: "terraform",
          include: ["test/terraform/**/*.test.ts"],
          fileParallelism: false,
          ...limits,
          testTimeout: patience(900_000),
        },
      },
    ],
  },
});
