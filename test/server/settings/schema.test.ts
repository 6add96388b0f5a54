/**
 * The JSON Schema of configuration files: the one that ships is the one that the server's tables make, it
 * takes and refuses what the server takes and refuses, and it never refuses what the server takes.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Compile } from "typebox/schema";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { settableNames } from "../../../engine/broker/described/queueAttributes.ts";
import { configurationSchema } from "../../../engine/server/settings/configurationSchema.ts";
import { readConfig } from "../../../engine/server/settings/file.ts";
import { optionNames } from "../../../engine/server/settings/options.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-schema-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shipped: Record<string, unknown> = JSON.parse(
  readFileSync(
    new URL("../../../engine/server/settings/configuration.schema.json", import.meta.url),
    "utf8",
  ),
);
const validator = Compile(shipped);

/** Whether an editor takes the text, and whether a server does. */
function opinionsOf(text: string): { schema: boolean; server: boolean } {
  const file = join(folder, "a.yaml");
  writeFileSync(file, text);
  const { mistakes } = readConfig(file);
  return { schema: validator.Check(parse(text, { merge: true })), server: mistakes.length === 0 };
}

const key = "accessKeyId: AKID, secretAccessKey: secret, account: 123456789012";
const policy = '{ Version: "2012-10-17", Statement: [] }';

/** What options, queues and credentials may be. */
const right = [
  "port: 0",
  'port: "9324"',
  "port: 65535",
  "host: 0.0.0.0",
  "memory: 64MiB",
  "memory: 1048576",
  "metricsMemory: 4GiB",
  "metricsToken: a-long-token",
  "threads: 1",
  "quotas: aws",
  "quotas: off",
  "account: 000000000042",
  'account: "000000000042"',
  "region: eu-north-1",
  "allowOrigin: http://localhost:3000",
  'allowOrigin: ["null", "*", https://a.test]',
  "allowOrigin: []",
  'allowHost: ["*", "*.a.test", b.test.]',
  "externalUrl: HTTPS://sqs.example.com/below",
  "trustProxy: true",
  'trustProxy: "False"',
  "tlsCert: cert.pem\ntlsKey: key.pem",
  "logLevel: silent",
  "logFormat: json",
  "credentials: keys.yaml",
  `credentials: [{ ${key} }, { ${key.replace("AKID", "B")}, user: a/b, policies: [${policy.replace("[]", '[{ Effect: Allow, Action: "*", Resource: "*" }]')}] }]`,
  `credentials: [{ ${key}, role: "reader:session", sessionToken: t }]`,
  "queues:",
  "queues: { a: , b: {} }",
  "$schema: configuration.schema.json",
  'queues: { a: { DelaySeconds: 900, VisibilityTimeout: "43200", MaximumMessageSize: 1024 } }',
  "queues: { a: { SqsManagedSseEnabled: false, KmsDataKeyReusePeriodSeconds: 60, KmsMasterKeyId: k } }",
  "queues: { a: { RedrivePolicy: { deadLetterTargetArn: b, maxReceiveCount: 3 } } }",
  `queues: { a: { RedrivePolicy: '{ "deadLetterTargetArn": "b", "maxReceiveCount": 3 }' } }`,
  "queues: { a: { RedriveAllowPolicy: { redrivePermission: byQueue, sourceQueueArns: [b] } } }",
  `queues: { a: { Policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: "*", Action: "sqs:*", Resource: "*" }] } } }`,
  "queues: { a: { tags: { team: shop, floor: 7 } } }",
  "queues: { a.fifo: { FifoQueue: true, ContentBasedDeduplication: true } }",
  'queues: { a.fifo: { FifoQueue: "true", DeduplicationScope: messageGroup, FifoThroughputLimit: perMessageGroupId } }',
  'queues: { "111122223333/a": {}, "111122223333/b.fifo": { FifoQueue: true } }',
];

/** What they may not. */
const wrong = [
  "prot: 1",
  "port: 65536",
  "port: -1",
  "port: [1]",
  'host: "a b"',
  "memory: much",
  "memory: 1",
  "memory: 2GB",
  "metricsToken: short",
  "threads: many",
  "quotas: none",
  'account: "12"',
  "region: Here",
  "allowOrigin: here",
  "allowHost: [a b]",
  "externalUrl: sqs.example.com",
  "externalUrl: https://a.test/?b",
  "trustProxy: yes",
  "logLevel: loud",
  "logFormat: xml",
  "config: a.yaml",
  "credentials: []",
  `credentials: [{ ${key}, rolle: a }]`,
  `credentials: [{ ${key}, user: a, role: b }]`,
  "credentials: [{ accessKeyId: AKID, account: 123456789012 }]",
  `credentials: [{ ${key.replace("AKID", '"a b"')} }]`,
  "queues: 7",
  "queues: { a b: {} }",
  "queues: { a: [1] }",
  "queues: { a: { DelaySecond: 5 } }",
  "queues: { a: { DelaySeconds: 901 } }",
  "queues: { a: { DelaySeconds: soon } }",
  "queues: { a: { MessageRetentionPeriod: 59 } }",
  "queues: { a: { SqsManagedSseEnabled: perhaps } }",
  "queues: { a: { RedrivePolicy: { deadLetterTargetArn: b, maxReceiveCount: 0 } } }",
  "queues: { a: { RedrivePolicy: { maxReceiveCount: 3 } } }",
  "queues: { a: { RedrivePolicy: { deadLetterTargetArn: b, maxReceiveCount: 3, more: 1 } } }",
  "queues: { a: { RedriveAllowPolicy: { redrivePermission: some } } }",
  "queues: { a: { QueueArn: mine } }",
  "queues: { a: { tags: [b] } }",
  "queues: { a: { ContentBasedDeduplication: true } }",
  "queues: { a: { FifoQueue: true } }",
  "queues: { a.fifo: {} }",
  "queues: { a.fifo: }",
  "queues: { a.fifo: { FifoQueue: false } }",
  "queues: { a.fifo: { FifoQueue: true, DeduplicationScope: all } }",
];

describe("the schema of configuration files", () => {
  test("that ships is what the server's tables make", () => {
    expect(shipped).toEqual(JSON.parse(JSON.stringify(configurationSchema())));
  });

  test("has every option and every attribute, each with words or a range", () => {
    const { properties, definitions } = shipped as {
      properties: Record<string, { description?: string }>;
      definitions: Record<string, { properties: Record<string, unknown> }>;
    };
    const own = ["$schema", "queues"];
    expect(Object.keys(properties).sort()).toEqual([...optionNames, ...own].sort());
    for (const name of optionNames) expect(properties[name]?.description).toMatch(/^[A-Z].*\.$/);
    const attributes = Object.keys(definitions.FifoQueue?.properties ?? {});
    expect(attributes.sort()).toEqual([...settableNames, "tags"].sort());
  });

  test.each(right)("takes what the server takes: %s", (text) => {
    expect(opinionsOf(text)).toEqual({ schema: true, server: true });
  });

  test.each(wrong)("refuses what the server refuses: %s", (text) => {
    expect(opinionsOf(text)).toEqual({ schema: false, server: false });
  });

  test("is named in the first line of the file in examples/, and takes it", () => {
    const file = new URL("../../../examples/docker/sluice.yaml", import.meta.url);
    const text = readFileSync(file, "utf8");
    const [, named = ""] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
    // What the build copies to dist/ stands at the same place in the sources.
    const source = new URL(named.replace("/dist/", "/"), file);
    expect(JSON.parse(readFileSync(source, "utf8"))).toEqual(shipped);
    expect(opinionsOf(text)).toEqual({ schema: true, server: true });
  });
});
