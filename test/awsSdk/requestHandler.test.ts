/**
 * The request handler: the bytes of a server without a socket, for any client of the SDK; aborting; and what a
 * client's life asks of it. Signatures are signed.test.ts's.
 */
import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import { CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RequestHandlerOptions, requestHandler } from "../../engine/awsSdk/index.ts";
import { Broker } from "../../engine/broker/broker.ts";
import { VirtualClock } from "../../engine/clock.ts";
import { Server } from "../../engine/server/http/server.ts";
import type { Queue } from "../../engine/types.ts";
import { Endpoint } from "../support/endpoint.ts";
import { formHeaders, formOf } from "../support/query.ts";

let clock: VirtualClock;
let broker: Broker;
let queue: Queue;
const QueueUrl = "https://sqs.us-east-1.amazonaws.com/000000000000/jobs";
const clients: SQSClient[] = [];

beforeEach(async () => {
  clock = new VirtualClock();
  broker = await Broker.open({ clock });
  queue = await broker.createQueue("jobs");
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await broker.close();
});

const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };

function connect(options: RequestHandlerOptions = {}, config: SQSClientConfig = {}): SQSClient {
  const handler = requestHandler(broker, options);
  const client = new SQSClient({
    region: "us-east-1",
    credentials: keys,
    requestHandler: handler,
    ...config,
  });
  clients.push(client);
  return client;
}

const wait = () => new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 });
const settle = () => new Promise((resolve) => setImmediate(resolve));

const jsonOf = (action: string, input: object) => ({
  headers: {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": `AmazonSQS.${action}`,
  },
  body: JSON.stringify(input),
});

const asked = { QueueUrl: "/000000000000/jobs" };

/** Requests that a server answers in every way that it has. */
const requests = [
  ["JSON", { method: "POST", path: "/", ...jsonOf("SendMessage", { ...asked, MessageBody: "a" }) }],
  [
    "an error in JSON",
    { method: "POST", path: "/", ...jsonOf("PurgeQueue", { QueueUrl: "none" }) },
  ],
  ["no answer's bytes", { method: "POST", path: "/", ...jsonOf("PurgeQueue", asked) }],
  ["no JSON", { method: "POST", path: "/", ...jsonOf("PurgeQueue", {}), body: "{" }],
  ["no action", { method: "POST", path: "/", ...jsonOf("MakeCoffee", {}) }],
  ["a form", form("ListQueues", {})],
  ["an error in XML", form("GetQueueUrl", { QueueName: "none" })],
  [
    "a form to a queue's path",
    { ...form("SendMessage", { MessageBody: "a" }), path: asked.QueueUrl },
  ],
  ["a GET", { method: "GET", path: `/?${formOf("ListQueues", {})}`, headers: {}, body: undefined }],
  ["a page", { method: "GET", path: "/health", headers: {}, body: undefined }],
  ["a method that is none", { method: "PUT", path: "/", headers: {}, body: "x" }],
] as const;

function form(action: string, input: object) {
  return { method: "POST", path: "/", headers: formHeaders, body: formOf(action, input) };
}

async function textOf(body: unknown): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What no two answers have alike has a word for itself. */
const plain = (text: string) => text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "an id");

describe("the answer to", () => {
  test.each(requests)("%s is a server's, byte for byte", async (_title, request) => {
    const onFault = (error: unknown) => expect(error).toBeUndefined();
    const server = await Server.listen({ broker, host: "127.0.0.1", port: 0, onFault });
    const endpoint = new Endpoint(server.url);
    const { hostname, port } = new URL(server.url);
    const { method, path, headers, body } = request;
    const served = await endpoint.send({ method, path, headers, ...(body && { body }) });
    const where = { protocol: "http:", hostname, port: Number(port) };
    const handler = requestHandler(broker, { onFault });
    const { response } = await handler.handle({ method, path, headers, body, ...where });
    endpoint.disconnect();
    await server.close();
    expect(response.statusCode).toBe(served.status);
    expect(plain(await textOf(response.body))).toBe(plain(served.text));
    const { connection, "keep-alive": keepAlive, ...sent } = served.headers;
    const moment = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/;
    expect({ ...response.headers, "x-amzn-requestid": "an id" }).toEqual({
      ...sent,
      "x-amzn-requestid": "an id",
      date: expect.stringMatching(moment),
    });
  });

  test("a request names queues by its Host, or by where it was sent", async () => {
    const handler = requestHandler(broker);
    const ask = async (headers: Record<string, string>, more: object) => {
      const request = {
        method: "POST",
        path: "/",
        ...jsonOf("GetQueueUrl", { QueueName: "jobs" }),
      };
      const where = { hostname: "sqs.test", ...more };
      const { response } = await handler.handle({
        ...request,
        ...where,
        headers: { ...request.headers, ...headers },
      });
      return JSON.parse(await textOf(response.body)).QueueUrl;
    };
    expect(await ask({ Host: "queues:8080" }, {})).toBe("http://queues:8080/000000000000/jobs");
    expect(await ask({}, { protocol: "https:" })).toBe("https://sqs.test/000000000000/jobs");
    expect(await ask({}, { port: 8080 })).toBe("http://sqs.test:8080/000000000000/jobs");
  });

  test("many large messages is made while others have their turn", async () => {
    for (let count = 0; count < 8; count++) await queue.send("x".repeat(100_000));
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const more = { MaxNumberOfMessages: 10 };
    const { Messages } = await connect().send(new ReceiveMessageCommand({ QueueUrl, ...more }));
    isOver = true;
    expect(Messages).toHaveLength(8);
    expect(turns).toBeGreaterThanOrEqual(8);
  });
});

