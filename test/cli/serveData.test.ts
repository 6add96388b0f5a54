/**
 * `sluice serve --data` as it is typed: what was acknowledged is there after a kill, what keeps a directory from
 * being used is said in a sentence, and nothing in it is changed by that. Needs a build.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../engine/broker/broker.ts";
import { recoveryText } from "../../engine/cli/progressLine.ts";
import { patience } from "../support/patience.ts";
import { Serve } from "../support/serve.ts";
import { requireTool } from "../support/tools.ts";
import { change, Directories, flip, PAGE } from "./journalFiles.ts";
import { sluice } from "./sluice.ts";

const main = fileURLToPath(new URL("../../dist/engine/cli/main.js", import.meta.url));
const directories = new Directories();
let directory = "";

beforeEach(() => {
  directory = directories.make();
});

afterEach(() => directories.remove());

function start(...more: string[]): Promise<Serve> {
  return Serve.start(["--data", directory, "--memory", "64MiB", ...more]);
}

/** What is said by a server that does not start, and its exit code. */
async function refusal(...more: string[]) {
  const words = ["serve", "--port", "0", "--data", directory, "--memory", "64MiB", ...more];
  const { code, out, said } = await sluice(words);
  expect(out).toBe("");
  return { code, said };
}

/** Names and bytes of what is there, but for who has it. */
function contents(): Record<string, string> {
  const names = readdirSync(directory).filter((name) => !name.startsWith("lock."));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(directory, name)).toString("base64")]),
  );
}

function newer(bytes: Buffer, at: number): undefined {
  bytes.writeUInt32LE(2, at);
}

test("queues, messages and receipt handles are there after a kill, and `verify` finds all well", async () => {
  const first = await start("--account", "111122223333");
  expect(first.stdout).toContain(
    `Queues and messages are kept in ${directory}; what is acknowledged`,
  );
  const url = await first.createQueue("orders", { VisibilityTimeout: "600" });
  for (const MessageBody of ["one", "two"]) {
    await first.ok("SendMessage", { QueueUrl: url, MessageBody });
  }
  const { Messages: [received] = [] } = await first.ok("ReceiveMessage", { QueueUrl: url });
  await first.stop("SIGKILL");
  expect((await sluice(["journal", "verify", directory])).code).toBe(0);
  const second = await start("--account", "111122223333", "--durability", "relaxed");
  expect(second.stdout).toContain("survives the end of the process, not of the machine");
  const name = { QueueUrl: url, AttributeNames: ["All"] };
  const { Attributes } = await second.ok("GetQueueAttributes", name);
  expect(Attributes).toMatchObject({ VisibilityTimeout: "600" });
  await second.ok("DeleteMessage", { QueueUrl: url, ReceiptHandle: received?.ReceiptHandle });
  const { Messages } = await second.ok("ReceiveMessage", { QueueUrl: url });
  expect(Messages).toMatchObject([{ Body: received?.Body === "one" ? "two" : "one" }]);
  expect(await second.stop()).toBe(0);
  const { out } = await sluice(["journal", "inspect", directory, "--json"]);
  expect(JSON.parse(out)).toMatchObject({ lives: 2, account: "111122223333", error: null });
});

