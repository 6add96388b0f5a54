/**
 * The scenarios under examples/: each runs and shows what it is there to show. Figures here are bounds of
 * its point; those of the page beside the scenarios are what was seen.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { ConsumerResult, QueueResult } from "../../engine/simulator/result.ts";
import { simulate } from "../../engine/simulator/simulate.ts";
import type { SimulationResult } from "../../engine/simulator/simulationResult.ts";

const folder = fileURLToPath(new URL("../../examples/scenarios/", import.meta.url));
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => name.slice(0, -".yaml".length));

function run(name: string): Promise<SimulationResult> {
  return simulate(`${folder}${name}.yaml`, { threads: 1 });
}

function queueOf({ queues }: SimulationResult, name: string): QueueResult {
  return queues[name] as QueueResult;
}

function fleetOf({ consumers }: SimulationResult, name: string): ConsumerResult {
  return consumers[name] as ConsumerResult;
}

function callsOf({ api }: QueueResult): number {
  return Object.values(api.calls).reduce((sum, calls) => sum + calls, 0);
}

describe("the gallery", () => {
  test("begins each scenario with the schema and sentences on what it shows, and lists it", () => {
    const page = readFileSync(`${folder}README.md`, "utf8");
    for (const name of names) {
      const lines = readFileSync(`${folder}${name}.yaml`, "utf8").split("\n");
      const said = lines.slice(1).filter((line) => line.startsWith("# "));
      expect(said.length, name).toBeGreaterThanOrEqual(2);
      expect(page, name).toContain(`| [${name}](${name}.yaml) |`);
    }
    // The one that is no case in this file is run by docs.test.ts.
    const text = readFileSync(fileURLToPath(import.meta.url), "utf8");
    const unrun = names.filter((name) => !text.includes(`run("${name}")`));
    expect(unrun).toEqual(["shop"]);
  });

  test("five workers take a burst at their own pace", async () => {
    const result = await run("load-leveling");
    const { depth, drainedAtSeconds, series } = queueOf(result, "work-queue");
    expect(depth.max).toBeGreaterThan(700);
    expect(depth.maxAtSeconds).toBeCloseTo(180, -1);
    expect(drainedAtSeconds.mean).toBeGreaterThan(300);
    const busiest = Math.max(...series.NumberOfMessagesDeleted) / series.periodSeconds;
    expect(busiest).toBeLessThanOrEqual(5);
  });

  test("poison without a dead-letter queue never ends being received; with one it does", async () => {
    const [forever, ended] = [await run("poison-forever"), await run("poison-with-dead-letters")];
    const [work, mended] = [queueOf(forever, "work"), queueOf(ended, "work")];
    const poison = work.left;
    expect(poison).toBeGreaterThan(3);
    // Every thirty seconds of two hours, but for the first minutes.
    expect(work.redelivered).toBeGreaterThan(poison * 200);
    const lastHour = work.series.NumberOfMessagesReceived.slice(-50);
    expect(lastHour.reduce((sum, received) => sum + received, 0)).toBeGreaterThan(poison * 10);
    expect([mended.left, mended.deadLettered, queueOf(ended, "dead").left]).toEqual([
      0,
      poison,
      poison,
    ]);
    expect(mended.redelivered).toBe(2 * poison);
  });

  test("a visibility timeout below the time of the work has it done again", async () => {
    const result = await run("visibility-timeout");
    const [short, long] = [queueOf(result, "five-seconds"), queueOf(result, "a-minute")];
    expect(short.duplicates / short.sent).toBeGreaterThan(0.2);
    expect(long.duplicates / long.sent).toBeLessThan(0.002);
  });

  test("an autoscaler meets a flash crowd, and goes back", async () => {
    const result = await run("flash-crowd");
    const { FleetSize } = fleetOf(result, "instances").series;
    expect(FleetSize[0]).toBeLessThanOrEqual(2);
    expect(Math.max(...FleetSize)).toBeGreaterThan(20);
    expect(FleetSize.at(-1)).toBeLessThan(10);
    const { drainedAtSeconds } = queueOf(result, "work");
    expect(drainedAtSeconds.mean).toBeLessThan(2_100);
  });

  test("scale-in that kills brings messages back, scale-in that drains none", async () => {
    const result = await run("scale-in");
    expect(queueOf(result, "killed").redelivered).toBeGreaterThan(5);
    expect(fleetOf(result, "one").scaling.abandoned).toBeGreaterThan(5);
    expect(queueOf(result, "drained").redelivered).toBe(0);
    expect(fleetOf(result, "other").scaling.abandoned).toBe(0);
    expect(fleetOf(result, "other").scaling.in).toBeGreaterThan(3);
  });

  test("a real day has the file's requests, and one worker is late once", async () => {
    const result = await run("real-day");
    const requests = queueOf(result, "requests");
    expect(requests.sent).toBe(20_305);
    expect(fleetOf(result, "worker").utilisation).toBeCloseTo(0.35, 1);
    expect(requests.ageOfOldestSeconds.max).toBeGreaterThan(300);
    expect(requests.waitSeconds.p50).toBeLessThan(30);
  });

  test("long polling saves calls, of which the guide says up to 80 %", async () => {
    const result = await run("polling");
    const [short, long] = [queueOf(result, "short"), queueOf(result, "long")];
    const saved = 1 - callsOf(long) / callsOf(short);
    const receives = 1 - long.api.calls.ReceiveMessage / short.api.calls.ReceiveMessage;
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    process.stdout.write(
      `Long polling saves ${percent(saved)} of all calls and ${percent(receives)} of the receives; the guide says up to 80 %.\n`,
    );
    expect(saved).toBeGreaterThan(0.7);
    expect(receives).toBeGreaterThan(0.8);
    expect(long.waitSeconds.mean).toBeLessThan((short.waitSeconds.mean ?? 0) / 100);
  });

  test("a hot message group waits beside idle consumers", async () => {
    const result = await run("hot-group");
    expect(queueOf(result, "orders.fifo").waitSeconds.mean).toBeGreaterThan(1);
    expect(fleetOf(result, "groups").utilisation).toBeLessThan(0.2);
    expect(queueOf(result, "orders").waitSeconds.mean).toBeLessThan(0.01);
  });

  test("a rush waits for the quota of a FIFO queue, but not in tens, nor for a Standard queue", async () => {
    const result = await run("fifo-quota");
    const { producers } = result;
    const [singly, tens] = [producers["one-by-one"], producers["in-tens"]];
    // 200 a second more than pass come for 120 s, but for the calls that the bucket held at first.
    const most = singly?.sendWaitSeconds?.max ?? 0;
    expect(Math.abs(most - (200 * 120 - 300) / 300)).toBeLessThan(4);
    expect(tens?.sendWaitSeconds?.max).toBe(0);
    expect(producers.standard?.sendWaitSeconds).toBeNull();
    const { series, api } = queueOf(result, "one-by-one.fifo");
    expect(api.throttled.SendMessage).toBeGreaterThan(100);
    const rush = series.NumberOfMessagesSent.slice(
      Math.ceil(130 / series.periodSeconds),
      Math.floor(310 / series.periodSeconds),
    );
    const mean = rush.reduce((sum, sent) => sum + sent, 0) / rush.length / series.periodSeconds;
    expect(Math.abs(mean - 300)).toBeLessThan(3);
    expect(Math.max(...queueOf(result, "standard").series.NumberOfMessagesSent)).toBeGreaterThan(
      450 * series.periodSeconds,
    );
    expect(result.verdict).toContain("The FIFO quota of 300 calls a second is reached");
  });

  test("idle pollers make millions of calls", async () => {
    const { cost, queues } = await run("idle-pollers");
    expect(cost.monthStandardRequests).toBeGreaterThan(2_500_000);
    expect(cost.requestsUsd).toBeGreaterThan(0.5);
    expect(queues.jobs?.api.emptyShare).toBeGreaterThan(0.99);
  });

  test("retries at once multiply what a full service is asked, pauses that grow do not", async () => {
    const result = await run("shared-limit");
    const [once, paused] = [queueOf(result, "at-once"), queueOf(result, "with-pauses")];
    expect(once.received / once.sent).toBeGreaterThan(8);
    expect(paused.received / paused.sent).toBeLessThan(once.received / once.sent / 2);
  });
});
