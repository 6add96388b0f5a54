/**
 * One request can't hold the thread: what takes long is done in several turns of the event loop, in
 * which others are answered. Server and test share a thread here, so the test counts its turns; what a
 * turn costs is a bench (`sluice bench worst`).
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import { Server } from "../../../engine/server/http/server.ts";
import { JsonProtocol } from "../../../engine/server/protocol/json.ts";
import type { Call } from "../../../engine/server/protocol/protocol.ts";
import { QueryProtocol } from "../../../engine/server/protocol/query.ts";
import { findAction } from "../../../engine/server/router.ts";
import { sqs } from "../../../engine/server/service.ts";
import { LongAnswer } from "../../../engine/server/wire/longAnswer.ts";
import type { Message, Queue } from "../../../engine/types.ts";
import { Endpoint } from "../../support/endpoint.ts";
import { formHeaders, formOf } from "../../support/query.ts";
import { jsonBytes, RawClient } from "../../support/rawClient.ts";

const MIB = 1_048_576;
const faults: unknown[] = [];
let broker: Broker;
let server: Server;
let endpoint: Endpoint;
let queue: Queue;

let turns = 0;
let isCounting = false;
/** The turn in which the last request was answered. */
let answeredAt = 0;

function count(): void {
  turns += 1;
  if (isCounting) setImmediate(count);
}

beforeAll(async () => {
  broker = await Broker.open({ clock: new VirtualClock() });
  server = await Server.listen({
    broker,
    host: "127.0.0.1",
    port: 0,
    onFault: (error) => faults.push(error),
    onAnswered: () => {
      answeredAt = turns;
    },
  });
  endpoint = new Endpoint(server.url);
});

beforeEach(async () => {
  queue = await broker.createQueue("long");
  isCounting = true;
  count();
});

afterEach(async () => {
  isCounting = false;
  await broker.deleteQueue("long");
});

afterAll(async () => {
  endpoint.disconnect();
  await server.close();
  await broker.close();
  expect(faults).toEqual([]);
});

/** Ten, of a megabyte each; every second one is of letters that take several bytes. */
const bodies = Array.from({ length: 10 }, (_, index) =>
  index % 2 === 0 ? `${index}${"&".repeat(MIB - 100)}` : `${index}${"\u{1f600}".repeat(MIB / 8)}`,
);

async function fill(): Promise<void> {
  for (const body of bodies) await queue.send(body, { messageAttributes: { size: body.length } });
}

/** Calls `then` with what each receive brings, before the server has it. */
function onReceived(then: (received: readonly Message[]) => void): void {
  const { receive } = queue;
  queue.receive = async (options = {}) => {
    const received = await receive.call(queue, options);
    then(received);
    return received;
  };
}

const input = {
  QueueUrl: "long",
  MaxNumberOfMessages: 10,
  VisibilityTimeout: 0,
  MessageAttributeNames: ["All"],
};

const protocols = [
  ["JSON", async () => (await endpoint.ok("ReceiveMessage", input)).Messages],
  [
    "XML",
    async () => {
      const { text } = await endpoint.send({
        headers: formHeaders,
        body: formOf("ReceiveMessage", input),
      });
      // An XML parser takes minutes for them.
      return text
        .split("<Message>")
        .slice(1)
        .map((message) => ({
          Body: (/<Body>(.*)<\/Body>/.exec(message)?.[1] ?? "").split("&amp;").join("&"),
          MessageAttributes: /<MessageAttribute>/.exec(message) ?? undefined,
        }));
    },
  ],
  [
    "JSON of the query protocol",
    async () => {
      const headers = { ...formHeaders, Accept: "application/json" };
      const { text } = await endpoint.send({ headers, body: formOf("ReceiveMessage", input) });
      return JSON.parse(text).ReceiveMessageResponse.ReceiveMessageResult.messages;
    },
  ],
] as const;

