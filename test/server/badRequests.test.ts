/**
 * Requests that no client should send. Each gets the contract's error or a closed connection, and
 * after each the server still answers, from the same process.
 */
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { serveOnce } from "../support/serve.ts";
import { expectWithin } from "../support/timing.ts";
import { expectError, malformed, tooLarge, unknownAction } from "../support/wire.ts";

const serve = serveOnce();
const send = (body: string | Buffer, target = "AmazonSQS.SendMessage") =>
  serve().send({ headers: { "X-Amz-Target": target }, body });

/** The server goes on: alive, silent on standard error, and of use. */
afterEach(async () => {
  expect(serve().isRunning).toBe(true);
  expect(serve().stderr).not.toMatch(/Error/);
  const QueueUrl = await serve().createQueue("after");
  const sent = await serve().call("SendMessage", { QueueUrl, MessageBody: "still here" });
  expect(sent.status).toBe(200);
});

describe("a body", () => {
  test.each(["", "{", "hello", "Action=SendMessage", "{}{}", "\u0000", "[".repeat(1_000_000)])(
    "that is no JSON can't be read",
    async (body) => {
      expectError(await send(body), malformed);
    },
  );

  test.each(["[]", '"text"', "1", "true", "null", '[{"QueueUrl":"q"}]'])(
    "that is %s can't be read",
    async (body) => {
      expectError(await send(body), malformed);
    },
  );

  test.each([
    ["a byte that begins nothing", [0xff]],
    ["a letter cut off", [0xc3]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["more than U+10FFFF", [0xf5, 0x80, 0x80, 0x80]],
  ])("whose UTF-8 is broken by %s can't be read", async (_, bytes) => {
    const body = Buffer.concat([
      Buffer.from('{"QueueUrl":"after","MessageBody":"'),
      Buffer.from(bytes),
      Buffer.from('"}'),
    ]);
    expectError(await send(body), malformed);
  });

  test("with a prototype in it changes nobody's prototype", async () => {
    const body = '{"QueueUrl":"after","__proto__":{"MessageBody":"x"},"constructor":{}}';
    expect((await send(body)).status).toBe(400);
  });

  test("of 8 MiB is refused, and the connection closed", async () => {
    const answer = await send(Buffer.alloc(8 * 1_048_576, "x"));
    expectError(answer, tooLarge);
    expect(answer.headers.connection).toBe("close");
  });

  test("of 8 MiB without a length is refused as well", async () => {
    const answer = await serve().send({
      headers: { "X-Amz-Target": "AmazonSQS.SendMessage", "Transfer-Encoding": "chunked" },
      body: Buffer.alloc(8 * 1_048_576, "x"),
    });
    expectError(answer, tooLarge);
  });

  test("of 1 MiB that JSON doubles is accepted", async () => {
    const QueueUrl = await serve().createQueue("escaped");
    const MessageBody = '"'.repeat(1_048_000);
    expect((await serve().call("SendMessage", { QueueUrl, MessageBody })).status).toBe(200);
  });

  test("without an action is an unknown action, however broken", async () => {
    expectError(await send("{", "AmazonSQS."), unknownAction);
    expectError(await send(Buffer.from([0xff]), "Amazon"), unknownAction);
  });
});

/** What comes back for raw bytes until the server closes the connection, and after how long. */
function raw(text: string | Buffer): Promise<{ text: string; ms: number }> {
  const start = performance.now();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket: Socket = connect(serve().port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", () => {});
    socket.once("close", () => {
      const ms = performance.now() - start;
      resolve({ text: Buffer.concat(chunks).toString("latin1"), ms });
    });
  });
}

describe("a connection", () => {
  test("with 10,000 headers is closed", async () => {
    const headers = Array.from({ length: 10_000 }, (_, index) => `x-${index}: y\r\n`).join("");
    const { text } = await raw(`POST / HTTP/1.1\r\nHost: a\r\n${headers}\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 431 /);
  });

  test("with a header of a megabyte is closed", async () => {
    const { text } = await raw(`POST / HTTP/1.1\r\nHost: a\r\nx: ${"y".repeat(1_048_576)}\r\n\r\n`);
    // The server closes while the client still writes, so the answer may be lost on the way.
    expect(text).toMatch(/^$|^HTTP\/1\.1 431 /);
  });

  test.each([
    ["no HTTP", "hello\r\n\r\n"],
    ["TLS", Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01])],
    ["no host", "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"],
    ["two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n"],
    ["a length below zero", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"],
    ["a chunk of no size", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n"],
  ])("that speaks %s is closed", async (_, text) => {
    expect((await raw(text)).text).toMatch(/^HTTP\/1\.1 400 /);
  });

  test("that sends 64 MiB for one request is cut before its end", async () => {
    const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 67108864\r\n\r\n";
    const { text } = await raw(Buffer.concat([Buffer.from(head), Buffer.alloc(67_108_864)]));
    expect(text).toMatch(/^$|^HTTP\/1\.1 413 /);
  });

  test("that falls silent in its head or in its body is closed in time", async () => {
    const head = "POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: AmazonSQS.SendMessage\r\n";
    const [inHead, inBody] = await Promise.all([
      raw(head),
      raw(`${head}Content-Length: 100\r\n\r\n{"QueueUrl":`),
    ]);
    expect(inHead.text).toMatch(/^$|^HTTP\/1\.1 408 /);
    expectWithin("silent in its head, closed after", inHead.ms, 13_000);
    expectWithin("silent in its body, closed after", inBody.ms, 23_000);
  });

  test("that ends in mid-request leaves nothing behind", async () => {
    const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{";
    for (let index = 0; index < 50; index++) {
      await new Promise<void>((resolve) => {
        const socket = connect(serve().port, "127.0.0.1", () => {
          socket.write(head, () => socket.resetAndDestroy());
        });
        socket.once("close", () => resolve());
        socket.on("error", () => {});
      });
    }
  });
});
