/**
 * `sluice serve --config`: what a file may say, what becomes of it, and how it is told where it is
 * wrong. Needs a build.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Broker } from "../../engine/broker/broker.ts";
import { makeQueues } from "../../engine/broker/described/queues.ts";
import { readConfig } from "../../engine/server/settings/file.ts";
import { ConfigFiles, main } from "../support/configFile.ts";
import { patience } from "../support/patience.ts";
import { Serve } from "../support/serve.ts";

const files = new ConfigFiles();
const fileOf = (text: string) => files.fileOf(text);
const refused = (text: string) => files.refused(text);
afterAll(() => files.remove());

/** Starts with the file, gives it to the test, and sees that it has ended. */
async function withConfig(
  text: string,
  use: (serve: Serve) => Promise<void>,
  options: readonly string[] = [],
): Promise<void> {
  const serve = await Serve.start(["--config", fileOf(text), ...options]);
  try {
    await use(serve);
  } finally {
    await serve.stop("SIGKILL");
  }
}

async function attributesOf(serve: Serve, name: string): Promise<Record<string, string>> {
  const input = { QueueUrl: name, AttributeNames: ["All"] };
  return (await serve.ok("GetQueueAttributes", input)).Attributes ?? {};
}

describe("a configuration file", () => {
  test("sets the server's options, and makes queues with their attributes and tags", async () => {
    const text = `
# Digits stay digits, quoted or not.
account: 000000000042
region: eu-north-1
quotas: off
memory: 64MiB
queues:
  orders:
    DelaySeconds: 5
    VisibilityTimeout: "45"
    SqsManagedSseEnabled: false
    Policy:
      Version: "2012-10-17"
      Statement: [{ Sid: a, Effect: Allow, Principal: "*", Action: "sqs:*", Resource: "*" }]
    tags: { team: shop, floor: 007 }
  plain:
`;
    await withConfig(text, async (serve) => {
      expect(await attributesOf(serve, "orders")).toMatchObject({
        QueueArn: "arn:aws:sqs:eu-north-1:000000000042:orders",
        DelaySeconds: "5",
        VisibilityTimeout: "45",
        SqsManagedSseEnabled: "false",
        Policy:
          '{"Version":"2012-10-17","Statement":' +
          '[{"Sid":"a","Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}]}',
      });
      const { Tags } = await serve.ok("ListQueueTags", { QueueUrl: "orders" });
      expect(Tags).toEqual({ team: "shop", floor: "007" });
      expect(await attributesOf(serve, "plain")).toMatchObject({ DelaySeconds: "0" });
    });
  });

  test("may be JSON", async () => {
    const config = { account: "000000000042", queues: { orders: { DelaySeconds: 5 } } };
    await withConfig(JSON.stringify(config, null, "\t"), async (serve) => {
      const { QueueArn, DelaySeconds } = await attributesOf(serve, "orders");
      expect([QueueArn, DelaySeconds]).toEqual(["arn:aws:sqs:us-east-1:000000000042:orders", "5"]);
    });
  });

  test("gives way to the command line, option by option", async () => {
    const use = async (serve: Serve) => {
      const { QueueArn } = await attributesOf(serve, "orders");
      expect(QueueArn).toBe("arn:aws:sqs:eu-west-1:000000000042:orders");
    };
    const text = "account: 000000000042\nregion: eu-north-1\nqueues: { orders: }\n";
    await withConfig(text, use, ["--region", "eu-west-1"]);
  });

  test("makes queues that name each other, in whatever order they stand", async () => {
    const text = `
queues:
  orders:
    RedrivePolicy: { deadLetterTargetArn: orders-dead, maxReceiveCount: 3 }
  orders-dead:
    RedriveAllowPolicy: { redrivePermission: byQueue, sourceQueueArns: [orders] }
  orders.fifo:
    FifoQueue: true
    RedrivePolicy:
      deadLetterTargetArn: arn:aws:sqs:us-east-1:000000000000:dead.fifo
      maxReceiveCount: "4"
  dead.fifo: { FifoQueue: true, DeduplicationScope: messageGroup }
`;
    await withConfig(text, async (serve) => {
      const { RedrivePolicy = "" } = await attributesOf(serve, "orders");
      expect(JSON.parse(RedrivePolicy)).toEqual({
        deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:orders-dead",
        maxReceiveCount: 3,
      });
      const fifo = await attributesOf(serve, "orders.fifo");
      expect(JSON.parse(fifo.RedrivePolicy ?? "")).toEqual({
        deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:dead.fifo",
        maxReceiveCount: 4,
      });
      const { RedriveAllowPolicy = "" } = await attributesOf(serve, "orders-dead");
      expect(JSON.parse(RedriveAllowPolicy)).toEqual({
        redrivePermission: "byQueue",
        sourceQueueArns: ["arn:aws:sqs:us-east-1:000000000000:orders"],
      });
    });
  });

  test("applied twice changes nothing, and brings back what was changed meanwhile", async () => {
    const file = fileOf(
      `queues:
  orders:
    DelaySeconds: 5
    KmsMasterKeyId: key
    RedrivePolicy: { deadLetterTargetArn: dead, maxReceiveCount: 3 }
    tags: { team: shop }
  dead:
`,
    );
    const { queues, mistakes } = readConfig(file);
    expect(mistakes).toEqual([]);
    let nowMs = 1_000;
    const clock = { nowMs: () => nowMs };
    await using broker = await Broker.open({ memoryBytes: 64 * 2 ** 20, clock });
    expect(await makeQueues(broker, queues)).toEqual([]);
    const queue = await broker.getQueue("orders");
    const first = queue.details();
    nowMs = 2_000;
    await makeQueues(broker, queues);
    expect(queue.details()).toEqual(first);
    const { redrivePolicy } = first.attributes;
    const changed = { delaySeconds: 7, visibilityTimeout: 1, redrivePolicy: null };
    await queue.update({ attributes: changed, tags: {} });
    await makeQueues(broker, queues);
    const { attributes, tags } = queue.details();
    expect([attributes.delaySeconds, tags]).toEqual([5, { team: "shop" }]);
    expect(redrivePolicy).toBeDefined();
    expect(attributes.redrivePolicy).toEqual(redrivePolicy);
    // What the file does not name stays as it was set.
    expect(attributes.visibilityTimeout).toBe(1);
  });
});

