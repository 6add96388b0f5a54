/**
 * `serve` of sluice/server: a server from a program, in front of a broker of its own or of the program's;
 * what it takes, what it refuses, and what a reset leaves. Runs the sources.
 */

import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Broker } from "../../engine/broker/broker.ts";
import { VirtualClock } from "../../engine/clock.ts";
import { SluiceError } from "../../engine/errors.ts";
import { type Fields, ListenError, type ServeOptions, serve } from "../../engine/server/index.ts";
import { Endpoint } from "../support/endpoint.ts";
import { type Keys, Signing } from "../support/signing.ts";

const memory = "64MiB";
const json = { "Content-Type": "application/x-amz-json-1.0" };

async function listed(endpoint: Endpoint): Promise<string[]> {
  const { QueueUrls = [] } = await endpoint.ok("ListQueues", {});
  return QueueUrls.map((url) => url.slice(url.lastIndexOf("/") + 1));
}

/** What `serve` says of options that it does not take. */
async function refusalOf(options: object): Promise<string> {
  const server = await serve(options as ServeOptions).catch((error: unknown) => error);
  if (server instanceof SluiceError) {
    expect(server.code).toBe("InvalidParameterValue");
    return server.message;
  }
  await (server as { close(): Promise<void> }).close();
  throw new Error(`serve took ${JSON.stringify(options)}`);
}

