/**
 * `sluice serve` as a command: what it prints, what it refuses, how signals end it. Needs a build.
 */
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Serve } from "../support/serve.ts";
import { expectWithin } from "../support/timing.ts";

const main = fileURLToPath(new URL("../../dist/engine/cli/main.js", import.meta.url));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command to its end. */
function run(...words: string[]): Promise<Run> {
  const child = spawn(process.execPath, [main, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    texts.stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    texts.stderr += chunk.toString();
  });
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ code, ...texts }));
  });
}

/** What was written before has reached the server: it answers what comes behind, twice. */
async function reached(serve: Serve): Promise<void> {
  await pause(300);
  for (const _ of [1, 2]) await serve.ok("ListQueues", {});
}

/** Starts one, gives it to the test, and sees that it has ended. */
async function withServe(options: string[], use: (serve: Serve) => Promise<void>): Promise<void> {
  const serve = await Serve.start(options);
  try {
    await use(serve);
  } finally {
    await serve.stop("SIGKILL");
  }
}

describe("the command line", () => {
  test.each([
    ["--port", "x"],
    ["--port", "65536"],
    ["--port", "-1"],
    ["--port", "80.5"],
    ["--host", ""],
    ["--memory", "much"],
    ["--memory", "2GB"],
    ["--memory", "-1"],
    ["--memory", "1KiB"],
    ["--memory", "5GiB"],
    ["--threads", "0"],
    ["--threads", "many"],
    ["--quotas", "none"],
    ["--account", "1"],
    ["--account", "12345678901a"],
    ["--region", "here, there"],
    ["--log-level", "loud"],
    ["--log-format", "xml"],
    ["--data", ""],
    ["--durability", "never"],
    ["--metrics-memory", "1KiB"],
    ["--metrics-token", "short"],
  ])("refuses %s %j with code 2, naming both", async (option, value) => {
    const { code, stdout, stderr } = await run("serve", "--port", "0", option, value);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(option);
    expect(stderr).toContain(`'${value}'`);
  });

  test("refuses --threads 2, which is not built, with code 2 and a sentence", async () => {
    const { code, stderr } = await run("serve", "--port", "0", "--threads", "2");
    expect(code).toBe(2);
    expect(stderr).toMatch(/--threads.*not built yet/);
  });

  test("refuses --durability where nothing is kept, with code 2 and a sentence", async () => {
    const { code, stderr } = await run("serve", "--port", "0", "--durability", "relaxed");
    expect([code, stderr]).toEqual([
      2,
      "sluice: --durability relaxed: It is about what --data keeps; say --data as well.\n",
    ]);
  });

  test("refuses a memory that does not hold a broker's records, with code 2", async () => {
    const { code, stdout, stderr } = await run("serve", "--port", "0", "--memory", "2MiB");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("--memory 2097152");
  });

  test.each([[["serve", "--colour"]], [["serve", "extra"]], [["brew"]], [[]]])(
    "refuses %j with code 2",
    async (words) => {
      const { code, stdout, stderr } = await run(...words);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).not.toBe("");
    },
  );

  test("is told which command it asks help for is none, and which it may mean", async () => {
    for (const [words, said] of [
      [["help", "coffee"], "'coffee'."],
      [["help", "serv"], "'serv'; did you mean serve?"],
      [["help", "serve", "more"], "'serve more'."],
    ] as const) {
      const { code, stdout, stderr } = await run(...words);
      expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining(said)]);
    }
  });

  test("shows help with an example before all else, and its version", async () => {
    for (const [words, same] of [
      [["--help"], ["help"]],
      [
        ["serve", "--help"],
        ["help", "serve"],
      ],
    ] as const) {
      const { code, stdout, stderr } = await run(...words);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/^Examples?:\n {2}sluice serve/);
      expect(await run(...same)).toEqual({ code, stdout, stderr });
    }
    const { code, stdout } = await run("--version");
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });
});