describe("ten long messages", () => {
  test.each(protocols)("are received over %s in as many turns, and whole", async (_, receive) => {
    await fill();
    let receivedAt = 0;
    onReceived(() => {
      receivedAt = turns;
    });
    const messages = (await receive()) as readonly { Body: string; MessageAttributes?: object }[];
    expect(messages.map(({ Body }) => Body.length)).toEqual(bodies.map(({ length }) => length));
    expect(messages.every(({ Body }, index) => Body === bodies[index])).toBe(true);
    expect(messages.every(({ MessageAttributes }) => MessageAttributes !== undefined)).toBe(true);
    expect(answeredAt - receivedAt).toBeGreaterThanOrEqual(bodies.length);
  });

  test("that are short are answered in the turn in which they were received", async () => {
    for (let index = 0; index < 10; index++) await queue.send("short");
    let receivedAt = 0;
    onReceived(() => {
      receivedAt = turns;
    });
    expect((await endpoint.ok("ReceiveMessage", input)).Messages).toHaveLength(10);
    expect(answeredAt).toBe(receivedAt);
  });

  test("are back when their connection ends while the answer is made", async () => {
    await fill();
    const client = await RawClient.connect(server.url);
    const before = answeredAt;
    onReceived(() => setImmediate(() => setImmediate(() => client.socket.resetAndDestroy())));
    client.send(jsonBytes("ReceiveMessage", { ...input, VisibilityTimeout: 600 }));
    await client.closed;
    await expect.poll(() => queue.counts()).toMatchObject({ visible: 10, inFlight: 0 });
    // Whoever went on making it would be done by then.
    const enough = turns + 100;
    await expect.poll(() => turns).toBeGreaterThan(enough);
    expect([queue.totals().messagesReceived, answeredAt]).toEqual([10, before]);
  });

  test("of which one can't be shown are a failure that is told", async () => {
    await fill();
    const failure = new Error("planted");
    onReceived((received) => {
      const get = () => {
        throw failure;
      };
      Object.defineProperty(received[5], "body", { get });
    });
    const { status, json } = await endpoint.call("ReceiveMessage", input);
    expect([status, json.__type]).toEqual([500, expect.stringContaining("InternalFailure")]);
    expect(faults.splice(0)).toEqual([failure]);
  });
});

describe("a request", () => {
  /** How many turns lie between what reads a request's body and what does it. */
  async function turnsBetween(MessageBody: string): Promise<number> {
    const { read } = JsonProtocol.prototype;
    const { send } = queue;
    let readAt = 0;
    let sentAt = 0;
    JsonProtocol.prototype.read = function (body) {
      readAt = turns;
      return read.call(this, body);
    };
    queue.send = (...given) => {
      sentAt = turns;
      return send.apply(queue, given);
    };
    try {
      await endpoint.ok("SendMessage", { QueueUrl: "long", MessageBody });
    } finally {
      JsonProtocol.prototype.read = read;
    }
    return sentAt - readAt;
  }

  test("with a long body is read in one turn and done in another", async () => {
    expect(await turnsBetween("x".repeat(MIB))).toBeGreaterThan(0);
    expect(queue.counts().visible).toBe(1);
  });

  test("with a short body is read and done in one turn", async () => {
    expect(await turnsBetween("x")).toBe(0);
  });
});

describe("a long answer is written as a short one of the same elements", () => {
  const action = findAction("ReceiveMessage", "");
  const elements = [
    { MessageId: "1", Body: "a&b\r<\u00e9>", Attributes: { SenderId: "1" } },
    {
      MessageId: "2",
      Body: '"',
      MessageAttributes: { n: { DataType: "Number", StringValue: "7" } },
    },
  ];
  const call: Call = { name: "ReceiveMessage", service: sqs, action, input: {} };
  const body = Buffer.from("Action=ReceiveMessage");

  test.each([
    ["JSON", () => new JsonProtocol("AmazonSQS.ReceiveMessage")],
    ["XML", () => new QueryProtocol({ url: "/", accept: undefined })],
    [
      "JSON of the query protocol",
      () => new QueryProtocol({ url: "/", accept: "application/json" }),
    ],
  ])("over %s", (_, make) => {
    const protocol = make();
    if (protocol instanceof QueryProtocol) protocol.read(body);
    const short = protocol.answer(call, { Messages: elements });
    const long = protocol.answer(call, new LongAnswer(elements));
    if (!("body" in short && "pieces" in long)) throw new Error("not what was asked for");
    expect({ ...long, body: [...long.pieces].join(""), pieces: undefined }).toEqual({
      ...short,
      pieces: undefined,
    });
  });
});