describe("serve", () => {
  test("listens on a free port with the queues that were declared, and ends with its block", async () => {
    let endpoint: Endpoint;
    let broker: Broker;
    {
      await using server = await serve({
        memory,
        queues: {
          orders: {
            VisibilityTimeout: 5,
            RedrivePolicy: { deadLetterTargetArn: "dead", maxReceiveCount: 3 },
            tags: { team: "shop" },
          },
          dead: null,
          "jobs.fifo": { FifoQueue: true, ContentBasedDeduplication: true },
        },
      });
      endpoint = new Endpoint(server.url);
      broker = server.broker;
      expect(new URL(server.url).hostname).toBe("127.0.0.1");
      expect(await listed(endpoint)).toEqual(["dead", "jobs.fifo", "orders"]);
      const queue = await broker.getQueue("orders");
      const { attributes, tags } = queue.details();
      expect([attributes.visibilityTimeout, tags]).toEqual([5, { team: "shop" }]);
      expect(attributes.redrivePolicy?.maxReceiveCount).toBe(3);
      await endpoint.ok("SendMessage", { QueueUrl: "orders", MessageBody: "by the wire" });
      expect((await queue.receive()).map(({ body }) => body)).toEqual(["by the wire"]);
    }
    await expect(endpoint.call("ListQueues", {})).rejects.toThrow(/ECONNREFUSED|hang up/);
    await expect(broker.listQueues()).rejects.toMatchObject({ code: "BrokerClosed" });
  });

  test("in front of a program's broker leaves that open, and serves what it has", async () => {
    await using broker = await Broker.open({ memoryBytes: 64 * 2 ** 20, account: "111122223333" });
    const queue = await broker.createQueue("mine");
    const server = await serve({ broker, queues: { declared: {} } });
    expect(server.broker).toBe(broker);
    const endpoint = new Endpoint(server.url);
    expect(await listed(endpoint)).toEqual(["declared", "mine"]);
    const { QueueUrl } = await endpoint.ok("GetQueueUrl", { QueueName: "mine" });
    expect(QueueUrl).toBe(`${server.url}/111122223333/mine`);
    await server.close();
    endpoint.disconnect();
    await queue.send("still here");
    expect(await broker.listQueues()).toEqual(["declared", "mine"]);
  });

  test("goes by its options, a file and the defaults, in this order", async () => {
    const config = fileURLToPath(new URL("files/serve.yaml", import.meta.url));
    await using server = await serve({ memory, config, region: "eu-west-1" });
    const { region, account } = server.broker;
    expect([region, account]).toEqual(["eu-west-1", "000000000042"]);
    expect(await server.broker.listQueues()).toEqual(["of-the-file"]);
  });

  test("lives by the clock that it is given", async () => {
    const clock = new VirtualClock();
    await using server = await serve({ memory, clock, queues: { orders: {} } });
    const endpoint = new Endpoint(server.url);
    await endpoint.ok("SendMessage", { QueueUrl: "orders", MessageBody: "a", DelaySeconds: 900 });
    const receive = () => endpoint.ok("ReceiveMessage", { QueueUrl: "orders" });
    expect(await receive()).toEqual({});
    await clock.advance(900_000);
    expect((await receive()).Messages).toHaveLength(1);
    endpoint.disconnect();
  });

  test("says nothing unless it has a logger, and then what the level has", async () => {
    const records: [string, string, Fields | undefined][] = [];
    const note = (level: string) => (message: string, fields?: Fields) =>
      void records.push([level, message, fields]);
    const logger = {
      error: note("error"),
      warn: note("warn"),
      info: note("info"),
      debug: note("debug"),
    };
    for (const logLevel of ["info", "error"] as const) {
      await using server = await serve({ memory, logger, logLevel });
      const endpoint = new Endpoint(server.url);
      await endpoint.call("ListQueues", {});
      await endpoint.call("GetQueueUrl", { QueueName: "nobody" });
      endpoint.disconnect();
    }
    expect(records).toEqual([
      ["info", "request", expect.objectContaining({ action: "GetQueueUrl", status: 400 })],
    ]);
  });

  test("wants requests signed where it has credentials, as objects or in a file", async () => {
    const keys: Keys = { accessKeyId: "AKID", secretAccessKey: "top-secret" };
    const own = { ...keys, account: "000000000000" };
    const file = fileURLToPath(new URL("files/keys.yaml", import.meta.url));
    for (const credentials of [[own], file]) {
      await using server = await serve({ memory, credentials });
      const endpoint = new Endpoint(server.url);
      expect((await endpoint.call("ListQueues", {})).status).toBe(403);
      const headers = { ...json, "X-Amz-Target": "AmazonSQS.ListQueues" };
      const signed = new Signing(server.url, keys).signed({ headers, body: "{}" });
      const answer = await endpoint.send({ headers: { ...signed.headers }, body: "{}" });
      expect(answer.status).toBe(200);
      endpoint.disconnect();
    }
  });

  test("speaks HTTPS with a certificate of bytes", async () => {
    const pem = (name: string) => readFileSync(new URL(`../cli/tls/${name}.pem`, import.meta.url));
    await using server = await serve({ memory, tlsCert: pem("cert"), tlsKey: pem("key") });
    expect(server.url).toMatch(/^https:/);
  });

  test("on a port that is taken says which, with Node's code, and opens nothing", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    const error = await serve({ memory, port }).catch((refused: unknown) => refused);
    expect(error).toBeInstanceOf(ListenError);
    expect((error as ListenError).code).toBe("EADDRINUSE");
    expect((error as ListenError).message).toContain(`127.0.0.1 port ${port}`);
    taken.close();
  });

  test.each([
    [{ prot: 1 }, "prot: There is no such option; did you mean port?"],
    [{ port: -1 }, "port: A port is a whole number from 0 to 65535."],
    [{ port: {} }, "port: It is not one value."],
    [{ memory: "much" }, "memory: It is 1MiB to 4GiB: a whole number with KiB, MiB or GiB."],
    [{ memory: 2 ** 21 }, /^memory: /],
    [{ quotas: "none" }, "quotas: Allowed choices are aws, throughput, off."],
    [{ account: 1 }, "account: An account is twelve digits."],
    [{ allowOrigin: ["*", "here"] }, /^allowOrigin: An origin is a scheme/],
    [{ durability: "relaxed" }, "durability: It is about what data keeps; say data as well."],
    [{ data: "d", durability: "never" }, "durability: Allowed choices are always, relaxed."],
    [{ threads: 2 }, /^threads: More than one listening thread is not built yet/],
    [{ broker: {} }, "broker: It is a Broker of sluice, which Broker.open or Broker.attach gave."],
    [{ logger: { info() {} } }, /^logger: It has methods .*; error is none\.$/],
    [{ logFormat: "json" }, /^logFormat: There is no such option/],
    [{ config: 1 }, "config: It is a file's name."],
    [{ config: "absent.yaml" }, /absent\.yaml: ENOENT/],
    [{ queues: [1] }, "queues: It is not a map of names and values."],
    [
      { queues: { orders: { DelaySecond: 5 } } },
      "queues: orders.DelaySecond: There is no such attribute; did you mean DelaySeconds?",
    ],
    [
      {
        queues: { orders: { RedrivePolicy: { deadLetterTargetArn: "gone", maxReceiveCount: 1 } } },
      },
      /^queues: orders\.RedrivePolicy: There is no queue gone/,
    ],
    [{ credentials: [] }, /^credentials: It is a list of credentials, one at least/],
    [{ credentials: [{ secretAccessKey: "top-secret" }] }, /^(?!.*top-secret)credentials: 0: acc/s],
  ])("refuses %o", async (options, sentence) => {
    const said = await refusalOf({ memory, ...options });
    if (typeof sentence === "string") expect(said).toBe(sentence);
    else expect(said).toMatch(sentence);
  });

  test("tells all mistakes at once, and what a given broker has itself", async () => {
    await using broker = await Broker.open({ memoryBytes: 64 * 2 ** 20 });
    const options = { broker, region: "eu-west-1", clock: new VirtualClock(), port: 70_000 };
    expect((await refusalOf(options)).split("\n").sort()).toEqual([
      "clock: The broker that is given has its own; leave it out.",
      "port: A port is a whole number from 0 to 65535.",
      "region: The broker that is given has its own; leave it out.",
    ]);
  });
});

