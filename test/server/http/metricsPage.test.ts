/**
 * GET /metrics: a parser of Prometheus's format reads it, and what it reads is what happened; names are
 * those of docs/METRICS.md, and what the dashboard asks for is there.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterEach, describe, expect, test } from "vitest";
import { JournalNumbers } from "../../../engine/broker/durable/journalNumbers.ts";
import { journalFamilies } from "../../../engine/server/prometheus/journalFamilies.ts";
import { type Served, served } from "../../metrics/served.ts";
import { requireTool } from "../../support/tools.ts";

const server: { now?: Served } = {};

async function start(...options: Parameters<typeof served>): Promise<Served> {
  server.now = await served(...options);
  return server.now;
}

afterEach(async () => {
  await server.now?.stop();
});

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly metrics: readonly {
    readonly labels?: Readonly<Record<string, string>>;
    readonly value?: string;
  }[];
}

/** Has no types of its own. */
const parse: (page: string) => Family[] = createRequire(import.meta.url)(
  "parse-prometheus-text-format",
);

async function page(from: Served): Promise<string> {
  const { status, headers, text } = await from.endpoint.send({ method: "GET", path: "/metrics" });
  expect([status, headers["content-type"]]).toEqual([
    200,
    "text/plain; version=0.0.4; charset=utf-8",
  ]);
  return text;
}

async function scrape(from: Served): Promise<Map<string, Family>> {
  const families = parse(await page(from));
  return new Map(families.map((family) => [family.name, family]));
}

/** The numbers of a family by a label's value. */
function byLabel(families: Map<string, Family>, name: string, label = "queue") {
  const lines = families.get(name)?.metrics ?? [];
  return Object.fromEntries(lines.map((line) => [line.labels?.[label] ?? "", Number(line.value)]));
}

