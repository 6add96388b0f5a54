/** What a server's program traces of requests, and which of it goes with messages. */
import { SpanKind } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inlined, until } from "../consumer/support.ts";
import { type Served, served } from "../metrics/served.ts";
import { kinds, type Registered, register, shape } from "./registered.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const traceparent = `00-${traceId}-${spanId}-01`;
const xray = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";

let server: Served;
let otel: Registered;
let QueueUrl: string;

beforeEach(async () => {
  server = await served();
  otel = register();
  QueueUrl = await server.endpoint.createQueue("orders");
});

afterEach(async () => {
  otel.stop();
  await server.stop();
});

function ask(action: string, input: object, headers: Record<string, string> = {}) {
  return server.endpoint.call(action, { QueueUrl, ...input }, headers);
}

async function receivedAttributes(): Promise<Record<string, unknown>> {
  const answer = await ask("ReceiveMessage", {
    MessageAttributeNames: ["All"],
    MessageSystemAttributeNames: ["AWSTraceHeader"],
  });
  const [message] = JSON.parse(answer.text).Messages;
  const attributes: Record<string, { StringValue?: string }> = message.MessageAttributes ?? {};
  const own = Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue]);
  return { ...Object.fromEntries(own), ...message.Attributes };
}

describe("a request", () => {
  test("with a trace is part of it, and so is its message", async () => {
    const headers = { traceparent, "X-Amzn-Trace-Id": xray };
    await ask("SendMessage", { MessageBody: "text" }, headers);
    const [send] = otel.take();
    expect(send && shape(send)).toMatchObject({
      name: "send orders",
      kind: SpanKind.SERVER,
      traceId,
      parentId: spanId,
      status: 0,
    });
    expect(await receivedAttributes()).toEqual({ traceparent, AWSTraceHeader: xray });
    const [receive] = otel.take();
    expect(receive && shape(receive)).toMatchObject({
      name: "receive orders",
      kind: SpanKind.SERVER,
      parentId: undefined,
      count: 1,
      links: [[spanId, expect.any(String)]],
    });
  });

  test("without one has spans, and its messages stay as they were sent", async () => {
    await ask("SendMessage", { MessageBody: "text" });
    expect(await receivedAttributes()).toEqual({});
    const entries = ["a", "b"].map((Id) => ({ Id, MessageBody: Id }));
    await ask("SendMessageBatch", { Entries: entries });
    expect(await receivedAttributes()).toEqual({});
    await ask("DeleteMessage", { ReceiptHandle: "none" });
    expect(kinds(otel.take())).toEqual({
      "send orders SERVER": 2,
      "receive orders SERVER": 2,
      "delete orders SERVER": 1,
    });
  });

  test("whose message carries a context keeps it", async () => {
    const other = `00-${traceId}-1111111111111111-01`;
    const MessageAttributes = { traceparent: { DataType: "String", StringValue: other } };
    await ask("SendMessage", { MessageBody: "text", MessageAttributes }, { traceparent });
    const [send] = otel.take();
    expect(send && shape(send).links).toEqual([["1111111111111111", undefined]]);
    expect(await receivedAttributes()).toEqual({ traceparent: other });
  });

  test("that ends leaves nothing to the next verb of the program", async () => {
    await ask("SendMessage", { MessageBody: "text" }, { traceparent });
    const queue = await server.broker.getQueue("orders");
    await queue.send("own");
    const own = otel.take()[1];
    expect(own && shape(own)).toMatchObject({ kind: SpanKind.PRODUCER, parentId: undefined });
  });
});

test("a handler of the server's own process goes on with the trace of an HTTP client", async () => {
  const MessageAttributes = { traceparent: { DataType: "String", StringValue: traceparent } };
  await ask("SendMessage", { MessageBody: "text", MessageAttributes });
  otel.take();
  const queue = await server.broker.getQueue("orders");
  await using consumer = inlined(queue, { default: () => {} });
  await until(() => consumer.stats().handled === 1, "handled");
  const [handling] = otel.take();
  expect(handling && shape(handling)).toMatchObject({
    name: "process orders",
    kind: SpanKind.CONSUMER,
    traceId,
    parentId: spanId,
  });
});
