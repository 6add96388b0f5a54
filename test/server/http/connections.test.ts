/**
 * Connections: requests that a client sends behind one another without waiting, and what becomes of
 * them, and of what they took, when the connection ends. Real sockets; the broker's clock stands
 * still, so that a poll ends for every reason but its time.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import { Server } from "../../../engine/server/http/server.ts";
import type { Queue, ReceiveOptions } from "../../../engine/types.ts";
import { Endpoint } from "../../support/endpoint.ts";
import { formOf } from "../../support/query.ts";
import { jsonBytes, RawClient } from "../../support/rawClient.ts";

const clock = new VirtualClock();
const faults: unknown[] = [];
let broker: Broker;
let server: Server;
/** Requests that were answered, since the start. */
let answered = 0;

async function listen(): Promise<Server> {
  const onFault = (error: unknown) => {
    faults.push(error);
  };
  const onAnswered = () => {
    answered += 1;
  };
  return Server.listen({ broker, host: "127.0.0.1", port: 0, onFault, onAnswered });
}

beforeAll(async () => {
  broker = await Broker.open({ clock });
  server = await listen();
});

afterAll(async () => {
  await server.close();
  await broker.close();
  expect(faults).toEqual([]);
});

const connect = () => RawClient.connect(server.url);
const poll = (QueueUrl: string, more: object = {}) =>
  jsonBytes("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20, ...more });
const send = (QueueUrl: string, MessageBody: string) =>
  jsonBytes("SendMessage", { QueueUrl, MessageBody });

/** Has the server answer somebody else: what it was sent before on another connection, it has read. */
async function turn(): Promise<void> {
  const other = new Endpoint(server.url);
  for (let round = 0; round < 3; round++) await other.ok("ListQueues", {});
  other.disconnect();
}

function inBodies({ answers }: RawClient): unknown[] {
  return answers.map(({ body }) => JSON.parse(body));
}

const fifo = { fifoQueue: true, contentBasedDeduplication: true } as const;

describe("requests behind one another", () => {
  test("are answered in their order, and none begins before its turn", async () => {
    const queue = await broker.createQueue("orderly");
    const client = await connect();
    client.send(poll("orderly"), send("orderly", "mine"), jsonBytes("ListQueues", {}));
    await turn();
    expect([client.answers.length, queue.totals().messagesSent]).toEqual([0, 0]);
    await queue.send("another's");
    await client.answered(3);
    expect(inBodies(client)).toEqual([
      { Messages: [expect.objectContaining({ Body: "another's" })] },
      expect.objectContaining({ MD5OfMessageBody: expect.any(String) }),
      { QueueUrls: expect.any(Array) },
    ]);
    expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 1 });
    await client.end();
  });

  test("are all answered, however many were written at once", async () => {
    await broker.createQueue("many");
    const client = await connect();
    const count = 1_000;
    client.send(...Array.from({ length: count }, (_, index) => send("many", `${index}`)));
    await client.answered(count);
    expect(new Set(client.answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await broker.getQueue("many")).counts().visible).toBe(count);
    await client.end();
  });

  test("let a poll go on while they are few, and end it when they are many", async () => {
    const queue = await broker.createQueue("crowded");
    const client = await connect();
    client.send(poll("crowded"), send("crowded", "1").repeat(16));
    await turn();
    expect([client.answers.length, queue.totals().messagesSent]).toEqual([0, 0]);
    client.send(send("crowded", "1"));
    await client.answered(18);
    expect(client.answers[0]?.body).toBe("{}");
    expect(queue.counts().visible).toBe(17);
    await client.end();
  });

  test("end a poll when their bodies are large", async () => {
    const queue = await broker.createQueue("heavy");
    const client = await connect();
    client.send(poll("heavy"), send("heavy", "x".repeat(1_048_000)));
    await turn();
    expect(client.answers).toEqual([]);
    client.send(send("heavy", "x".repeat(1_000)));
    await client.answered(3);
    expect(client.answers[0]?.body).toBe("{}");
    expect(queue.counts().visible).toBe(2);
    await client.end();
  });

  test("of a client that reads no answer are not read on without end", async () => {
    const client = await connect();
    client.socket.pause();
    // The kernel holds some megabytes each way, whatever the server does.
    const requests = jsonBytes("ListQueues", {}).repeat(1_000);
    const before = answered;
    for (let index = 0; index < 500; index++) client.send(requests);
    // Each turn is three answers; when there are no others, the server has stopped.
    for (let others = 1; others > 0; ) {
      const seen = answered;
      for (let round = 0; round < 20; round++) await turn();
      others = answered - seen - 60;
    }
    expect(answered - before).toBeLessThan(500_000);
    expect(client.socket.writableLength).toBeGreaterThan(0);
    client.socket.destroy();
    await client.closed;
  });
});