describe("a body", () => {
  const text = JSON.stringify({ QueueUrl, MessageBody: "grüße" });
  const bytes = new TextEncoder().encode(text);
  const { headers } = jsonOf("SendMessage", {});
  const post = { method: "POST", hostname: "sqs.test", path: "/", headers };

  test.each<[string, () => unknown]>([
    ["a text", () => text],
    ["bytes", () => bytes],
    ["a view of bytes", () => new DataView(bytes.buffer)],
    ["a buffer", () => bytes.slice().buffer],
    ["a Blob", () => new Blob([text])],
    ["a stream of Node's", () => Readable.from([bytes.slice(0, 5), bytes.slice(5)])],
    ["a stream of the web's", () => new Blob([text]).stream()],
  ])("may be %s", async (_title, make) => {
    await requestHandler(broker).handle({ ...post, body: make() });
    expect((await queue.receive())[0]?.body).toBe("grüße");
  });

  test("that is none of these is refused", async () => {
    const handled = requestHandler(broker).handle({ ...post, body: 7 });
    await expect(handled).rejects.toThrow(/text, bytes, a Blob or a stream/);
  });

  test("whose stream breaks rejects with what broke it, and does nothing", async () => {
    const error = new Error("broken");
    const body = new Readable({
      read() {
        this.push(bytes);
        this.destroy(error);
      },
    });
    await expect(requestHandler(broker).handle({ ...post, body })).rejects.toBe(error);
    expect(queue.counts().visible).toBe(0);
  });

  test("that never ends can be aborted", async () => {
    const aborter = new AbortController();
    const body = new Readable({ read() {} });
    const handled = requestHandler(broker).handle(
      { ...post, body },
      { abortSignal: aborter.signal },
    );
    aborter.abort();
    await expect(handled).rejects.toMatchObject({ name: "AbortError" });
    body.push(bytes);
    body.push(null);
    await settle();
    expect(queue.counts().visible).toBe(0);
  });

  test("that is too large is 413", async () => {
    const body = Buffer.alloc(7 * 1_048_576 + 1, " ");
    const { response } = await requestHandler(broker).handle({ ...post, body });
    expect(response.statusCode).toBe(413);
    expect(response.headers["x-amzn-query-error"]).toBe("RequestEntityTooLarge;Sender");
  });
});

