/** What the verbs of a queue tell OpenTelemetry's own SDK, and what messages carry of it. */
import { context, propagation, SpanKind, trace } from "@opentelemetry/api";
import { CompositePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../engine/broker/broker.ts";
import { MessageBatch } from "../../engine/broker/messages/batch.ts";
import { VirtualClock } from "../../engine/clock.ts";
import type { Queue, SendOptions } from "../../engine/types.ts";
import { kinds, parentOf, type Registered, register, shape } from "./registered.ts";
import { headerOf, xrayPropagator } from "./xray.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const traceparent = `00-${traceId}-${spanId}-01`;
const xray = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";

let broker: Broker;
let queue: Queue;
let otel: Registered;
const clock = new VirtualClock();

beforeEach(async () => {
  broker = await Broker.open({ clock, memoryBytes: 2 ** 25, queuesMax: 16 });
  queue = await broker.createQueue("orders");
  otel = register();
});

afterEach(async () => {
  otel.stop();
  await broker.close();
});

/** The one span that has ended since it was last asked. */
function one() {
  const spans = otel.take();
  expect(spans).toHaveLength(1);
  return spans[0] as (typeof spans)[number];
}

async function received() {
  const [message] = await queue.receive({ maxNumberOfMessages: 1 });
  if (message === undefined) throw new Error("no message came");
  return message;
}

describe("a send", () => {
  test("is a producer's span in the program's, and the message carries its context", async () => {
    const { value, ...program } = await otel.within(() => queue.send("text"));
    const span = one();
    expect(span.attributes).toEqual({
      "messaging.system": "aws_sqs",
      "messaging.destination.name": "orders",
      "messaging.operation.name": "send",
      "messaging.operation.type": "send",
      "messaging.message.id": value.messageId,
    });
    expect(shape(span)).toMatchObject({
      name: "send orders",
      kind: SpanKind.PRODUCER,
      traceId: program.traceId,
      parentId: program.spanId,
      links: [],
      status: 0,
    });
    const { messageAttributes } = await received();
    const own = span.spanContext();
    expect({ ...messageAttributes }).toEqual({
      traceparent: `00-${own.traceId}-${own.spanId}-01`,
    });
  });

  test("keeps what its sender carries, and has a link to it", async () => {
    await queue.send("text", { messageAttributes: { Traceparent: traceparent, a: "b" } });
    const span = shape(one());
    expect(span).toMatchObject({ kind: SpanKind.CLIENT, links: [[spanId, undefined]] });
    expect({ ...(await received()).messageAttributes }).toEqual({
      Traceparent: traceparent,
      a: "b",
    });
  });

  test("keeps also what its sender calls so and is no trace", async () => {
    await queue.send("text", { messageAttributes: { traceparent: "none" } });
    await queue.sendBatch([{ body: "text", messageAttributes: { TraceParent: "none" } }]);
    const messages = await queue.receive({ maxNumberOfMessages: 2 });
    const attributes = messages.map(({ messageAttributes }) => ({ ...messageAttributes }));
    expect(attributes).toEqual([{ traceparent: "none" }, { TraceParent: "none" }]);
  });

  test("carries X-Ray's context in AWSTraceHeader, where its sender has given none", async () => {
    propagation.disable();
    const propagators = [new W3CTraceContextPropagator(), xrayPropagator];
    propagation.setGlobalPropagator(new CompositePropagator({ propagators }));
    await queue.send("text");
    const made = one().spanContext();
    const awsTraceHeader = headerOf(traceId, spanId);
    await queue.send("given", { awsTraceHeader });
    expect(shape(one())).toMatchObject({ kind: SpanKind.CLIENT, links: [[spanId, undefined]] });
    await queue.sendBatch([{ body: "given", awsTraceHeader }]);
    const messages = await queue.receive({ maxNumberOfMessages: 3 });
    expect(messages.map((message) => message.awsTraceHeader)).toEqual([
      headerOf(made.traceId, made.spanId),
      awsTraceHeader,
      awsTraceHeader,
    ]);
    const parents = messages.map((message) => parentOf(message.messageAttributes.traceparent));
    expect(parents).toEqual([made.spanId, undefined, undefined]);
  });

  test("carries nothing that there is no room for, and is never refused for that", async () => {
    const filled = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, "x"]));
    await queue.send("ten", { messageAttributes: filled(10) });
    expect(Object.keys((await received()).messageAttributes)).toHaveLength(10);
    await queue.send("nine", { messageAttributes: filled(9) });
    expect(Object.keys((await received()).messageAttributes).at(-1)).toBe("traceparent");
    const small = await broker.createQueue("small", { maximumMessageSize: 1_024 });
    const along = "traceparent".length + "String".length + traceparent.length;
    for (const bytes of [1_024, 1_024 - along + 1, 1_024 - along]) {
      await small.send("x".repeat(bytes));
      await small.send("x".repeat(bytes - 4), { messageAttributes: { n: 100 } }).catch(() => {});
    }
    const carried: boolean[] = [];
    for (const { body, messageAttributes } of await small.receive({ maxNumberOfMessages: 10 })) {
      if (messageAttributes.n === undefined) {
        carried.push(messageAttributes.traceparent !== undefined);
        expect(body.length + (carried.at(-1) ? along : 0)).toBeLessThanOrEqual(1_024);
      }
    }
    expect(carried).toEqual([false, false, true]);
    await expect(small.send("x".repeat(1_025))).rejects.toThrow("shorter than 1024 bytes");
  });

  test("that fails says with what, and throws the same", async () => {
    await broker.deleteQueue("orders");
    await expect(queue.send("text")).rejects.toMatchObject({ code: "QueueDoesNotExist" });
    expect(shape(one())).toMatchObject({ error: "QueueDoesNotExist", status: 2 });
    await expect(queue.send(null as never)).rejects.toMatchObject({
      code: "InvalidParameterValue",
    });
    await expect(queue.send("x", null as never)).rejects.toThrow("An object is needed");
    const odd = { messageAttributes: 7 } as unknown as SendOptions;
    await expect(queue.send("x", odd)).rejects.toThrow("messageAttributes is an object");
    expect(otel.take().map((span) => shape(span).error)).toEqual(
      Array(3).fill("InvalidParameterValue"),
    );
  });
});

