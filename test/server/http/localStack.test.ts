/**
 * LocalStack's developer endpoint: `/_aws/sqs/messages` and `/_localstack/health` as its documentation shows
 * them and its tests ask for them, so that who looks at queues there can look here; and what is ours, pages.
 * The documents checked against are named in docs/COMPATIBILITY.md.
 */

import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import { Server } from "../../../engine/server/http/server.ts";
import type { Queue } from "../../../engine/types.ts";
import { Endpoint } from "../../support/endpoint.ts";
import { formHeaders, readXml } from "../../support/query.ts";
import type { Answer } from "../../support/wire.ts";

const START_MS = 1_700_000_000_000;
const account = "000000000000";
const json = { Accept: "application/json" };
const faults: unknown[] = [];
const answered: (string | undefined)[] = [];

let clock: VirtualClock;
let broker: Broker;
let server: Server;
let endpoint: Endpoint;
let queue: Queue;

beforeAll(async () => {
  clock = new VirtualClock(START_MS);
  broker = await Broker.open({ memoryBytes: 256 * 1_048_576, clock });
  server = await Server.listen({
    broker,
    host: "127.0.0.1",
    port: 0,
    onFault: (error) => faults.push(error),
    onAnswered: ({ action }) => answered.push(action),
  });
  endpoint = new Endpoint(server.url);
});

beforeEach(async () => {
  await broker.deleteQueue("peeked").catch(() => undefined);
  queue = await broker.createQueue("peeked");
});

afterAll(async () => {
  endpoint.disconnect();
  await server.close();
  await broker.close();
  expect(faults).toEqual([]);
});

/** What a client of LocalStack has for a queue's URL. */
const localUrl = `http://sqs.us-east-1.localhost.localstack.cloud:4566/${account}/peeked`;

function get(
  parameters: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = json,
): Promise<Answer> {
  const query = new URLSearchParams({ QueueUrl: localUrl, ...parameters });
  return endpoint.send({ method: "GET", path: `/_aws/sqs/messages?${query}`, headers });
}

interface Shown {
  readonly MessageId: string;
  readonly Body: string;
  readonly ReceiptHandle: string;
  readonly MD5OfBody: string;
  readonly Attribute: readonly { readonly Name: string; readonly Value: string }[];
}

/** The messages of an answer in LocalStack's JSON, of which one stands alone. */
function messagesOf({ status, text }: Answer): readonly Shown[] {
  expect(status).toBe(200);
  const { ReceiveMessageResult: result } = JSON.parse(text).ReceiveMessageResponse;
  const shown = result?.Message ?? [];
  return Array.isArray(shown) ? shown : [shown];
}

const bodiesOf = (answer: Answer): string[] => messagesOf(answer).map(({ Body }) => Body);

function attributesOf({ Attribute }: Shown): Record<string, string> {
  return Object.fromEntries(Attribute.map(({ Name, Value }) => [Name, Value]));
}

