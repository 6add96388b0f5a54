/**
 * The request handler with credentials: the SDK's signatures are verified, and policies asked, as a server
 * does it.
 */
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { Sha256 } from "@smithy/core/checksum";
import { HttpRequest } from "@smithy/core/protocols";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type CredentialSettings,
  requestHandler,
  type SmithyResponse,
} from "../../engine/awsSdk/index.ts";
import { Broker } from "../../engine/broker/broker.ts";
import type { Queue } from "../../engine/types.ts";

let broker: Broker;
let queue: Queue;
const QueueUrl = "https://sqs.us-east-1.amazonaws.com/000000000000/jobs";
const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const clients: SQSClient[] = [];

beforeEach(async () => {
  broker = await Broker.open();
  queue = await broker.createQueue("jobs");
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await broker.close();
});

/** A client that signs with `own`, before a handler that knows `credentials`. */
function connect(
  own: typeof keys,
  credentials?: CredentialSettings[],
  config: object = {},
): SQSClient {
  const handler = requestHandler(broker, credentials && { credentials });
  const client = new SQSClient({
    region: "us-east-1",
    credentials: own,
    requestHandler: handler,
    ...config,
  });
  clients.push(client);
  return client;
}

async function textOf({ body }: SmithyResponse): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("with credentials", () => {
  const credentials = [
    { ...keys, account: "000000000000" },
    {
      accessKeyId: "AKIDREADER",
      secretAccessKey: "other",
      account: "000000000000",
      user: "reader",
      policies: [
        {
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: "sqs:ReceiveMessage", Resource: "*" }],
        },
      ],
    },
  ];
  const send = new SendMessageCommand({ QueueUrl, MessageBody: "a" });

  test("the SDK's signatures are verified", async () => {
    await connect({ ...keys }, credentials).send(send);
    const other = connect({ ...keys, secretAccessKey: "wrong" }, credentials);
    await expect(other.send(send)).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
      $metadata: { httpStatusCode: 403 },
    });
    expect(queue.counts().visible).toBe(1);
  });

  test("policies say who may do what", async () => {
    const { accessKeyId, secretAccessKey } = credentials[1] as (typeof credentials)[1];
    const reader = connect({ accessKeyId, secretAccessKey }, credentials);
    await reader.send(new ReceiveMessageCommand({ QueueUrl }));
    await expect(reader.send(send)).rejects.toMatchObject({ name: "AccessDenied" });
  });

  test("a query that was signed is the query that is read", async () => {
    const handler = requestHandler(broker, { credentials });
    const signer = new SignatureV4({
      service: "sqs",
      region: "us-east-1",
      credentials: { ...keys },
      sha256: Sha256,
    });
    const query = { Action: "ListQueues", QueueNamePrefix: "jo!'()*", Version: "2012-11-05" };
    const where = { method: "GET", hostname: "sqs.test", path: "/", query };
    const request = new HttpRequest({ ...where, headers: { host: "sqs.test" } });
    const { response } = await handler.handle(await signer.sign(request));
    expect([response.statusCode, await textOf(response)]).toEqual([
      200,
      expect.stringContaining("<ListQueuesResult"),
    ]);
    const other = await handler.handle({ ...where, headers: { host: "sqs.test" } });
    expect(other.response.statusCode).toBe(403);
  });

  test("a clock that is off is set right by the answer, as over a connection", async () => {
    const config = { systemClockOffset: -3_600_000, maxAttempts: 1 };
    const client = connect({ ...keys }, credentials, config);
    await expect(client.send(send)).rejects.toThrow(/Signature expired/);
    await client.send(send);
    expect(queue.counts().visible).toBe(1);
  });

  test("they may be objects that the SDK has had, which it marks", async () => {
    const marked = { ...keys };
    await connect(marked).send(send);
    expect(Object.keys(marked)).toContain("$source");
    await connect({ ...keys }, [{ ...marked, account: "000000000000" }]).send(send);
  });

  test("what is not right in them is said at once", () => {
    const wrong = [{ ...keys, account: "one" }];
    expect(() => requestHandler(broker, { credentials: wrong })).toThrow(/twelve digits/);
  });
});