describe("a batch", () => {
  test("is one span, with links to what its messages carry already", async () => {
    const own = { body: "own", messageAttributes: { traceparent } };
    const { successful } = await queue.sendBatch(["plain", own, { body: "options" }]);
    expect(successful).toHaveLength(3);
    const span = one();
    expect(shape(span)).toMatchObject({
      name: "send orders",
      kind: SpanKind.PRODUCER,
      count: 3,
      messageId: undefined,
      links: [[spanId, undefined]],
    });
    const messages = await queue.receive({ maxNumberOfMessages: 10 });
    const parents = messages.map((message) => parentOf(message.messageAttributes.traceparent));
    const made = span.spanContext().spanId;
    expect(parents).toEqual([made, spanId, made]);
    const receive = shape(one());
    const ids = messages.map((message) => message.messageId);
    expect(receive).toMatchObject({ name: "receive orders", kind: SpanKind.CLIENT, count: 3 });
    expect(receive.links).toEqual(parents.map((parent, index) => [parent, ids[index]]));
  });

  test("says what of it failed, and a call that throws what it threw", async () => {
    const { failed } = await queue.sendBatch(["right", "", { body: "x", delaySeconds: -1 }]);
    expect(failed).toHaveLength(2);
    const span = one();
    expect(shape(span)).toMatchObject({ error: "MissingParameter", status: 2, count: 3 });
    expect(span.status.message).toMatch(/^2 of 3 failed; the first: /);
    await expect(queue.sendBatch("text" as never)).rejects.toThrow("takes an array");
    expect(shape(one()).error).toBe("InvalidParameterValue");
    const [message] = await queue.receive();
    otel.take();
    await queue.deleteBatch([message as never, "no handle"]);
    expect(shape(one())).toMatchObject({
      name: "delete orders",
      kind: SpanKind.CLIENT,
      count: 2,
      error: "ReceiptHandleIsInvalid",
    });
  });
});