describe("GET /_aws/sqs/messages", () => {
  test("is ReceiveMessage's XML, with all attributes", async () => {
    await queue.send("hello", { messageAttributes: { colour: "red" } });
    const { status, headers, text } = await get({}, {});
    expect([status, headers["content-type"]]).toEqual([200, "text/xml"]);
    expect(text).toContain(
      '<ReceiveMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><ReceiveMessageResult><Message>',
    );
    const { messages } = await queue.peek();
    expect(readXml("ReceiveMessage", text).result).toEqual({
      Messages: [
        {
          MessageId: messages[0]?.messageId,
          ReceiptHandle: "SQS/BACKDOOR/ACCESS",
          MD5OfBody: "5d41402abc4b2a76b9719d911017c592",
          Body: "hello",
          Attributes: {
            SenderId: account,
            SentTimestamp: `${START_MS}`,
            ApproximateReceiveCount: "0",
            ApproximateFirstReceiveTimestamp: "0",
          },
          MD5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
          MessageAttributes: { colour: { DataType: "String", StringValue: "red" } },
        },
      ],
    });
  });

  test("is the same in JSON for who accepts that: lists of one are that one, and none is null", async () => {
    const none = await get({});
    expect(none.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(none.text)).toEqual({
      ReceiveMessageResponse: {
        ReceiveMessageResult: null,
        ResponseMetadata: { RequestId: none.headers["x-amzn-requestid"] },
      },
    });
    await queue.send("one", { messageAttributes: { size: 3 } });
    const one = JSON.parse((await get({})).text).ReceiveMessageResponse.ReceiveMessageResult;
    expect(one.Message).toMatchObject({
      Body: "one",
      ReceiptHandle: "SQS/BACKDOOR/ACCESS",
      Attribute: expect.arrayContaining([{ Name: "ApproximateReceiveCount", Value: "0" }]),
      MessageAttribute: { Name: "size", Value: { DataType: "Number", StringValue: "3" } },
    });
    await queue.send("two");
    const two = JSON.parse((await get({})).text).ReceiveMessageResponse.ReceiveMessageResult;
    expect(two.Message.map(({ Body }: Shown) => Body)).toEqual(["one", "two"]);
  });

  test("shows what is hidden or delayed to who asks for it, and says so", async () => {
    await queue.send("a");
    await queue.send("b");
    await queue.send("c", { delaySeconds: 60 });
    await queue.receive();
    expect(bodiesOf(await get({}))).toEqual(["b"]);
    // As Python's requests writes it.
    const hidden = await get({ ShowInvisible: "True" });
    expect(messagesOf(hidden).map((one) => [one.Body, attributesOf(one).IsVisible])).toEqual([
      ["a", "false"],
      ["b", "true"],
    ]);
    expect(attributesOf(messagesOf(hidden)[0] as Shown)).not.toHaveProperty("IsDelayed");
    expect(bodiesOf(await get({ ShowDelayed: "1", ShowInvisible: "no" }))).toEqual(["b", "c"]);
    const all = messagesOf(await get({ ShowInvisible: "true", ShowDelayed: "true" }));
    expect(all.map(attributesOf)).toMatchObject([
      { IsVisible: "false", IsDelayed: "false", ApproximateReceiveCount: "1" },
      { IsVisible: "true", IsDelayed: "false" },
      { IsVisible: "false", IsDelayed: "true" },
    ]);
  });

  test("has no effect, and is no receive in the log and the metrics of requests", async () => {
    await queue.send("a");
    answered.length = 0;
    for (let turn = 0; turn < 3; turn++) expect(bodiesOf(await get({}))).toEqual(["a"]);
    expect(queue.totals()).toMatchObject({ messagesReceived: 0, emptyReceives: 0 });
    expect(answered).toEqual(["PeekMessages", "PeekMessages", "PeekMessages"]);
    const [message] = await queue.receive();
    expect(message?.receiveCount).toBe(1);
    expect(bodiesOf(await get({}))).toEqual([]);
  });

  test("by the queue's region, account and name in the path", async () => {
    await queue.send("a");
    const by = (path: string) => endpoint.send({ method: "GET", path, headers: json });
    const path = `/_aws/sqs/messages/us-east-1/${account}/peeked`;
    expect(bodiesOf(await by(path))).toEqual(["a"]);
    expect(bodiesOf(await by(`${path}?ShowInvisible=true`))).toEqual(["a"]);
    for (const other of [path.replace("us-east-1", "us-east-2"), `${path}x`]) {
      const { status, text } = await by(other);
      expect(status).toBe(400);
      const { Code } = JSON.parse(text).ErrorResponse.Error;
      expect(Code).toBe("AWS.SimpleQueueService.NonExistentQueue");
    }
  });

  test("without a queue, or for one that is not there, is LocalStack's error", async () => {
    for (const headers of [json, {}]) {
      for (const QueueUrl of ["", `http://localhost:4566/${account}/nobody`]) {
        const { status, text } = await get({ QueueUrl }, headers);
        expect(status).toBe(400);
        expect(text).toContain("AWS.SimpleQueueService.NonExistentQueue");
        expect(text.startsWith("{")).toBe(headers === json);
      }
    }
  });

  test("is there for a browser, which a GET of ReceiveMessage is not", async () => {
    await queue.send("a");
    const browser = { "User-Agent": "Mozilla/5.0", Accept: "text/html,*/*" };
    expect((await get({}, browser)).status).toBe(200);
    const path = `/${account}/peeked?Action=ReceiveMessage`;
    const refused = await endpoint.send({ method: "GET", path, headers: browser });
    expect(refused.status).toBe(403);
    const foreign = { ...browser, Origin: "http://example.com" };
    expect((await get({}, foreign)).status).toBe(403);
  });
});

describe("as an SDK's endpoint", () => {
  test("by POST takes ReceiveMessage and nothing else, in both protocols", async () => {
    await queue.send("a");
    await queue.send("b");
    const path = "/_aws/sqs/messages";
    const form = (action: string) =>
      endpoint.send({
        path,
        headers: formHeaders,
        // LocalStack heeds no other parameter of ReceiveMessage either.
        body: new URLSearchParams({
          Action: action,
          QueueUrl: localUrl,
          MaxNumberOfMessages: "1",
        }).toString(),
      });
    const { text } = await form("ReceiveMessage");
    expect(text.match(/<Body>/g)?.length).toBe(2);
    const sent = await form("SendMessage");
    expect([sent.status, sent.text]).toEqual([400, expect.stringContaining("<Code>InvalidAction")]);
    expect(sent.text).toContain("no action but ReceiveMessage");
    // Parameters alone, without an action.
    const plain = await endpoint.send({
      path,
      headers: formHeaders,
      body: new URLSearchParams({ QueueUrl: localUrl }).toString(),
    });
    expect(plain.text.match(/<Body>/g)?.length).toBe(2);
  });

  test("the SDK of JavaScript finds all messages", async () => {
    await queue.send("a");
    await queue.send("b");
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const client = new SQSClient({
      endpoint: `${server.url}/_aws/sqs/messages`,
      region: "us-east-1",
      credentials,
      useQueueUrlAsEndpoint: false,
    });
    const input = { QueueUrl: `${server.url}/${account}/peeked`, MaxNumberOfMessages: 1 };
    const { Messages } = await client.send(new ReceiveMessageCommand(input));
    expect(Messages?.map(({ Body }) => Body)).toEqual(["a", "b"]);
    const sending = client.send(new SendMessageCommand({ ...input, MessageBody: "c" }));
    await expect(sending).rejects.toMatchObject({ name: "InvalidAction" });
    client.destroy();
    expect(queue.counts().visible).toBe(2);
  });
});