describe("a request that is aborted", () => {
  test("before it begins does nothing", async () => {
    const send = new SendMessageCommand({ QueueUrl, MessageBody: "a" });
    const sent = connect().send(send, { abortSignal: AbortSignal.abort() });
    await expect(sent).rejects.toMatchObject({ name: "AbortError" });
    expect(queue.counts().visible).toBe(0);
  });

  test("while it waits rejects at once and takes no message", async () => {
    const aborter = new AbortController();
    const polled = connect().send(wait(), { abortSignal: aborter.signal });
    await settle();
    aborter.abort();
    await expect(polled).rejects.toMatchObject({ name: "AbortError" });
    await queue.send("after");
    expect((await queue.receive())[0]?.receiveCount).toBe(1);
  });

  test.each(Array.from({ length: 12 }, (_, turns) => turns))(
    "%d turns after a message came strands none",
    async (turns) => {
      const { headers, body } = jsonOf("ReceiveMessage", { ...asked, WaitTimeSeconds: 20 });
      const aborter = new AbortController();
      const request = { method: "POST", hostname: "sqs.test", path: "/", headers, body };
      const polled = requestHandler(broker).handle(request, { abortSignal: aborter.signal });
      await settle();
      queue.sync.send("a");
      for (let turn = 0; turn < turns; turn++) await undefined;
      aborter.abort();
      const outcome = await polled.then(
        async ({ response }) => JSON.parse(await textOf(response.body)).Messages?.length,
        ({ name }: Error) => name,
      );
      const { visible, inFlight } = queue.counts();
      expect([
        [1, 0, 1],
        ["AbortError", 1, 0],
      ]).toContainEqual([outcome, visible, inFlight]);
    },
  );

  test("leaves nothing on a signal that lives longer", async () => {
    const client = connect();
    const { signal: abortSignal } = new AbortController();
    for (let count = 0; count < 20; count++) {
      const send = new SendMessageCommand({ QueueUrl, MessageBody: "a" });
      await client.send(send, { abortSignal });
    }
    expect(getEventListeners(abortSignal, "abort").length).toBeLessThanOrEqual(1);
  });

  test("by a client that is destroyed, which may go on to ask", async () => {
    const client = connect();
    const polled = client.send(wait());
    await settle();
    client.destroy();
    await expect(polled).rejects.toThrow(/request handler was destroyed/);
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "a" }));
    expect((await queue.receive())[0]?.receiveCount).toBe(1);
  });
});

describe("the handler", () => {
  test("needs no endpoint, and serves several clients", async () => {
    const handler = requestHandler(broker);
    const [one, other] = [
      connect({}, { requestHandler: handler }),
      connect({}, { requestHandler: handler }),
    ];
    const { QueueUrl: url } = await one.send(new CreateQueueCommand({ QueueName: "shared" }));
    expect(url).toBe("https://sqs.us-east-1.amazonaws.com/000000000000/shared");
    expect(await other.send(new GetQueueUrlCommand({ QueueName: "shared" }))).toMatchObject({
      QueueUrl: url,
    });
    const none = new GetQueueUrlCommand({ QueueName: "none" });
    await expect(other.send(none)).rejects.toThrow(QueueDoesNotExist);
  });

  test("answers CloudWatch's client where it measures", async () => {
    const config = { region: "us-east-1", credentials: keys };
    const nowMs = clock.nowMs();
    const metric = new GetMetricStatisticsCommand({
      Namespace: "AWS/SQS",
      MetricName: "NumberOfMessagesSent",
      Dimensions: [{ Name: "QueueName", Value: "jobs" }],
      StartTime: new Date(nowMs - 3_600_000),
      EndTime: new Date(nowMs + 3_600_000),
      Period: 60,
      Statistics: ["Sum"],
    });
    const watching = (options: RequestHandlerOptions) =>
      new CloudWatchClient({ ...config, requestHandler: requestHandler(broker, options) });
    const measuring = watching({ metrics: true });
    await queue.send("a");
    await clock.advance(120_000);
    const { Datapoints = [] } = await measuring.send(metric);
    expect(Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0)).toBe(1);
    expect(Datapoints[0]?.Timestamp).toBeInstanceOf(Date);
    await expect(watching({}).send(metric)).rejects.toThrow(/metrics/);
  });

  test("keeps what a client's extensions tell it", () => {
    const handler = requestHandler(broker);
    expect(handler.metadata.handlerProtocol).toBe("http/1.1");
    expect(handler.httpHandlerConfigs()).toEqual({});
    (handler.updateHttpClientConfig as (key: string, value: unknown) => void)("requestTimeout", 5);
    expect(handler.httpHandlerConfigs()).toEqual({ requestTimeout: 5 });
  });

  test("tells of a fault, of which the client sees no more than that there was one", async () => {
    const faults: unknown[] = [];
    const fault = new Error("a fault of the test's");
    const onFault = (error: unknown) => faults.push(error);
    const client = connect({ onFault }, { maxAttempts: 1 });
    queue.send = () => {
      throw fault;
    };
    const sent = client.send(new SendMessageCommand({ QueueUrl, MessageBody: "a" }));
    await expect(sent).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    expect(faults).toEqual([fault]);
  });

  test("is for a broker", () => {
    expect(() => requestHandler({} as Broker)).toThrow(TypeError);
  });
});