describe("what happened", () => {
  test("in a minute of known traffic is told", async () => {
    const one = await start();
    const { broker, pass, endpoint } = one;
    const dead = await broker.createQueue("dead");
    const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 1 };
    const queue = await broker.createQueue("orders", { redrivePolicy });
    const fifo = await broker.createQueue("orders.fifo", { fifoQueue: true });
    await pass(10);
    for (const text of ["1", "22", "333", "4444"]) await queue.send(text);
    await queue.send("later", { delaySeconds: 900 });
    const [first] = await queue.receive();
    const [, poison] = [await queue.receive(), await queue.receive()];
    await first?.delete();
    await poison[0]?.changeVisibility(0);
    const [last, none] = [await queue.receive(), await queue.receive()];
    expect([last[0]?.body, none]).toEqual(["4444", []]);
    for (let send = 0; send < 3; send++) {
      await fifo.send("x", { messageGroupId: "g", messageDeduplicationId: `${send >> 1}` });
    }
    await fifo.receive();
    await fifo.receive();
    await pass(20);
    const families = await scrape(one);
    const numbers = (name: string) => byLabel(families, name);
    const at = (orders: number, deadNumber: number, fifoNumber: number) => ({
      dead: deadNumber,
      orders,
      "orders.fifo": fifoNumber,
    });
    expect(numbers("sluice_queue_messages_visible")).toEqual(at(0, 1, 1));
    expect(numbers("sluice_queue_messages_in_flight")).toEqual(at(2, 0, 1));
    expect(numbers("sluice_queue_messages_delayed")).toEqual(at(1, 0, 0));
    expect(numbers("sluice_queue_groups_in_flight")).toEqual(at(0, 0, 1));
    expect(numbers("sluice_queue_oldest_message_age_seconds")).toEqual(at(20, 20, 20));
    expect(numbers("sluice_queue_messages_sent_total")).toEqual(at(5, 0, 2));
    expect(numbers("sluice_queue_sent_bytes_total")).toMatchObject({ orders: 15, dead: 0 });
    expect(numbers("sluice_queue_messages_received_total")).toEqual(at(4, 0, 1));
    expect(numbers("sluice_queue_messages_deleted_total")).toEqual(at(1, 0, 0));
    expect(numbers("sluice_queue_empty_receives_total")).toEqual(at(1, 0, 1));
    expect(numbers("sluice_queue_messages_deduplicated_total")).toEqual(at(0, 0, 1));
    expect(numbers("sluice_queue_messages_moved_total")).toEqual(at(1, 0, 0));
    expect(numbers("sluice_queue_messages_expired_total")).toEqual(at(0, 0, 0));
    expect(byLabel(families, "sluice_queues", "told")).toEqual({ each: 3, together: 0 });
    endpoint.disconnect();
  });

  test("to requests is told by action and code, with how long they took", async () => {
    const one = await start();
    const { endpoint } = one;
    const url = await endpoint.createQueue("orders");
    for (let send = 0; send < 3; send++) {
      await endpoint.ok("SendMessage", { QueueUrl: url, MessageBody: "text" });
    }
    await endpoint.call("SendMessage", { QueueUrl: url });
    await endpoint.call("Sing", {});
    await endpoint.call("SendMessage", { QueueUrl: `${url}s`, MessageBody: "text" });
    await endpoint.send({ method: "GET", path: "/health" });
    const families = await scrape(one);
    const counts = families
      .get("sluice_requests_total")
      ?.metrics.map(({ labels, value }) => [labels?.action, labels?.code, value]);
    expect(counts).toEqual([
      ["CreateQueue", "OK", "1"],
      ["SendMessage", "OK", "3"],
      ["SendMessage", "MissingParameter", "1"],
      ["SendMessage", "QueueDoesNotExist", "1"],
      ["none", "InvalidAction", "1"],
    ]);
    // The parser leaves the labels of a histogram out.
    expect(families.get("sluice_request_duration_seconds")?.type).toBe("HISTOGRAM");
    const text = await page(one);
    const sends = [...text.matchAll(/^(\w+)\{(?:le="(.*)",)?action="SendMessage"\} (.*)$/gm)];
    const valuesOf = (name: string) =>
      sends.filter(([, whole]) => whole === `sluice_request_duration_seconds_${name}`);
    const buckets = valuesOf("bucket");
    const bounds = buckets.map(([, , bound]) => Number(bound?.replace("+Inf", "Infinity")));
    expect(bounds).toEqual([...bounds].sort((bound, other) => bound - other));
    expect(bounds).toHaveLength(16);
    const sums = buckets.map(([, , , count]) => Number(count));
    expect(sums).toEqual([...sums].sort((count, other) => count - other));
    expect([sums.at(-1), Number(valuesOf("count")[0]?.[3])]).toEqual([5, 5]);
    expect(Number(valuesOf("sum")[0]?.[3])).toBeGreaterThan(0);
  });

  test("in more queues than are told by their names is told together, and never falls", async () => {
    const one = await start({ namedMax: 2 });
    const { broker, pass } = one;
    const queues = [];
    for (const name of ["a", "b", "c", "d"]) queues.push(await broker.createQueue(name));
    for (const queue of queues) await queue.send("text");
    await pass(5);
    const before = await scrape(one);
    expect(byLabel(before, "sluice_queue_messages_sent_total")).toEqual({
      a: 1,
      b: 1,
      "(others)": 2,
    });
    expect(byLabel(before, "sluice_queue_oldest_message_age_seconds")["(others)"]).toBe(5);
    expect(byLabel(before, "sluice_queues", "told")).toEqual({ each: 2, together: 2 });
    await broker.deleteQueue("a");
    await broker.deleteQueue("c");
    await pass(1);
    const after = await scrape(one);
    expect(byLabel(after, "sluice_queue_messages_sent_total")).toEqual({ b: 1, "(others)": 2 });
    expect(byLabel(after, "sluice_queue_messages_visible")).toEqual({ b: 1, "(others)": 1 });
    await broker.createQueue("e");
    await pass(1);
    expect(byLabel(await scrape(one), "sluice_queue_messages_sent_total")).toMatchObject({ e: 0 });
  });
});