describe("pages", () => {
  test("have up to 1,000 messages, and a token for the rest", async () => {
    const bodies = Array.from({ length: 2_300 }, (_, index) => `${index}`);
    await queue.sendBatch(bodies);
    const shown: string[] = [];
    const counts: number[] = [];
    for (let token = ""; ; ) {
      const answer = await get(token === "" ? {} : { NextToken: token });
      const page = bodiesOf(answer);
      shown.push(...page);
      counts.push(page.length);
      token = JSON.parse(answer.text).ReceiveMessageResponse.ReceiveMessageResult.NextToken ?? "";
      if (token === "") break;
    }
    expect(counts).toEqual([1_000, 1_000, 300]);
    expect(shown).toEqual(bodies);
    const xml = (await get({ MaxResults: "7" }, {})).text;
    expect(xml.match(/<Body>/g)?.length).toBe(7);
    expect(xml).toMatch(/<\/Message><NextToken>[\w-]+<\/NextToken><\/ReceiveMessageResult>/);
  });

  test("pass over what is not shown, in slices between which others have their turn", async () => {
    await queue.sendBatch(Array.from({ length: 12_000 }, (_, index) => `${index}`));
    for (let first = 0; first < 11_990; first += 218) {
      await queue.receive({ maxNumberOfMessages: 218, visibilityTimeout: 1_000 });
    }
    expect(queue.counts().visible).toBe(10);
    let turns = 0;
    let isCounting = true;
    const count = (): void => {
      turns += 1;
      if (isCounting) setImmediate(count);
    };
    count();
    const before = turns;
    const answer = await get({});
    isCounting = false;
    expect(bodiesOf(answer)).toEqual(Array.from({ length: 10 }, (_, index) => `${11_990 + index}`));
    expect(turns).toBeGreaterThan(before + 1);
  });

  test.each([
    ["JSON", json],
    ["XML", {}],
  ] as const)(
    "of long bodies end behind 4 MiB, and are made in many turns: %s",
    async (_, headers) => {
      const body = "x".repeat(200_000);
      for (let index = 0; index < 40; index++) await queue.send(`${index} ${body}`);
      const { text } = await get({}, headers);
      const count = text.match(/\d+ x{200000}/g)?.length ?? 0;
      expect(count).toBeGreaterThan(20);
      expect(count).toBeLessThan(40);
      const token = /NextToken(?:":"|>)([\w-]+)/.exec(text)?.[1] ?? "";
      const rest = await get({ NextToken: token }, headers);
      expect(rest.text.match(/\d+ x{200000}/g)?.length).toBe(40 - count);
      expect(rest.text).not.toContain("NextToken");
      if (headers === json)
        expect(bodiesOf(await get({ NextToken: token })).length).toBe(40 - count);
    },
  );

  test("a long body alone is no list", async () => {
    await queue.send("y".repeat(300_000));
    const answer = await get({});
    expect(answer.json).toMatchObject({
      ReceiveMessageResponse: { ReceiveMessageResult: { Message: { Body: "y".repeat(300_000) } } },
    });
  });

  test("are refused a size or a token that is none", async () => {
    await queue.sendBatch(["a", "b", "c"]);
    const answer = await get({ MaxResults: "1" });
    const result = JSON.parse(answer.text).ReceiveMessageResponse.ReceiveMessageResult;
    const wrong: readonly Readonly<Record<string, string>>[] = [
      { MaxResults: "0" },
      { MaxResults: "1001" },
      { NextToken: "x" },
      { NextToken: result.NextToken, ShowInvisible: "true" },
    ];
    for (const parameters of wrong) {
      const { status, text } = await get(parameters);
      expect([status, JSON.parse(text).ErrorResponse.Error.Code]).toEqual([
        400,
        "InvalidParameterValue",
      ]);
    }
    expect(bodiesOf(await get({ MaxResults: "1", NextToken: result.NextToken }))).toEqual(["b"]);
  });
});

describe("/_localstack/health", () => {
  test.each(["GET", "HEAD"])("by %s says that SQS runs", async (method) => {
    const { status, text } = await endpoint.send({ method, path: "/_localstack/health" });
    expect(status).toBe(200);
    if (method === "GET") expect(JSON.parse(text)).toMatchObject({ services: { sqs: "running" } });
  });
});
