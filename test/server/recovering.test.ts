/**
 * A server whose queues are kept in a directory, while its journal is being read and when the disk fails: the disk
 * is the test's, and waits or fails when it says so. Needs a build.
 */
import { afterEach, expect, test } from "vitest";
import { useJournalThread } from "../../engine/broker/durable/journalStart.ts";
import { reportsTo } from "../../engine/server/logger.ts";
import { RunningServer } from "../../engine/server/running.ts";
import { settle } from "../../engine/server/settings/settle.ts";
import { FAIL, Gate, PASS, WAIT } from "../broker/durable/gate.ts";
import { Directory, type DiskPlan } from "../broker/durable/kept.ts";
import { Endpoint } from "../support/endpoint.ts";

const reports = reportsTo(undefined, "silent");
const THREAD = new URL("../../dist/test/broker/durable/diskThread.js", import.meta.url);
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server on a directory; before each sync of its disk there is a gate. */
async function starting(directory: Directory, gate: Gate, port = 0) {
  const settled = await settle({
    ...{ given: new Map(), nameOf: (name) => name },
    defaults: { port, data: directory.path, memory: 2 ** 26 },
  });
  const more: DiskPlan = {
    ...{ gate: gate.words, fault: undefined, room: undefined },
    ...{ segmentBytes: 2 ** 20, isSimulated: false },
  };
  const told: number[] = [];
  const running = RunningServer.start(settled, reports, {
    onOpening: (options) => useJournalThread(options, { file: THREAD, more }),
    onRecovery: ({ messages }) => told.push(messages),
  });
  return { running, told };
}

function endpointOf(url: string): Endpoint {
  const endpoint = new Endpoint(url);
  closers.push(() => endpoint.disconnect());
  return endpoint;
}

test("says so while its journal is read, and then has what was there", async () => {
  const directory = new Directory();
  closers.push(() => directory[Symbol.dispose]());
  const first = await (await starting(directory, new Gate())).running;
  const url = await endpointOf(first.url).createQueue("orders", { VisibilityTimeout: "7" });
  const sent = { QueueUrl: url, MessageBody: "text" };
  await endpointOf(first.url).ok("SendMessage", sent);
  await first.close();
  const gate = new Gate();
  gate.set(WAIT);
  // The port is free again, and the URL of the queue is that of before.
  const { running, told } = await starting(directory, gate, Number(new URL(first.url).port));
  await gate.came();
  const endpoint = endpointOf(first.url);
  const health = await endpoint.send({ method: "GET", path: "/health" });
  expect([health.status, health.json]).toMatchObject([503, { status: "recovering" }]);
  expect(health.headers["retry-after"]).toMatch(/^\d+$/);
  const refused = await endpoint.call("ReceiveMessage", { QueueUrl: url });
  expect([refused.status, refused.text]).toEqual([503, expect.stringContaining("its journal")]);
  gate.set(PASS);
  const second = await running;
  closers.push(() => second.close());
  expect(second.url).toBe(first.url);
  expect((await endpoint.send({ method: "GET", path: "/health" })).status).toBe(200);
  const { Messages } = await endpoint.ok("ReceiveMessage", { QueueUrl: url });
  expect(Messages).toMatchObject([{ Body: "text" }]);
  expect(told.at(-1)).toBe(1);
  const { text } = await endpoint.send({ method: "GET", path: "/metrics" });
  expect(text).toMatch(/^sluice_journal_lives 2$/m);
  expect(text).toMatch(/^sluice_journal_recovered_messages 1$/m);
  expect(text).toMatch(/^sluice_journal_syncs_total [1-9]/m);
});

test("tells who started it that its disk failed, and acknowledges nothing more", async () => {
  const directory = new Directory();
  closers.push(() => directory[Symbol.dispose]());
  const gate = new Gate();
  const running = await (await starting(directory, gate)).running;
  closers.push(() => running.close().catch(() => {}));
  const endpoint = endpointOf(running.url);
  const url = await endpoint.createQueue("orders");
  gate.set(FAIL);
  const refused = await endpoint.call("SendMessage", { QueueUrl: url, MessageBody: "text" });
  expect(refused.status).toBeGreaterThanOrEqual(500);
  expect((await running.failed).message).toMatch(/could not sync .*EIO/);
});