describe("a receive", () => {
  test("has a span when it is over, in the trace in which it was called", async () => {
    const program = await otel.within(async () => {
      const call = queue.receive({ waitTimeSeconds: 10 });
      expect(otel.take()).toEqual([]);
      await clock.advance(10_000);
      return call;
    });
    expect(program.value).toEqual([]);
    const span = one();
    expect(shape(span)).toMatchObject({ count: 0, links: [], parentId: program.spanId, status: 0 });
    expect(span.duration[0] * 1e9 + span.duration[1]).toBeGreaterThan(0);
  });

  test("that ends with an error says so", async () => {
    const aborter = new AbortController();
    const call = queue.receive({ waitTimeSeconds: 10, signal: aborter.signal });
    aborter.abort();
    await expect(call).rejects.toThrow();
    expect(shape(one())).toMatchObject({ name: "receive orders", error: "AbortError", status: 2 });
  });

  test("of a stream is a span each, and a message's own delete one", async () => {
    await queue.send("a");
    otel.take();
    for await (const message of queue.messages({ waitTimeSeconds: 1 })) {
      expect(kinds(otel.take())).toEqual({ "receive orders CLIENT": 1 });
      await message.delete();
      expect(shape(one())).toMatchObject({
        name: "delete orders",
        kind: SpanKind.CLIENT,
        messageId: message.messageId,
      });
      break;
    }
    await queue.delete("no handle").catch(() => {});
    expect(shape(one())).toMatchObject({ messageId: undefined, error: "ReceiptHandleIsInvalid" });
  });
});

test("a trace goes with its message to the dead-letter queue, and back", async () => {
  const dead = await broker.createQueue("dead");
  const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 1 };
  const source = await broker.createQueue("source", { redrivePolicy, visibilityTimeout: 1 });
  await source.send("poison", { awsTraceHeader: xray });
  const made = one().spanContext();
  const carries = async (from: Queue) => {
    otel.take();
    const [message] = await from.receive();
    expect(message?.awsTraceHeader).toBe(xray);
    expect(parentOf(message?.messageAttributes.traceparent)).toBe(made.spanId);
    expect(shape(one()).links).toEqual([[made.spanId, message?.messageId]]);
    await clock.advance(60_000);
  };
  await carries(source);
  expect(await source.receive()).toEqual([]);
  await carries(dead);
  await broker.startMessageMoveTask({ sourceArn: dead.arn });
  await clock.advance(1_000);
  await carries(source);
});

describe("nothing is traced", () => {
  test("by the synchronous face", async () => {
    queue.sync.send("a");
    queue.sync.send("b", { messageAttributes: { a: "b" } });
    queue.sync.sendBatch(["c", { body: "d", delaySeconds: 0 }]);
    const batch = new MessageBatch(10);
    expect(queue.sync.receive(batch)).toBe(4);
    expect(Object.keys(batch.message(0).messageAttributes)).toEqual([]);
    queue.sync.delete(batch);
    expect(otel.take()).toEqual([]);
  });

  test("by a broker that is to make no traces", async () => {
    await using quiet = await Broker.open({ tracing: false, memoryBytes: 2 ** 25, queuesMax: 16 });
    const work = await quiet.createQueue("work");
    await work.send("a");
    await work.sendBatch(["b"]);
    const messages = await work.receive({ maxNumberOfMessages: 10 });
    expect(messages.map((message) => Object.keys(message.messageAttributes))).toEqual([[], []]);
    await messages[0]?.delete();
    await work.deleteBatch(messages.slice(1));
    expect(otel.take()).toEqual([]);
    const odd = Broker.open({ tracing: "no" as never });
    await expect(odd).rejects.toThrow("tracing is true or false, not no.");
  });

  test("without a tracer provider, whatever else the program has", async () => {
    trace.disable();
    await queue.send("text");
    expect(Object.keys((await received()).messageAttributes)).toEqual([]);
  });

  test("before a provider is registered, and is from then on", async () => {
    otel.stop();
    await queue.send("before");
    otel = register();
    await queue.send("after");
    expect(kinds(otel.take())).toEqual({ "send orders PRODUCER": 1 });
  });
});

test("without a context manager and a propagator there are spans all the same", async () => {
  context.disable();
  propagation.disable();
  await queue.send("text", { messageAttributes: { traceparent } });
  await queue.receive();
  const spans = otel.take().map(shape);
  expect(spans.map(({ parentId, links }) => [parentId, links])).toEqual([
    [undefined, []],
    [undefined, []],
  ]);
});

test("what a program's telemetry throws is nobody's failure", async () => {
  otel.stop();
  const fails = (): never => {
    throw new Error("the exporter is broken");
  };
  const processor = {
    onStart: fails,
    onEnd: fails,
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
  propagation.setGlobalPropagator({ inject: fails, extract: fails, fields: () => [] });
  await queue.send("text", { messageAttributes: { traceparent } });
  await queue.sendBatch(["more"]);
  const messages = await queue.receive({ maxNumberOfMessages: 10 });
  expect(messages.map(({ body }) => body)).toEqual(["text", "more"]);
  await queue.deleteBatch(messages);
});
