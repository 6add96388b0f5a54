/**
 * A server that runs out of file handles under a real limit (`ulimit -n`), since connections have taken them all: sends
 * are refused with a sentence, who waits goes on waiting, and all goes on when there are handles again. Needs a build
 * and a shell.
 */
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Directory } from "../broker/durable/kept.ts";
import { patience } from "../support/patience.ts";
import { Serve } from "../support/serve.ts";
import { sluice } from "./sluice.ts";

/** More than a server needs with its own threads and few connections. */
const FILES_MAX = 128;
const SENDERS = 3;
const MEMORY = ["--memory", "256MiB"];
/** Some hundred of these fill a segment, and the next needs a handle. */
const LARGE = "x".repeat(250_000);

let directory: Directory;
let serve: Serve | undefined;
let holder: Holder | undefined;

beforeEach(() => {
  directory = new Directory();
});

afterEach(async () => {
  holder?.end();
  holder = undefined;
  await serve?.stop("SIGKILL");
  serve = undefined;
  directory[Symbol.dispose]();
});

/** Connections that say nothing, as many as the server takes; what becomes free is taken again. */
class Holder {
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #isOver = false;
  /** Whether the server had to close one. */
  hasAll = false;

  constructor(port: number) {
    this.#port = port;
    for (let left = FILES_MAX; left > 0; left--) this.#hold();
  }

  #hold(): void {
    if (this.#isOver) return;
    const socket = connect(this.#port, "127.0.0.1");
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.hasAll ||= !this.#isOver;
      setTimeout(() => this.#hold(), 20);
    });
    socket.resume();
  }

  end(): void {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** What the senders are to do, and what they did. */
interface Stage {
  isLarge: boolean;
  isOver: boolean;
  sent: number;
  /** Senders that were refused. */
  refused: number;
}

/** Sends one after the other, until one is refused or it is over. */
async function sendAll(server: Serve, stage: Stage): Promise<void> {
  while (!stage.isOver) {
    const MessageBody = stage.isLarge ? LARGE : "small";
    const message = { QueueUrl: urlOf(server), MessageBody };
    const { status } = await server.call("SendMessage", message);
    if (status === 200) stage.sent += 1;
    else {
      stage.refused += 1;
      return;
    }
  }
}

/** Keeps its connection by calls that wait for no disk, until the server says that it has no handle; then sends. */
async function sendThen(server: Serve): Promise<unknown> {
  while (!server.stderr.includes("raise the limit (ulimit -n)")) {
    await countOf(server);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const message = { QueueUrl: urlOf(server), MessageBody: "too late" };
  const { status, json } = await server.call("SendMessage", message);
  return { ...json, status };
}

function urlOf(server: Serve): string {
  return `${server.url}/000000000000/orders`;
}

async function countOf(server: Serve): Promise<number> {
  const input = { QueueUrl: urlOf(server), AttributeNames: ["ApproximateNumberOfMessages"] };
  const { Attributes } = await server.ok("GetQueueAttributes", input);
  return Number((Attributes as Record<string, string>).ApproximateNumberOfMessages);
}

test("out of file handles: sends are refused, who waits goes on, and so does all when there are some", async () => {
  const data = join(directory.path, "data");
  const server = await Serve.start(["--data", data, ...MEMORY], undefined, FILES_MAX);
  serve = server;
  await server.ok("CreateQueue", { QueueName: "orders" });
  const stage: Stage = { isLarge: false, isOver: false, sent: 0, refused: 0 };
  // Each has a connection before they are all taken, and keeps it.
  const senders = Array.from({ length: SENDERS }, () => sendAll(server, stage));
  const late = sendThen(server);
  const poll = { timeout: patience() };
  holder = new Holder(server.port);
  await expect.poll(() => holder?.hasAll, poll).toBe(true);
  stage.isLarge = true;
  expect(await late).toMatchObject({
    status: 503,
    message: expect.stringContaining("too many files open"),
  });
  // What needed the handle was taken, and waits.
  expect(stage.refused).toBeLessThan(SENDERS);
  stage.isOver = true;
  holder.end();
  await Promise.all(senders);
  const more = { QueueUrl: urlOf(server), MessageBody: "more" };
  await expect.poll(async () => (await server.call("SendMessage", more)).status, poll).toBe(200);
  expect(await server.stop()).toBe(0);
  expect(await sluice(["journal", "verify", data])).toMatchObject({ code: 0 });
  serve = await Serve.start(["--data", data, ...MEMORY]);
  expect(await countOf(serve)).toBe(stage.sent + 1);
});