describe("a connection that ends", () => {
  test("ends all polls on it: messages that come later stay where they are", async () => {
    const queue = await broker.createQueue("deserted");
    const client = await connect();
    client.send(poll("deserted").repeat(3));
    await turn();
    await client.end();
    await turn();
    for (const body of ["1", "2"]) await queue.send(body);
    await turn();
    expect(queue.counts()).toMatchObject({ visible: 2, inFlight: 0 });
    const got = await queue.receive({ maxNumberOfMessages: 10 });
    expect(got.map(({ receiveCount }) => receiveCount)).toEqual([1, 1]);
    expect(client.text).toBe("");
  });

  test("ends them also when the poll had too much behind it", async () => {
    const queue = await broker.createQueue("deserted-crowd");
    const clients = await Promise.all(Array.from({ length: 20 }, connect));
    for (const client of clients) client.send(poll("deserted-crowd").repeat(200));
    await turn();
    await Promise.all(
      clients.map(({ socket, closed }) => {
        socket.destroy();
        return closed;
      }),
    );
    await turn();
    await queue.send("1");
    await turn();
    expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 0 });
  });

  test("does not hold up the end of the server", async () => {
    await broker.createQueue("held-up");
    const held = await listen();
    const stuck = await listen();
    // What never ends is cut after the time that requests under way are given.
    const never = await RawClient.connect(stuck.url);
    never.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{");
    const clients = await Promise.all([1, 2, 3].map(() => RawClient.connect(held.url)));
    for (const client of clients) client.send(poll("held-up").repeat(18));
    await new Endpoint(held.url).ok("ListQueues", {});
    await new Endpoint(stuck.url).ok("ListQueues", {});
    for (const { socket } of clients) socket.destroy();
    // The server that can't end by itself has the earlier deadline.
    const first = await Promise.race([
      stuck.close().then(() => "stuck"),
      held.close().then(() => "held"),
    ]);
    expect(first).toBe("held");
    await stuck.close();
  });

  test("begins nothing that was still in line", async () => {
    const queue = await broker.createQueue("in-line");
    const client = await connect();
    client.send(poll("in-line"), send("in-line", "never"));
    await turn();
    await client.end();
    await turn();
    expect(queue.totals().messagesSent).toBe(0);
  });
});

describe("messages of an answer that was not written", () => {
  const body = (index: number) => `${index} ${"x".repeat(1_000_000)}`;

  /** Ten megabytes of answers, asked for and not read; then the connection is cut. */
  async function loseAnswer(request: string): Promise<void> {
    const client = await connect();
    client.socket.pause();
    const before = answered;
    client.send(request);
    await expect.poll(() => answered).toBeGreaterThan(before);
    client.socket.resetAndDestroy();
    await client.closed;
  }

  async function fill(queue: Queue): Promise<void> {
    const group = queue.isFifo ? { messageGroupId: "g" } : {};
    for (let index = 0; index < 10; index++) await queue.send(body(index), group);
  }

  const form = (QueueUrl: string) => {
    const text = formOf("ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10 });
    const type = "Content-Type: application/x-www-form-urlencoded";
    const length = `Content-Length: ${text.length}`;
    return `POST / HTTP/1.1\r\nHost: localhost\r\n${type}\r\n${length}\r\n\r\n${text}`;
  };

  test.each([
    ["JSON", (name: string) => poll(name, { MaxNumberOfMessages: 10 })],
    ["a form", form],
  ])("are back at once, each received once more than before (%s)", async (_, request) => {
    const queue = await broker.createQueue("lost");
    await fill(queue);
    await loseAnswer(request("lost"));
    await expect.poll(() => queue.counts()).toMatchObject({ visible: 10, inFlight: 0 });
    const got = await queue.receive({ maxNumberOfMessages: 10 });
    expect(got.map(({ receiveCount }) => receiveCount)).toEqual(Array(10).fill(2));
    await broker.deleteQueue("lost");
  });

  test("are back in their group's order", async () => {
    const queue = await broker.createQueue("lost.fifo", fifo);
    await fill(queue);
    await loseAnswer(poll("lost.fifo", { MaxNumberOfMessages: 10 }));
    await expect.poll(() => queue.counts()).toMatchObject({ visible: 10, inFlight: 0 });
    const got = await queue.receive({ maxNumberOfMessages: 10 });
    expect(got.map((message) => message.body[0])).toEqual([..."0123456789"]);
  });

  test("wait for the attempt to be made again where the receive has an id for that", async () => {
    const queue = await broker.createQueue("attempted.fifo", fifo);
    await fill(queue);
    const attempt = { MaxNumberOfMessages: 10, ReceiveRequestAttemptId: "again" };
    await loseAnswer(poll("attempted.fifo", attempt));
    await turn();
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 10 });
    const got = await queue.receive({ maxNumberOfMessages: 10, receiveRequestAttemptId: "again" });
    expect(got.map((message) => message.body[0])).toEqual([..."0123456789"]);
    expect(got.map(({ receiveCount }) => receiveCount)).toEqual(Array(10).fill(1));
  });

  test("of an answer that was written stay in flight, also when the connection closes", async () => {
    const queue = await broker.createQueue("written");
    for (const headers of ["Host: a\r\n", "Host: a\r\nConnection: close\r\n"]) {
      await queue.send("1");
      const client = await connect();
      client.send(jsonBytes("ReceiveMessage", { QueueUrl: "written" }, headers));
      await client.answered(1);
      await client.end();
    }
    await turn();
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 2 });
  });

  test("are back when the connection ended between their receive and the answer", async () => {
    const queue = await broker.createQueue("between");
    const client = await connect();
    const { receive } = queue;
    queue.receive = async (options: ReceiveOptions = {}) => {
      const received = await receive.call(queue, options);
      await client.end();
      await turn();
      return received;
    };
    await queue.send("1");
    client.send(jsonBytes("ReceiveMessage", { QueueUrl: "between" }));
    await client.closed;
    await expect.poll(() => queue.totals().messagesReceived).toBe(1);
    await expect.poll(() => queue.counts()).toMatchObject({ visible: 1, inFlight: 0 });
  });
});
