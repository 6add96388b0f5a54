/**
 * The log of `sluice serve`: which records there are at which level, what is in them, and what never
 * is. Needs a build.
 */
import { describe, expect, test } from "vitest";
import { Log } from "../../engine/cli/log.ts";
import { Serve } from "../support/serve.ts";

type LogRecord = Readonly<Record<string, unknown>>;

/** Starts one with these options, uses it, ends it, and answers what it logged. */
async function logOf(options: string[], use: (serve: Serve) => Promise<void>): Promise<string> {
  const serve = await Serve.start(options);
  const written = new Promise((resolve) => serve.child.stderr?.once("close", resolve));
  try {
    await use(serve);
  } finally {
    expect(await serve.stop()).toBe(0);
  }
  await written;
  return serve.stderr;
}

/** Each line is JSON, or this throws. */
function recordsOf(log: string): LogRecord[] {
  return log
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as LogRecord);
}

/** One request that is answered, two that are refused. */
async function traffic(serve: Serve): Promise<void> {
  const QueueUrl = await serve.createQueue("orders");
  await serve.call(
    "SendMessage",
    { QueueUrl, MessageBody: "the secret body" },
    { Authorization: "AWS4-HMAC-SHA256 Credential=the secret key" },
  );
  await serve.query("ReceiveMessage", { QueueUrl: "nobody" });
  await serve.send({ path: "/", headers: { "X-Amz-Target": "AmazonSQS.Sing" }, body: "{}" });
}

describe("the log of a server", () => {
  test("is one line of JSON a record where standard error is no terminal", async () => {
    const requestIds: unknown[] = [];
    const log = await logOf(["--log-level", "debug"], async (serve) => {
      await traffic(serve);
      const { headers } = await serve.call("ListQueues", {});
      requestIds.push(headers["x-amzn-requestid"]);
    });
    const records = recordsOf(log);
    for (const { time, durationMs = 0 } of records) {
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(durationMs).toBeGreaterThanOrEqual(0);
    }
    const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);
    const common = { time: expect.any(String), durationMs: expect.any(Number), requestId: uuid };
    const request = { ...common, level: "debug", message: "request", status: 200 };
    const refusal = { ...common, level: "info", message: "request", status: 400 };
    expect(records.slice(1, -1)).toEqual([
      { ...request, action: "CreateQueue", queue: "orders" },
      { ...request, action: "SendMessage", queue: "orders" },
      { ...refusal, action: "ReceiveMessage", queue: "nobody", errorCode: "QueueDoesNotExist" },
      { ...refusal, errorCode: "InvalidAction" },
      { ...request, action: "ListQueues" },
    ]);
    expect(records.at(-2)?.requestId).toBe(requestIds[0]);
    expect(records[0]).toMatchObject({ message: "listening", url: expect.any(String) });
    expect(records.at(-1)).toMatchObject({ message: "draining" });
  });

  test.each([
    ["debug", 4],
    ["info", 2],
    ["warn", 0],
    ["error", 0],
    ["silent", 0],
  ])("at level %s has %i records of these requests", async (level, count) => {
    const log = await logOf(["--log-level", level], traffic);
    expect(log.match(/"message":"request"/g)?.length ?? 0).toBe(count);
    if (count === 0) expect(log).toBe("");
    expect(log).not.toContain("secret");
  });

  test("warns of a send that found no room", async () => {
    const options = ["--log-level", "warn", "--memory", "64MiB"];
    const log = await logOf(options, async (serve) => {
      const QueueUrl = await serve.createQueue("full");
      const MessageBody = "x".repeat(1_000_000);
      let status = 200;
      while (status === 200) {
        status = (await serve.call("SendMessage", { QueueUrl, MessageBody })).status;
      }
    });
    expect(recordsOf(log)).toMatchObject([
      { level: "warn", action: "SendMessage", status: 503, errorCode: "CapacityExceeded" },
    ]);
  });

  test("is text where that is asked for", async () => {
    const options = ["--log-format", "text", "--log-level", "debug"];
    const log = await logOf(options, traffic);
    expect(log).toMatch(/^\S+Z debug request requestId=\S+ action=SendMessage queue=orders /m);
    expect(log).toMatch(/^sluice is draining$/m);
  });
});

describe("a log", () => {
  /** A stream that keeps what is written to it. */
  function terminal(hasColors: boolean, isTTY = true) {
    const texts: string[] = [];
    return {
      isTTY,
      hasColors: () => hasColors,
      write: (text: string) => texts.push(text),
      texts,
    };
  }

  test("has colours on a terminal that has them, and not where NO_COLOR takes them away", () => {
    const coloured = terminal(true);
    new Log("info", undefined, coloured).warn("hot");
    expect(coloured.texts[0]).toContain("Z \u001b[33mwarn \u001b[39m hot\n");
    // A terminal's hasColors answers false under NO_COLOR.
    const plain = terminal(false);
    new Log("info", undefined, plain).warn("hot");
    expect(plain.texts[0]).toMatch(/Z warn {2}hot\n$/);
  });

  test("warns in red, where there are colours, and in a record, where programs read", () => {
    const coloured = terminal(true);
    new Log("info", undefined, coloured).alarm("Mind the gap.");
    expect(coloured.texts).toEqual(["\u001b[31mMind the gap.\u001b[39m\n"]);
    const plain = terminal(false);
    new Log("info", undefined, plain).alarm("Mind the gap.");
    expect(plain.texts).toEqual(["Mind the gap.\n"]);
    const pipe = terminal(false, false);
    new Log("info", undefined, pipe).alarm("Mind the gap.");
    expect(JSON.parse(pipe.texts[0] ?? "")).toMatchObject({
      level: "warn",
      message: "Mind the gap.",
    });
    new Log("error", "text", plain).alarm("Nobody hears this.");
    expect(plain.texts).toHaveLength(1);
  });

  test("is JSON where the stream is no terminal, and never says what only people read", () => {
    const pipe = terminal(false, false);
    const log = new Log("info", undefined, pipe);
    log.say("Good morning.");
    log.info("hot", { absent: undefined, count: 1 });
    expect(pipe.texts.map((text) => JSON.parse(text))).toEqual([
      { time: expect.any(String), level: "info", message: "hot", count: 1 },
    ]);
  });

  test("keeps a record on its line, whatever a field holds", () => {
    const stream = terminal(false);
    new Log("info", "text", stream).info("odd", { name: "a b\n\u001b[31mc", plain: "d" });
    expect(stream.texts[0]).toMatch(/ odd name="a b\\n\\u001b\[31mc" plain=d\n$/);
  });
});
