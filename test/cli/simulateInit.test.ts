/** `sluice simulate init` and `schema`, as they are typed. They run from dist/: build first. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { advise } from "../../engine/simulator/questions/advise.ts";
import { beginningText } from "../../engine/simulator/questions/beginning.ts";
import { readScenario } from "../../engine/simulator/scenario/read.ts";
import { scenarioSchema } from "../../engine/simulator/scenario/schema.ts";
import { patience } from "../support/patience.ts";
import { sluice } from "./sluice.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-init-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const begun = (file: string, words: readonly string[], input = "") =>
  sluice(["simulate", "init", file, ...words], undefined, input);

const answers = {
  messagesPerSecond: 20,
  processingSeconds: 0.1,
  latencySeconds: 10,
  failureShare: 0.02,
  isFifo: false,
};
const flags = [
  ...["--messages-per-second", "20", "--msg-processing-time", "100ms"],
  ...["--acceptable-latency", "10s", "--failures", "2%", "--kind", "standard"],
];

describe("sluice simulate init", { timeout: patience(60_000) }, () => {
  test("writes a scenario of its flags, and nothing over what is there", async () => {
    const file = at("flags.yaml");
    const { code, out, said } = await begun(file, flags);
    expect([code, out]).toEqual([0, ""]);
    expect(said).toContain(`  sluice simulate advise ${file} --within 10s=99%\n`);
    expect(readFileSync(file, "utf8")).toBe(beginningText(answers));
    const other = [...flags, "--kind", "fifo"];
    const refused = await begun(file, other);
    expect([refused.code, refused.said]).toEqual([
      2,
      `sluice: ${file} is there already; name another file, or write over it with --force.\n`,
    ]);
    expect(readFileSync(file, "utf8")).toBe(beginningText(answers));
    expect((await begun(file, [...other, "--force"])).code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("work.fifo");
  });

  test("takes answers from standard input, in AWS's words, too", async () => {
    const lines = ["20", "msg_processing_time = 100ms", "acceptable_latency: 10s", "2 %", ""];
    const { code, out } = await begun("-", [], `${lines.join("\n")}\n`);
    expect([code, out]).toEqual([0, beginningText(answers)]);
    const rest = await begun("-", flags.slice(0, 6), "2%\nFIFO\n");
    expect(rest.out).toBe(beginningText({ ...answers, isFifo: true }));
  });

  test.each([
    [
      "20\n",
      "How long does it take to handle one (msg_processing_time)? Answer with --msg-processing-time, as --msg-processing-time 100ms.",
    ],
    [
      "none\n",
      "--messages-per-second: It is a number of messages a second, above 0, at most 1000000.",
    ],
    ["1\n10s\n5s\n0%\nfifo\n", "--acceptable-latency: It is more than --msg-processing-time."],
    ["1\n1s\n5s\n0%\nlifo\n", "--kind: It is standard or fifo."],
  ])("tells what is wrong with %j", async (input, sentence) => {
    const { code, said } = await begun(at("wrong.yaml"), [], input);
    expect([code, said]).toEqual([2, `sluice: ${sentence}\n`]);
    expect(existsSync(at("wrong.yaml"))).toBe(false);
  });

  test.each([false, true])(
    "writes what can be read, and meets what was asked for (FIFO: %s)",
    async (isFifo) => {
      const { code } = await begun(at(`${isFifo}.yaml`), [
        ...flags.slice(0, 8),
        "--kind",
        isFifo ? "fifo" : "standard",
      ]);
      expect(code).toBe(0);
      const plan = await readScenario(at(`${isFifo}.yaml`));
      expect(plan.queues.map((queue) => queue.isFifo)).toEqual([isFifo, isFifo]);
      const [work] = plan.queues;
      // ln(1000) times the mean is what one handling in a thousand outlasts.
      expect(work?.attributes.visibilityTimeout).toBe(Math.ceil(0.1 * Math.log(1000)));
      expect(work?.deadLetters).toEqual({ queue: 1, maxReceiveCount: 5 });
      const [{ arrivals } = { arrivals: undefined }] = plan.producers;
      expect(arrivals).toMatchObject({ size: 1, gap: { kind: "exponential", meanSeconds: 0.05 } });
      const [workers] = plan.fleets;
      expect(workers?.service).toEqual({ kind: "exponential", meanSeconds: 0.1 });
      expect(workers?.failure.probability).toBe(0.02);
      // 2.04 places are busy, and the fewest more keep the queue from growing.
      expect(workers?.count).toBe(3);
      expect([plan.replications, workers?.waitTimeSeconds]).toEqual([4, 20]);
      const goals = [{ kind: "wait", share: 0.99, seconds: 10 }] as const;
      const advice = await advise(at(`${isFifo}.yaml`), {
        ...{ goals, threads: 1, keep: ["count", "batch", "waitTimeSeconds"] },
      });
      expect(advice.isMet).toBe(true);
    },
  );
});

test("every handling that fails is one more to be done: half of them failing takes twice the places", () => {
  expect(beginningText({ ...answers, failureShare: 0 })).toContain("\n    count: 3\n");
  expect(beginningText({ ...answers, failureShare: 0.5 })).toContain("\n    count: 5\n");
});

test("sluice simulate schema prints the schema", async () => {
  const { code, out, said } = await sluice(["simulate", "schema"]);
  expect([code, said]).toEqual([0, ""]);
  expect(JSON.parse(out)).toEqual(scenarioSchema());
});