describe("a mistake in a configuration file", () => {
  test("ends the start with 2, and all of them are told, each with its line and path", () => {
    const { code, sentences } = refused(`prot: 0
memory: much
region: [a]
logLevel: loud
queues:
  orders:
    DelaySecond: 5
    VisibilityTimeout: 43201
    MessageRetentionPeriod: 5.0
    tags: { "aws:x": shop }
    RedriveAllowPolicy: { redrivePermissions: byQueue }
    QueueArn: mine
    Policy: { Version: 1 }
  dead letter:
    DelaySeconds: 0
  list: [1]
`);
    expect(code).toBe(2);
    expect(sentences).toEqual([
      "FILE:1: prot: There is no such option; did you mean port?",
      "FILE:2: memory: It is 1MiB to 4GiB: a whole number with KiB, MiB or GiB.",
      "FILE:3: region: It is not one value.",
      "FILE:4: logLevel: Allowed choices are silent, error, warn, info, debug.",
      "FILE:7: queues.orders.DelaySecond: There is no such attribute; did you mean DelaySeconds?",
      expect.stringMatching(
        /^FILE:8: queues\.orders\.VisibilityTimeout: .* from 0 to 43200, not "43201"\.$/,
      ),
      expect.stringMatching(/^FILE:9: queues\.orders\.MessageRetentionPeriod: /),
      expect.stringMatching(/^FILE:10: queues\.orders\.tags: .*aws:/),
      "FILE:11: queues.orders.RedriveAllowPolicy.redrivePermissions: " +
        "There is no such member; did you mean redrivePermission?",
      "FILE:12: queues.orders.QueueArn: There is no such attribute.",
      expect.stringMatching(/^FILE:13: queues\.orders\.Policy: .*Version/),
      expect.stringMatching(/^FILE:15: queues\.dead letter: /),
      "FILE:16: queues.list: It is not a map of names and values.",
    ]);
  });

  test("of any kind hides no other one", () => {
    const { code, sentences } = refused(`port: 1
port: 2
memory: much
queues:
  orders.fifo:
    DelaySeconds: 5
  jobs:
    FifoQueue: true
  half.fifo: { FifoQueue: perhaps }
  bills:
    RedrivePolicy: { deadLetterTargetArn: bills-daed, maxReceiveCount: 3 }
    DelaySeconds: 1
    DelaySeconds: 2
    VisibilityTimeout: many
    Policy: { Version: "2012-10-17", Version: "2012-10-17", Statement: [] }
  bills-dead: { VisibilityTimeout: 1 }
  bills-dead: { RedriveAllowPolicy: { redrivePermission: byQueue, sourceQueueArns: [nobody] } }
  both: { KmsMasterKeyId: k, SqsManagedSseEnabled: true }
  letters:
    RedrivePolicy: { deadLetterTargetArn: both, maxReceiveCount: 3 }
  strangers:
    RedrivePolicy:
      deadLetterTargetArn: arn:aws:sqs:us-east-1:000000000000:elsewhere
      maxReceiveCount: 3
`);
    expect(code).toBe(2);
    expect(sentences).toEqual([
      "FILE:2: port: It is there already, in line 1; leave one of the two out.",
      expect.stringMatching(/^FILE:3: memory: /),
      "FILE:6: queues.orders.fifo: " +
        "A queue whose name ends in .fifo is FIFO: give it FifoQueue: true, or another name.",
      "FILE:8: queues.jobs.FifoQueue: " +
        "A FIFO queue's name ends in .fifo: call it jobs.fifo, or leave FifoQueue out.",
      expect.stringMatching(/^FILE:9: queues\.half\.fifo\.FifoQueue: /),
      "FILE:11: queues.bills.RedrivePolicy: There is no queue bills-daed; did you mean bills-dead?",
      "FILE:13: queues.bills.DelaySeconds: " +
        "It is there already, in line 12; leave one of the two out.",
      expect.stringMatching(/^FILE:14: queues\.bills\.VisibilityTimeout: /),
      "FILE:15: queues.bills.Policy.Version: " +
        "It is there already, in line 15; leave one of the two out.",
      "FILE:17: queues.bills-dead: It is there already, in line 16; leave one of the two out.",
      expect.stringMatching(/^FILE:17: queues\.bills-dead\.RedriveAllowPolicy: .*nobody/),
      expect.stringMatching(/^FILE:18: queues\.both: .*SSE/),
      expect.stringMatching(/^FILE:23: queues\.strangers\.RedrivePolicy: .*does not exist/),
    ]);
  });

  test("is told with all others of its kind when only the broker can find it", () => {
    const { code, sentences } = refused(`queues:
  one: { RedrivePolicy: { deadLetterTargetArn: nobody, maxReceiveCount: 3 } }
  two: { KmsMasterKeyId: k, SqsManagedSseEnabled: true }
  three: { RedrivePolicy: { deadLetterTargetArn: four.fifo, maxReceiveCount: 3 } }
  four.fifo: { FifoQueue: true }
`);
    expect(code).toBe(2);
    expect(sentences).toEqual([
      expect.stringMatching(/^FILE:2: queues\.one\.RedrivePolicy: There is no queue nobody; /),
      expect.stringMatching(/^FILE:3: queues\.two: .*SSE/),
      expect.stringMatching(/^FILE:4: queues\.three\.RedrivePolicy: .*same kind/),
    ]);
  });

  test.each([
    ["a: b: c", /^FILE:1: .+\.$/],
    [
      "port: 1\nport: 2",
      /^FILE:2: port: It is there already, in line 1; leave one of the two out\.$/,
    ],
    ["- 1", /^FILE:1: It is not a map/],
    ["queues: 7", /^FILE:1: queues: It is not a map/],
    ["port:", /^FILE(:1)?: port: It is not one value\.$/],
    [
      "durability: always",
      /^FILE:1: durability: It is about what --data keeps; say --data as well\.$/,
    ],
    [
      "data: here\ndurability: never",
      /^FILE:2: durability: Allowed choices are always, relaxed\.$/,
    ],
    ["config: here", /^FILE:1: config: There is no such option\.$/],
    ["a: !secret b", /^FILE:1: .*tag/],
  ])("%j is told in one sentence", (text, sentence) => {
    const { code, sentences } = refused(text);
    expect(code).toBe(2);
    expect(sentences).toEqual([expect.stringMatching(sentence)]);
  });

  test("is told at its place when only the broker can find it", () => {
    const text = `queues:
  orders:
    RedriveAllowPolicy: { redrivePermission: byQueue, sourceQueueArns: [nobody] }
`;
    expect(refused(text)).toEqual({
      code: 2,
      sentences: [
        "FILE:3: queues.orders.RedriveAllowPolicy: There is no queue nobody; the file may make it.",
      ],
    });
    const both = "queues:\n  a: { KmsMasterKeyId: k, SqsManagedSseEnabled: true }\n";
    expect(refused(both).sentences).toEqual([expect.stringMatching(/^FILE:2: queues\.a: .*SSE/)]);
  });

  test("is told of a file that is not there", () => {
    const words = [main, "serve", "--config", join(files.folder, "absent.yaml")];
    const { status, stderr } = spawnSync(process.execPath, words, {
      encoding: "utf8",
      timeout: patience(),
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/absent\.yaml: ENOENT/);
  });
});

describe("docs/CONFIGURATION.md", () => {
  const page = readFileSync(new URL("../../docs/CONFIGURATION.md", import.meta.url), "utf8");
  const [, example = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];

  test("shows a file that is taken as it stands", async () => {
    const use = async (serve: Serve) => {
      const attributes = await attributesOf(serve, "orders");
      expect(attributes).toMatchObject({ DelaySeconds: "5", ReceiveMessageWaitTimeSeconds: "20" });
    };
    await withConfig(example, use);
  });

  test("shows the mistake as it is told", () => {
    const [, shown = ""] = /```text\nsluice: (.*)\n/.exec(page) ?? [];
    const { sentences } = refused(example.replace("DelaySeconds", "DelaySecond"));
    expect(sentences).toEqual([shown.replace("sluice.yaml", "FILE")]);
  });

  test("shows the fields of a record", async () => {
    const [, shown = ""] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
    const serve = await Serve.start();
    await serve.call("ReceiveMessage", { QueueUrl: "nobody" });
    await expect.poll(() => serve.stderr).toContain('"request"');
    await serve.stop("SIGKILL");
    const record = JSON.parse(serve.stderr.split("\n")[1] ?? "");
    expect(Object.keys(record)).toEqual(Object.keys(JSON.parse(shown)));
  });
});
