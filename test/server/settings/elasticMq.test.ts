/**
 * ElasticMQ's configuration files: what becomes of each thing that they have, and that nothing is left out
 * in silence. Servers are started with them by the sources.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { serve } from "../../../engine/server/index.ts";
import { isElasticMq } from "../../../engine/server/settings/elasticMq.ts";
import { readConfig } from "../../../engine/server/settings/file.ts";
import { Endpoint } from "../../support/endpoint.ts";

const file = fileURLToPath(new URL("elasticmq.conf", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sluice-elasticmq-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(text: string, name = "a.conf"): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What is said of a file with this text, without its name. */
function saidOf(text: string): { mistakes: string[]; warnings: string[] } {
  const path = fileOf(text);
  const { mistakes, warnings } = readConfig(path);
  const plain = (all: readonly Error[]) => all.map(({ message }) => message.replace(path, "FILE"));
  return { mistakes: plain(mistakes), warnings: plain(warnings) };
}

describe("a file of ElasticMQ's", () => {
  test("makes the server and the queues that it describes, and warns of the rest", async () => {
    const warnings: string[] = [];
    const note = (message: string) => void warnings.push(message.replace(file, "FILE"));
    const logger = { error: note, warn: note, info() {}, debug() {} };
    await using server = await serve({ config: file, memory: "64MiB", logger });
    const endpoint = new Endpoint(server.url);
    const { QueueUrls = [] } = await endpoint.ok("ListQueues", {});
    const origin = "http://sqs.example.com:8080/emulated/000000000042";
    expect(QueueUrls).toEqual(
      ["jobs.fifo", "orders", "orders-dead"].map((name) => `${origin}/${name}`),
    );
    const attributesOf = async (QueueUrl: string) =>
      (await endpoint.ok("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] })).Attributes;
    expect(await attributesOf("orders")).toMatchObject({
      QueueArn: "arn:aws:sqs:us-west-2:000000000042:orders",
      VisibilityTimeout: "10",
      DelaySeconds: "5",
      ReceiveMessageWaitTimeSeconds: "0",
      RedrivePolicy:
        '{"deadLetterTargetArn":"arn:aws:sqs:us-west-2:000000000042:orders-dead","maxReceiveCount":3}',
    });
    expect((await attributesOf("orders-dead"))?.DelaySeconds).toBe("120");
    expect(await attributesOf("jobs.fifo")).toMatchObject({
      FifoQueue: "true",
      ContentBasedDeduplication: "true",
    });
    const { Tags } = await endpoint.ok("ListQueueTags", { QueueUrl: "orders" });
    expect(Tags).toEqual({ team: "shop", floor: "007", more: "a b" });
    endpoint.disconnect();
    expect(warnings).toEqual([
      expect.stringMatching(/^FILE:15: rest-sqs\.sqs-limits: /),
      expect.stringMatching(/^FILE:18: rest-stats: /),
      expect.stringMatching(/^FILE:20: messages-storage: /),
      expect.stringMatching(/^FILE:21: auto-create-queues: /),
      expect.stringMatching(/^FILE:32: queues\.orders\.copyTo: Sluice sends no message on/),
      expect.stringMatching(/^FILE:45: pekko: Sluice has nothing of that name/),
    ]);
  });

  test("warns the process where there is no logger", async () => {
    const heard = new Promise<Error>((resolve) => process.once("warning", resolve));
    const config = fileOf("queues { a { moveTo = b } }");
    await using _server = await serve({ config, memory: "64MiB" });
    expect((await heard).message).toContain("queues.a.moveTo");
  });

  test("is told by its name or by its blocks, and no YAML is taken for one", () => {
    expect(isElasticMq("elasticmq.conf", "")).toBe(true);
    expect(isElasticMq("a", readFileSync(file, "utf8"))).toBe(true);
    expect(isElasticMq("a", "# text\nqueues {\n}")).toBe(true);
    expect(isElasticMq("a", "rest-sqs.bind-port = 1")).toBe(true);
    const page = readFileSync(new URL("../../../docs/CONFIGURATION.md", import.meta.url), "utf8");
    for (const [, yaml = ""] of page.matchAll(/```yaml\n([\s\S]*?)```/g)) {
      expect([yaml, isElasticMq("sluice.yaml", yaml)]).toEqual([yaml, false]);
    }
    expect(isElasticMq("a.json", '{\n"queues": {\n"aws": {} } }')).toBe(false);
  });

  test("of any address has no external URL", () => {
    for (const text of [
      'node-address { host = "*" }',
      "node-address { port = 80 }",
      "generate-node-address = true\nnode-address { host = a }",
    ]) {
      expect([text, readConfig(fileOf(text)).options.has("externalUrl")]).toEqual([text, false]);
    }
    const { options } = readConfig(fileOf("node-address { host = a, protocol = https, port = 1 }"));
    expect(options.get("externalUrl")?.value).toBe("https://a:1");
  });

  test.each([
    [
      "queues { a { delay = 5 } }",
      "FILE:1: queues.a.delay: A number without a unit is milliseconds; write 5 seconds.",
    ],
    ["queues { a { delay = 1500 ms } }", "FILE:1: queues.a.delay: SQS has whole seconds."],
    [
      "queues { a { delay = soon } }",
      'FILE:1: queues.a.delay: It is a time like 10 seconds, not "soon".',
    ],
    ["queues {\n a { delay = 1 hour } }", /^FILE:2: queues\.a\.DelaySeconds: .*0 to 900/],
    ["queues { a { fifo = perhaps } }", /^FILE:1: .*It is true or false\.$/],
    ["queues { a { deadLettersQueue { name = b } } }", /^FILE:1: queues\.a\.RedrivePolicy: /],
    ["queues { a = 1 }", "FILE:1: queues.a: It is not a map of names and values."],
    ["queues = [a]", "FILE:1: queues: It is not a map of names and values."],
    [
      "rest-sqs { bind-port = $PORT }",
      "FILE:1: Substitutions are not read; write the value itself.",
    ],
    [
      'include file("other.conf")',
      "FILE:1: Includes are not read; write here what the other file has.",
    ],
    ["queues {\n a {", "FILE:2: Its brace is never closed."],
    ["queues { } }", "FILE:1: There is a brace too many."],
    ["queues", "FILE:1: Behind a name comes =, : or {."],
    ["queues { a { tags { b = } } }", "FILE:1: Here a value is expected."],
    ["queues { a { tags { b += c } } }", "FILE:1: Behind a name comes =, : or {."],
    ["queues { a b { } }", "FILE:1: Behind a name comes =, : or {."],
    [
      'queues { a { tags { b = "\\x" } } }',
      "FILE:1: What stands in the quotes is no text of JSON.",
    ],
    ["rest-sqs { bind-port = x }", "FILE:1: port: A port is a whole number from 0 to 65535."],
  ])("with %j is refused", (text, sentence) => {
    const { mistakes } = saidOf(text);
    expect(mistakes).toContainEqual(
      typeof sentence === "string" ? sentence : expect.stringMatching(sentence),
    );
  });

  test("warns of what it does not know, with the name that was meant", () => {
    expect(
      saidOf("queues { a { defaultVisibilityTimout = 1 s } }\nrest-sqs { bindPort = 1 }"),
    ).toEqual({
      mistakes: [],
      warnings: [
        "FILE:1: queues.a.defaultVisibilityTimout: Sluice has nothing of that name; it is left out; did you mean defaultVisibilityTimeout?",
        "FILE:2: rest-sqs.bindPort: Sluice has nothing of that name; it is left out; did you mean bind-port?",
      ],
    });
  });

  test("reads HOCON's ways to write a text and a map", () => {
    const text = `{
      queues: { a { tags: { one = """x y z""", two = "q\\u002dr" s, three = a//comment
        } } },
      queues.a.tags { four = http:, "five.six": 1 } # the maps are put together
      queues.a.tags.one = later
    }`;
    const { queues, mistakes } = readConfig(fileOf(text));
    expect([mistakes, queues.map(({ tags }) => tags)]).toEqual([
      [],
      [{ one: "later", two: "q-r s", three: "a", four: "http:", "five.six": "1" }],
    ]);
  });
});
