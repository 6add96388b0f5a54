/**
 * A server that listens before its broker is there: everybody is told to come back, health checks how far it
 * is, and the connections of that time are served once it has started.
 */
import { afterEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { Port } from "../../../engine/server/http/port.ts";
import { Server } from "../../../engine/server/http/server.ts";
import { Starting } from "../../../engine/server/http/starting.ts";
import { sluice } from "../../cli/sluice.ts";
import { Endpoint } from "../../support/endpoint.ts";

const where = { host: "127.0.0.1", port: 0 };
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function starting() {
  const answers = new Starting();
  const port = await Port.open(where, answers);
  closers.push(() => port.close());
  const endpoint = new Endpoint(port.url);
  closers.push(async () => endpoint.disconnect());
  return { answers, port, endpoint };
}

describe("while it starts", () => {
  test("every request is told to try again, in its own protocol", async () => {
    const { answers, endpoint } = await starting();
    answers.tell({ readBytes: 43, allBytes: 100, messages: 5 });
    const json = await endpoint.call("SendMessage", { QueueUrl: "a", MessageBody: "b" });
    expect([json.status, json.headers["x-amzn-query-error"]]).toEqual([
      503,
      "ServiceUnavailable;Receiver",
    ]);
    expect(Number(json.headers["retry-after"])).toBeGreaterThanOrEqual(1);
    expect(json.text).toContain("reads its journal, and is at 43 %");
    const xml = await endpoint.query("ListQueues", {});
    expect([xml.status, xml.text]).toEqual([503, expect.stringContaining("ServiceUnavailable")]);
    const page = await endpoint.send({ method: "GET", path: "/metrics" });
    expect(page.status).toBe(503);
  });

  test("health checks are told how far it is", async () => {
    const { answers, endpoint, port } = await starting();
    for (const path of ["/health", "/_localstack/health", "/health?verbose"]) {
      answers.tell({ readBytes: 250, allBytes: 1_000, messages: 12 });
      const { status, headers, json } = await endpoint.send({ method: "GET", path });
      expect([status, json]).toEqual([
        503,
        { status: "recovering", readBytes: 250, allBytes: 1_000, messages: 12 },
      ]);
      expect(headers["retry-after"]).toMatch(/^[1-9]\d*$/);
    }
    const { code, said } = await sluice(["health", "--url", port.url]);
    expect([code, said]).toEqual([
      1,
      `sluice: ${port.url} takes no requests: it reads its journal, and is at 25 %\n`,
    ]);
  });

  test("it may be given up", async () => {
    const { port, endpoint } = await starting();
    await endpoint.send({ method: "GET", path: "/health" });
    await port.close();
    await expect(endpoint.send({ method: "GET", path: "/health" })).rejects.toThrow();
  });
});

test("once it has started the same port and the same connections are the broker's", async () => {
  const { port, endpoint } = await starting();
  const before = await endpoint.send({ method: "GET", path: "/health" });
  expect([before.status, before.headers.connection]).toEqual([503, "keep-alive"]);
  const broker = await Broker.open({ memoryBytes: 2 ** 25, queuesMax: 16 });
  closers.push(() => broker.close());
  const faults: unknown[] = [];
  const server = await Server.listen({
    ...{ ...where, broker, opened: port, onFault: (error: unknown) => faults.push(error) },
  });
  expect(server.url).toBe(port.url);
  const url = await endpoint.createQueue("orders");
  await endpoint.ok("SendMessage", { QueueUrl: url, MessageBody: "text" });
  const { status, json } = await endpoint.send({ method: "GET", path: "/health" });
  expect([status, json]).toEqual([200, { status: "ok" }]);
  expect(faults).toEqual([]);
});