describe("the page", () => {
  test("has the process, and a sentence for everything", async () => {
    const families = await scrape(await start());
    for (const { name, help, type, metrics } of families.values()) {
      expect([name, help]).toEqual([name, expect.stringMatching(/^[A-Z].*\.$/)]);
      const isCounter = name.endsWith("_total");
      expect([name, type === "COUNTER"]).toEqual([name, isCounter]);
      for (const { value } of metrics) {
        if (value !== undefined) expect([name, Number(value) >= 0]).toEqual([name, true]);
      }
    }
    const bytes = Number(families.get("process_resident_memory_bytes")?.metrics[0]?.value);
    expect(bytes).toBeGreaterThan(10_000_000);
  });

  test("is what docs/METRICS.md says", async () => {
    const docs = readFileSync(new URL("../../../docs/METRICS.md", import.meta.url), "utf8");
    const rows = [...docs.matchAll(/^\| `([a-z_]+)` \| (gauge|counter|histogram) \|/gm)];
    const named = rows.map(([, name, type]) => `${name} ${type}`);
    const families = [...(await scrape(await start())).values()];
    const kept = journalFamilies(new JournalNumbers());
    const known = [...families, ...kept].map(({ name, type }) => `${name} ${type.toLowerCase()}`);
    expect(named.sort()).toEqual(known.sort());
  });

  test("has all that the dashboard asks for", async () => {
    const file = new URL("../../../examples/grafana/sluice.json", import.meta.url);
    const dashboard = JSON.parse(readFileSync(file, "utf8"));
    const one = await start();
    await one.broker.createQueue("orders");
    await one.pass(1);
    await one.endpoint.ok("ListQueues", {});
    const text = await page(one);
    const lines = new Set([...text.matchAll(/^([a-z_]+)[{ ]/gm)].map(([, name]) => name));
    const targets = dashboard.panels.flatMap((panel: { targets: unknown[] }) => panel.targets);
    const asked = targets.flatMap(({ expr }: { expr: string }) => [
      ...expr.matchAll(/\b(?:sluice|process|nodejs)_[a-z_]+/g),
    ]);
    const names: string[] = asked.map(([name]: string[]) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !lines.has(name))).toEqual([]);
  });

  test.skipIf(!requireTool("promtool"))(
    "has no fault that Prometheus's own tool finds",
    async () => {
      const one = await start();
      const { broker, endpoint, pass } = one;
      const queue = await broker.createQueue("orders");
      await broker.createQueue("orders.fifo", { fifoQueue: true });
      await queue.send("text");
      await endpoint.ok("ListQueues", {});
      await pass(1);
      const checked = spawnSync("promtool", ["check", "metrics"], {
        input: await page(one),
        encoding: "utf8",
      });
      expect([checked.status, checked.stdout, checked.stderr]).toEqual([0, "", ""]);
    },
  );

  test("wants a token where there is one, and nothing else does", async () => {
    const { endpoint } = await start({ metricsToken: "a-long-token" });
    const status = async (authorization?: string) => {
      const headers = authorization === undefined ? {} : { Authorization: authorization };
      const answer = await endpoint.send({ method: "GET", path: "/metrics", headers });
      expect(answer.text.includes("sluice_")).toBe(answer.status === 200);
      return [answer.status, answer.headers["www-authenticate"]];
    };
    const refused = [401, 'Bearer realm="metrics"'];
    expect(await status()).toEqual(refused);
    expect(await status("Bearer a-long-tokem")).toEqual(refused);
    expect(await status("Basic a-long-token")).toEqual(refused);
    expect(await status("Bearer a-long-token")).toEqual([200, undefined]);
    expect((await endpoint.call("ListQueues", {})).status).toBe(200);
    expect((await endpoint.send({ method: "GET", path: "/health" })).status).toBe(200);
  });

  test("is for no foreign web page, and an action's path is an action's", async () => {
    const { endpoint } = await start();
    const headers = { Origin: "https://example.com" };
    const foreign = await endpoint.send({ method: "GET", path: "/metrics", headers });
    expect(foreign.status).toBe(403);
    const path = "/metrics?Action=ListQueues&Version=2012-11-05";
    expect((await endpoint.send({ method: "GET", path })).text).toContain("<ListQueuesResult");
  });
});
