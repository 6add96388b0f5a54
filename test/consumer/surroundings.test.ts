/**
 * What surrounds a handler: messages that came over HTTP, TypeScript by a loader and by Node itself,
 * the thread's environment and limits, and the trace that a message is part of.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { context, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { describe, expect, test } from "vitest";
import type { HandlerModule } from "../../engine/index.ts";
import { Server } from "../../engine/server/http/server.ts";
import { newerNode } from "../support/newerNode.ts";
import { patience } from "../support/patience.ts";
import { requiredTools } from "../support/tools.ts";
import {
  handler,
  inlined,
  notOnce,
  numbered,
  started,
  until,
  withQueue,
  words,
} from "./support.ts";

test("messages of AWS's SDK over HTTP reach the threads of a pool of the server's own process", async () => {
  await withQueue(async (queue, broker) => {
    const faults: unknown[] = [];
    const onFault = (error: unknown): void => void faults.push(error);
    const server = await Server.listen({ broker, host: "127.0.0.1", port: 0, onFault });
    const client = new SQSClient({
      endpoint: server.url,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    try {
      const seen = words(20);
      await using consumer = started(queue, "countEach.mjs", { threads: 2, data: { seen } });
      await consumer.ready;
      const QueueUrl = `${server.url}/000000000000/work`;
      await Promise.all(
        numbered(20).map((MessageBody) =>
          client.send(new SendMessageCommand({ QueueUrl, MessageBody })),
        ),
      );
      await until(() => consumer.stats().handled === 20, "all handled");
      expect(notOnce(seen)).toEqual([]);
      expect(faults).toEqual([]);
    } finally {
      client.destroy();
      await server.close();
    }
  });
});

describe("a handler in TypeScript", () => {
  test("runs under tsx, registered by a file that its thread is given in execArgv", async () => {
    await withQueue(async (queue) => {
      const seen = words(3);
      await queue.sendBatch(numbered(3));
      const execArgv = ["--import", handler("registerTsx.mjs").href];
      await using consumer = started(queue, "typed.ts", { threads: 1, execArgv, data: { seen } });
      await until(() => consumer.stats().handled === 3, "handled");
      expect(notOnce(seen)).toEqual([]);
    });
  });

  test("runs by Node's own stripping of types, on a Node that has it", {
    timeout: patience(600_000),
  }, (context) => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-stripping-"));
    try {
      let node = "";
      try {
        node = join(newerNode(), "node");
      } catch (error) {
        if (requiredTools().includes("node@24")) throw error;
        context.skip("node@24 can't be had here");
      }
      const program = join(folder, "program.mjs");
      const engine = new URL("../../dist/engine/index.js", import.meta.url).href;
      writeFileSync(
        program,
        `import { Broker, consume } from ${JSON.stringify(engine)};
         const broker = await Broker.open();
         const queue = await broker.createQueue("work");
         const seen = new Int32Array(new SharedArrayBuffer(12));
         await queue.sendBatch(["0", "1", "2"]);
         const url = new URL(${JSON.stringify(handler("typed.ts").href)});
         const consumer = consume(queue, url, { threads: 1, data: { seen } });
         await consumer.ready;
         while (consumer.stats().handled < 3) await new Promise((r) => setTimeout(r, 5));
         await consumer.stop();
         await broker.close();
         console.log(process.versions.node.split(".")[0], seen.join());`,
      );
      const said = execFileSync(node, [program], { encoding: "utf8", timeout: patience() });
      expect(said).toBe("24 1,1,1\n");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("a thread", () => {
  test("has the environment and Node's options that the consumer was given", async () => {
    await withQueue(async (queue) => {
      const shared = words(4);
      await queue.send("x");
      await using consumer = started(queue, "surroundings.mjs", {
        threads: 1,
        env: { PLANTED: "7" },
        execArgv: ["--import", "data:text/javascript,globalThis.planted = 11"],
        data: { words: shared },
      });
      await until(() => consumer.stats().handled === 1, "handled");
      // Its variable, none of this process's, its preloaded module, and the same memory as here.
      expect([...shared]).toEqual([7, 0, 11, 1]);
    });
  });

  test("at its heap limit is replaced, and its message comes to another", async () => {
    await withQueue(
      async (queue) => {
        const shared = words(1);
        await queue.send("x");
        await using consumer = started(queue, "fillsHeap.mjs", {
          threads: 1,
          resourceLimits: { maxOldGenerationSizeMb: 32 },
          data: { words: shared },
        });
        const deaths: Error[] = [];
        consumer.on("threadDied", ({ error }) => deaths.push(error));
        await until(() => consumer.stats().handled === 1, "handled by the next thread");
        expect(deaths.map((error) => (error as { code?: string }).code)).toEqual([
          "ERR_WORKER_OUT_OF_MEMORY",
        ]);
        expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
      },
      { attributes: { visibilityTimeout: 1 } },
    );
  });
});

describe("the trace of a message", () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

  test("is active in an inline handler, to its end, and after it no more", async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    try {
      await withQueue(async (queue) => {
        await queue.send("in", { messageAttributes: { traceparent } });
        await queue.send("out");
        const traces: (string | undefined)[] = [];
        const active = (): string | undefined => trace.getSpanContext(context.active())?.traceId;
        const module: HandlerModule = {
          default: async () => {
            traces.push(active());
            await new Promise((resolve) => setTimeout(resolve, 1));
            traces.push(active());
          },
        };
        await using consumer = inlined(queue, module);
        await until(() => consumer.stats().handled === 2, "both handled");
        expect(traces).toEqual([traceId, traceId, undefined, undefined]);
        expect(context.active()).toBe(ROOT_CONTEXT);
      });
    } finally {
      context.disable();
      propagation.disable();
    }
  });

  test("is active in a thread whose module has set OpenTelemetry up", async () => {
    await withQueue(async (queue) => {
      await queue.send("x", { messageAttributes: { traceparent } });
      const shared = words(2);
      const data = { words: shared, traceId };
      await using consumer = started(queue, "traced.mjs", { threads: 1, data });
      await until(() => consumer.stats().handled === 1, "handled");
      expect([...shared]).toEqual([1, 1]);
    });
  });

  test("is of no matter where the package is not there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-untraced-"));
    try {
      mkdirSync(join(folder, "app"));
      const file = join(folder, "app", "plain.mjs");
      writeFileSync(
        file,
        "export default (m, { data }) => void Atomics.add(data.seen, Number(m.body), 1);",
      );
      await withQueue(async (queue) => {
        const seen = words(1);
        await queue.send("0", { messageAttributes: { traceparent } });
        const url = new URL(`file://${file}`);
        expect(fileURLToPath(url)).toBe(file);
        await using consumer = started(queue, url, { threads: 1, data: { seen } });
        await until(() => consumer.stats().handled === 1, "handled");
        expect(notOnce(seen)).toEqual([]);
        expect(consumer.errors).toEqual([]);
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