describe("a directory is refused in a sentence", () => {
  test("that another server has, with its process and since when", async () => {
    const fromMs = Date.now();
    const first = await start();
    const untilMs = Date.now();
    const { code, said } = await refusal();
    const { pid } = first.child;
    const lock = readdirSync(directory).find((name) => /^lock\.\d+-\w+$/.test(name));
    const [, sentence = "", since = ""] = /^(.*), since (\S+)\. /.exec(said) ?? [];
    expect([code, sentence]).toEqual([
      1,
      `sluice: no broker: ${directory} belongs to process ${pid}`,
    ]);
    expect(Date.parse(since)).toBeGreaterThanOrEqual(fromMs);
    expect(Date.parse(since)).toBeLessThanOrEqual(untilMs);
    expect(said).toMatch(
      new RegExp(`If that is certainly gone, remove ${directory}/${lock}\\.\n$`),
    );
    expect(await first.ok("ListQueues", {})).toEqual({});
    expect(await first.stop()).toBe(0);
  });

  test.each([
    ["account", "000000000042", "account 000000000042 in region us-east-1"],
    ["region", "eu-west-1", "account 000000000000 in region eu-west-1"],
  ])("that is of another %s, as an option that is wrong", async (option, value, other) => {
    await (await start()).stop();
    const whole = contents();
    expect(await refusal(`--${option}`, value)).toEqual({
      code: 2,
      said: expect.stringMatching(
        new RegExp(
          `^sluice: --data ${directory}: .* of account 000000000000 in region us-east-1, not of ${other}: .*\n$`,
        ),
      ),
    });
    expect(contents()).toEqual(whole);
  });

  test("that has more than the memory holds, as an option that is wrong", async () => {
    const broker = await Broker.open({ directory, memoryBytes: 2 ** 27 });
    const queue = await broker.createQueue("orders");
    for (let sent = 0; sent < 30; sent++) await queue.send("x".repeat(100_000));
    await broker.close();
    const whole = contents();
    expect(await refusal()).toEqual({
      code: 2,
      said: expect.stringMatching(/^sluice: --memory 67108864: The memory is too small .*\n$/),
    });
    expect(contents()).toEqual(whole);
    await (await start("--memory", "128MiB")).stop();
  });

  test("that is of a newer version or damaged, and is left as it is", async () => {
    await (await start()).stop();
    const damages = [
      [flip, PAGE + 90, /Batch 1, at byte 4096 of 0+1\.log, is damaged/],
      [newer, 8, /written by a newer version of Sluice \(format 2\)/],
    ] as const;
    for (const [damage, at, sentence] of damages) {
      change(directory, 1, (bytes) => damage(bytes, at));
      const before = contents();
      expect(await refusal()).toEqual({ code: 1, said: expect.stringMatching(sentence) });
      expect(contents()).toEqual(before);
    }
  });

  test("that has other files", async () => {
    writeFileSync(join(directory, "notes.txt"), "text");
    expect(await refusal()).toEqual({
      code: 1,
      said: expect.stringMatching(/The directory holds no journal, but other files \(notes\.txt\)/),
    });
    expect(contents()).toEqual({ "notes.txt": Buffer.from("text").toString("base64") });
  });

  test("that is a file", async () => {
    rmSync(directory, { recursive: true });
    writeFileSync(directory, "");
    expect(await refusal()).toEqual({ code: 1, said: expect.stringMatching(/ENOTDIR|EEXIST/) });
    rmSync(directory);
    mkdirSync(directory);
  });

  test("that may not be written", async (context) => {
    const options = ["-t", "tmpfs", "-o", "ro,size=64m", "tmpfs", directory];
    const { status } = spawnSync("mount", options);
    if (!requireTool("tmpfs", status === 0)) return context.skip();
    try {
      expect(await refusal()).toEqual({
        code: 1,
        said: expect.stringMatching(/read-only.*must be writable by this user\.\n$/i),
      });
    } finally {
      spawnSync("umount", [directory]);
    }
  });
});

test("a signal ends it at once while it has not started, and the directory is as it was", async () => {
  // Somebody who wants the directory and has not decided: whoever has the lesser name waits for him.
  const claim = {
    pid: 1,
    host: `not-${hostname()}`,
    boot: "",
    namespace: "",
    start: "",
    since: "",
  };
  writeFileSync(join(directory, "lock.other"), JSON.stringify(claim));
  const child = spawn(process.execPath, [main, "serve", "--port", "0", "--data", directory], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const claims = () =>
    readdirSync(directory).filter((name) => name.startsWith(`lock.${child.pid}-`));
  await expect.poll(claims, { timeout: patience() }).toHaveLength(1);
  child.kill("SIGTERM");
  expect([await ended, out]).toEqual([0, ""]);
  expect(contents()).toEqual({});
});

test("a terminal is told how far the journal was read", () => {
  const progress = { readBytes: 3 * 2 ** 28, allBytes: 3 * 2 ** 30, messages: 1_234_567 };
  expect(recoveryText(progress, 10)).toBe(
    "Reading the journal: 25 %, 768 MiB, 1.2 million messages, 30 s left",
  );
  expect(recoveryText({ readBytes: 0, allBytes: 0, messages: 0 }, 0)).toBe(
    "Reading the journal: 100 %, 0 B, 0 messages, 0 s left",
  );
});

test("a port that is taken is told before the directory is touched", async () => {
  const first = await Serve.start();
  const { code, said } = await sluice([
    ...["serve", "--port", String(first.port), "--data", directory, "--memory", "64MiB"],
  ]);
  expect([code, said]).toEqual([1, expect.stringContaining("EADDRINUSE")]);
  expect(readdirSync(directory)).toEqual([]);
  await first.stop();
});