describe("a start", () => {
  test.each([[[]], [["--log-format", "text"]], [["--log-level", "silent"]]])(
    "with %j says on standard output where it listens and how to use it",
    async (options) => {
      await withServe(options, async (serve) => {
        expect(serve.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
        await expect.poll(() => serve.stdout.split("\n")).toHaveLength(5);
        const [first, second, third, fourth] = serve.stdout.split("\n");
        expect(first).toBe(`sluice is listening on ${serve.url}`);
        expect(second).toMatch(/memory/);
        expect(third).toMatch(/AWS_ACCESS_KEY_ID=\w+ AWS_SECRET_ACCESS_KEY=\w+/);
        expect(fourth).toMatch(`  aws --endpoint-url ${serve.url} --region us-east-1 sqs `);
        // An escape character would begin a colour.
        expect(serve.stdout + serve.stderr).not.toContain("\u001b");
        const records = () =>
          [...serve.stderr.matchAll(/"message":"(\w+)"/g)].map(([, said]) => said);
        await expect.poll(records).toEqual(options.length === 0 ? ["listening"] : []);
        const health = await serve.send({ method: "GET", path: "/health" });
        expect(health.status).toBe(200);
      });
    },
  );

  test("says the same into a file", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "sluice-serve-")), "stdout");
    const descriptor = openSync(file, "w");
    const stdio = ["ignore", descriptor, "ignore"] as const;
    const child = spawn(process.execPath, [main, "serve", "--port", "0"], { stdio: [...stdio] });
    try {
      const greeting = /^sluice is listening on (\S+)\n.*\n.*\n {2}aws --endpoint-url \1 .*\n$/;
      await expect.poll(() => readFileSync(file, "utf8")).toMatch(greeting);
    } finally {
      child.kill("SIGKILL");
      closeSync(descriptor);
      rmSync(dirname(file), { recursive: true });
    }
  });

  test("on a port that is taken ends with code 1 and says so", async () => {
    await withServe([], async (serve) => {
      const { code, stdout, stderr } = await run("serve", "--port", String(serve.port));
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain(String(serve.port));
    });
  });

  test("takes its account, region, quotas, host and memory from the options", async () => {
    const options = ["--account", "123456789012", "--region", "eu-north-1", "--quotas", "off"];
    await withServe([...options, "--host", "localhost", "--memory", "64MiB"], async (serve) => {
      const QueueUrl = await serve.createQueue("optional");
      expect(QueueUrl).toMatch(/\/123456789012\/optional$/);
      const names = { QueueUrl, AttributeNames: ["QueueArn"] };
      const { Attributes } = await serve.ok("GetQueueAttributes", names);
      expect(Attributes?.QueueArn).toBe("arn:aws:sqs:eu-north-1:123456789012:optional");
    });
  });
});

describe("a signal", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s ends an idle server with 0 at once",
    async (name) => {
      await withServe([], async (serve) => {
        const start = performance.now();
        expect(await serve.stop(name)).toBe(0);
        expectWithin("it ended after", performance.now() - start, 2_000);
      });
    },
  );

  test("lets waiting long polls go with an answer, and takes no more connections", async () => {
    await withServe([], async (serve) => {
      const QueueUrl = await serve.createQueue("polled");
      const polls = Array.from({ length: 20 }, () =>
        serve.call("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20 }),
      );
      await reached(serve);
      const start = performance.now();
      serve.child.kill("SIGTERM");
      for (const { status, text, headers } of await Promise.all(polls)) {
        expect([status, text, headers.connection]).toEqual([200, "{}", "close"]);
      }
      expect(await serve.stop()).toBe(0);
      expectWithin("it ended after", performance.now() - start, 2_000);
      await expect(serve.call("ListQueues", {})).rejects.toThrow(/ECONNREFUSED/);
    });
  });

  test.each([
    ["SendMessage", { MessageBody: "slow" }, "MD5OfMessageBody"],
    ["ReceiveMessage", { WaitTimeSeconds: 20 }, "\r\n\r\n{}"],
  ])("waits for a %s whose body is still on its way", async (action, input, answer) => {
    await withServe([], async (serve) => {
      const QueueUrl = await serve.createQueue("slow");
      const body = JSON.stringify({ QueueUrl, ...input });
      const socket = connect(serve.port, "127.0.0.1");
      let text = "";
      socket.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.write(`POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: AmazonSQS.${action}\r\n`);
      socket.write(`Content-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`);
      await reached(serve);
      serve.child.kill("SIGTERM");
      await pause(300);
      socket.write(body.slice(10));
      await closed;
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(text).toContain(answer);
      expect(await serve.stop()).toBe(0);
    });
  });

  test("is not held up for long by a request that never ends, nor by an idle one", async () => {
    await withServe([], async (serve) => {
      const stuck = connect(serve.port, "127.0.0.1");
      stuck.on("error", () => {});
      stuck.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{");
      const idle = connect(serve.port, "127.0.0.1");
      idle.on("error", () => {});
      await reached(serve);
      const start = performance.now();
      expect(await serve.stop()).toBe(0);
      expectWithin("it ended after", performance.now() - start, 8_000);
    });
  });

  test("that comes twice within a second counts once; a second later it forces", async () => {
    // Whether it was within a second is seen by a server that had its turn in time.
    for (let attempt = 1; ; attempt++) {
      const isOnce = await comesTwice();
      if (isOnce) break;
      expect(attempt).toBeLessThan(10);
    }
  });

  /** Sends two signals a tenth of a second apart, and a third later; false: the second one forced. */
  async function comesTwice(): Promise<boolean> {
    let isOnce = false;
    await withServe([], async (serve) => {
      const stuck = connect(serve.port, "127.0.0.1");
      stuck.on("error", () => {});
      stuck.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{");
      await reached(serve);
      serve.child.kill("SIGINT");
      await pause(100);
      serve.child.kill("SIGINT");
      await pause(600);
      isOnce = serve.isRunning;
      if (!isOnce) return;
      await pause(600);
      const start = performance.now();
      expect(await serve.stop("SIGINT")).toBe(1);
      expectWithin("it was forced after", performance.now() - start, 1_000);
    });
    return isOnce;
  }
});