describe("a reset", () => {
  test("leaves what was declared, empty, and nothing else", async () => {
    const queues = {
      orders: { DelaySeconds: 1 },
      "jobs.fifo": { FifoQueue: true, ContentBasedDeduplication: true },
      dead: {},
      source: { RedrivePolicy: { deadLetterTargetArn: "dead", maxReceiveCount: 1 } },
    };
    await using server = await serve({ memory, quotas: "aws", queues });
    const endpoint = new Endpoint(server.url);
    const send = (body: string) =>
      endpoint.ok("SendMessage", { QueueUrl: "jobs.fifo", MessageBody: body, MessageGroupId: "g" });
    await send("a");
    await endpoint.ok("ReceiveMessage", { QueueUrl: "jobs.fifo" });
    await endpoint.ok("SetQueueAttributes", {
      QueueUrl: "orders",
      Attributes: { DelaySeconds: "9" },
    });
    await endpoint.ok("TagQueue", { QueueUrl: "orders", Tags: { team: "shop" } });
    await endpoint.ok("SendMessage", { QueueUrl: "orders", MessageBody: "b" });
    await endpoint.ok("PurgeQueue", { QueueUrl: "orders" });
    for (let index = 0; index < 3; index++) {
      await endpoint.ok("SendMessage", { QueueUrl: "dead", MessageBody: String(index) });
    }
    const SourceArn = (await server.broker.getQueue("dead")).arn;
    await endpoint.ok("StartMessageMoveTask", { SourceArn, MaxNumberOfMessagesPerSecond: 1 });
    await endpoint.ok("CreateQueue", { QueueName: "made" });
    await endpoint.ok("DeleteQueue", { QueueUrl: "made" });
    const recreate = () => endpoint.call("CreateQueue", { QueueName: "made" });
    expect((await recreate()).text).toContain("QueueDeletedRecently");
    const poll = endpoint.call("ReceiveMessage", { QueueUrl: "orders", WaitTimeSeconds: 20 });
    await endpoint.ok("ListQueues", {});

    await server.reset();

    expect((await poll).text).toMatch(/QueueDoesNotExist|NonExistentQueue/);
    expect(await listed(endpoint)).toEqual(["dead", "jobs.fifo", "orders", "source"]);
    const orders = (await server.broker.getQueue("orders")).details();
    expect([orders.attributes.delaySeconds, orders.tags]).toEqual([1, {}]);
    for (const name of await server.broker.listQueues()) {
      const { visible, inFlight, delayed } = (await server.broker.getQueue(name)).counts();
      expect([name, visible, inFlight, delayed]).toEqual([name, 0, 0, 0]);
    }
    expect(await endpoint.ok("ListMessageMoveTasks", { SourceArn })).toEqual({});
    // The same body would be a duplicate, and the group is no longer locked.
    await send("a");
    expect((await endpoint.ok("ReceiveMessage", { QueueUrl: "jobs.fifo" })).Messages).toHaveLength(
      1,
    );
    // Neither a deletion nor a purge of a minute ago is in the way.
    expect((await recreate()).status).toBe(200);
    await endpoint.ok("PurgeQueue", { QueueUrl: "orders" });
    endpoint.disconnect();
  });

  test("forgets metrics and the counts of requests", async () => {
    const clock = new VirtualClock();
    await using server = await serve({ memory, clock, queues: { orders: {} } });
    const endpoint = new Endpoint(server.url);
    const page = async () => (await endpoint.send({ method: "GET", path: "/metrics" })).text;
    await endpoint.ok("SendMessage", { QueueUrl: "orders", MessageBody: "a" });
    await clock.advance(1_000);
    expect(await page()).toMatch(/action="SendMessage"/);
    expect(await page()).toMatch(/sent\w*_total\{[^}]*queue="orders"[^}]*\} 1/);
    await server.reset();
    expect(await page()).not.toMatch(/action="SendMessage"/);
    expect(await page()).toMatch(/sent\w*_total\{[^}]*queue="orders"[^}]*\} 0/);
    await endpoint.ok("SendMessage", { QueueUrl: "orders", MessageBody: "a" });
    await clock.advance(1_000);
    expect(await page()).toMatch(/sent\w*_total\{[^}]*queue="orders"[^}]*\} 1/);
    endpoint.disconnect();
  });

  test("comes after the one before it, and empties a program's broker as well", async () => {
    await using broker = await Broker.open({ memoryBytes: 64 * 2 ** 20 });
    const mine = await broker.createQueue("mine");
    await broker.createQueue("theirs", {}, { account: "111122223333" });
    await using server = await serve({ broker, queues: { declared: {} } });
    await Promise.all([server.reset(), server.reset(), server.reset()]);
    expect(await broker.listQueues()).toEqual(["declared"]);
    expect(await broker.listQueues({ account: "111122223333" })).toEqual([]);
    await expect(mine.send("a")).rejects.toMatchObject({ code: "QueueDoesNotExist" });
  });
});
