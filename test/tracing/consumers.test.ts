/**
 * What handlers run in, in threads of a pool that set OpenTelemetry up by themselves and inline: spans that
 * go on where the message was sent. Threads run from dist/: build first.
 */
import { SpanKind } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HandlerModule, Queue } from "../../engine/index.ts";
import { inlined, started, until, withQueue } from "../consumer/support.ts";
import { type Registered, register, shape } from "./registered.ts";

interface Told {
  readonly name: string;
  readonly kind: SpanKind;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  readonly links: readonly string[];
  readonly count?: number;
  readonly messageId?: string;
  readonly error?: string;
  readonly status: number;
}

let otel: Registered;

beforeEach(() => {
  otel = register();
});

afterEach(() => otel.stop());

function handler(name: string): URL {
  return new URL(`./handlers/${name}`, import.meta.url);
}

/** Takes what the threads have told out of their queue. */
async function told(spans: Queue): Promise<Told[]> {
  const messages = await spans.receive({ maxNumberOfMessages: 100 });
  return messages.map(({ body }) => JSON.parse(body));
}

/** The one span of that name. */
function named(spans: readonly Told[], name: string): Told {
  const found = spans.filter((span) => span.name === name);
  expect(found).toHaveLength(1);
  return found[0] as Told;
}

describe("in a thread", () => {
  test("a message's handling is a span of the sender's trace, active in the handler", async () => {
    await withQueue(async (queue, broker) => {
      const spans = await broker.createQueue("spans");
      const next = await broker.createQueue("next");
      const sent = await queue.send("good");
      const made = otel.take()[0]?.spanContext();
      await using consumer = started(queue, handler("each.mjs"), { threads: 1 });
      await until(() => consumer.stats().handled === 1, "handled");
      const all = await told(spans);
      const handling = named(all, "process work");
      expect(handling).toMatchObject({
        kind: SpanKind.CONSUMER,
        traceId: made?.traceId,
        parentId: made?.spanId,
        links: [made?.spanId],
        messageId: sent.messageId,
        status: 0,
      });
      for (const name of ["before", "after", "send next"]) {
        expect(named(all, name)).toMatchObject({
          traceId: made?.traceId,
          parentId: handling.spanId,
        });
      }
      // Neither the pool's receives nor its deletes are spans.
      expect(all).toHaveLength(4);
      const [on] = await next.receive();
      const { spanId } = named(all, "send next");
      expect(on?.messageAttributes.traceparent).toBe(`00-${made?.traceId}-${spanId}-01`);
    });
  });

  test("a handler that fails ends its span with what it threw", async () => {
    await withQueue(async (queue, broker) => {
      const spans = await broker.createQueue("spans");
      await queue.send("bad");
      await using consumer = started(queue, handler("each.mjs"), { threads: 1 });
      await until(() => consumer.stats().failed === 1, "failed");
      const handling = named(await told(spans), "process work");
      expect(handling).toMatchObject({ error: "RangeError", status: 2 });
    });
  });

  test("a batch is one span with a link to each send", async () => {
    await withQueue(
      async (queue, broker) => {
        const spans = await broker.createQueue("spans");
        for (const body of ["one", "bad", "two"]) await queue.send(body);
        const made = otel.take().map((span) => span.spanContext().spanId);
        await using consumer = started(queue, handler("batch.mjs"), { threads: 1, batch: 10 });
        await until(() => consumer.stats().failed > 0, "handled");
        const all = await told(spans);
        const handling = named(all, "process work");
        expect(handling).toMatchObject({
          kind: SpanKind.CONSUMER,
          count: 3,
          links: made,
          error: "Error",
          status: 2,
        });
        expect(handling.parentId).toBeUndefined();
        expect(named(all, "inside")).toMatchObject({ parentId: handling.spanId });
      },
      { attributes: { visibilityTimeout: 300 } },
    );
  });

  test("a handler that blocks has no spans, which nobody could export", async () => {
    await withQueue(async (queue, broker) => {
      const spans = await broker.createQueue("spans");
      await queue.send("x");
      await using consumer = started(queue, handler("sync.mjs"), { threads: 1 });
      await until(() => consumer.stats().handled === 1, "handled");
      expect(await told(spans)).toEqual([]);
    });
  });

  test("of a broker that is to make no traces there are none", async () => {
    await withQueue(
      async (queue, broker) => {
        const spans = await broker.createQueue("spans");
        await broker.createQueue("next");
        await queue.send("good");
        await using consumer = started(queue, handler("each.mjs"), { threads: 1 });
        await until(() => consumer.stats().handled === 1, "handled");
        const names = (await told(spans)).map(({ name }) => name);
        expect(names).toEqual(["before", "after"]);
      },
      { options: { tracing: false } },
    );
  });
});

describe("inline", () => {
  test("handlers of a FIFO queue that return at once, wait or throw end their spans", async () => {
    await withQueue(
      async (queue) => {
        const send = (body: string) => queue.send(body, { messageGroupId: body.replace(" ", "-") });
        for (const body of ["at once", "waits", "throws", "rejects"]) await send(body);
        const made = otel.take().map((span) => span.spanContext().spanId);
        const module: HandlerModule = {
          default: ({ body }) => {
            if (body === "throws") throw new TypeError("thrown");
            if (body === "rejects") return Promise.reject("no error");
            return body === "waits" ? new Promise((resolve) => setTimeout(resolve, 1)) : undefined;
          },
        };
        await using consumer = inlined(queue, module);
        const { stats } = consumer;
        await until(() => stats.call(consumer).handled === 2, "handled");
        await until(() => stats.call(consumer).failed === 2, "failed");
        const spans = otel.take().map(shape);
        expect(spans.map(({ parentId }) => parentId)).toEqual(made);
        expect(spans.map(({ error }) => error)).toEqual([
          undefined,
          undefined,
          "TypeError",
          "_OTHER",
        ]);
      },
      { name: "work.fifo", attributes: { fifoQueue: true, contentBasedDeduplication: true } },
    );
  });

  test("an answer that can't be right fails the span of its batch", async () => {
    await withQueue(async (queue) => {
      await queue.send("x");
      const handleBatch = async () => ({ batchItemFailures: [{ itemIdentifier: "nobody" }] });
      await using consumer = inlined(queue, { handleBatch });
      await until(() => consumer.stats().failed === 1, "failed");
      expect(otel.take().map(shape).at(-1)).toMatchObject({
        name: "process work",
        error: "TypeError",
      });
    });
  });
});
