/**
 * `sluice serve --data` while it reads its journal: it listens, and tells at /health how far it is; until then
 * whoever asks is to try again. Needs a build.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Directory } from "../broker/durable/kept.ts";
import { Serve } from "../support/serve.ts";
import { fillDirectory, freePort, healthUntilUp } from "./recovering.ts";

const MESSAGES = 50_000;

test("/health says 503 and when to ask again until all messages are there", async () => {
  using directory = new Directory();
  await fillDirectory(directory.path, MESSAGES, 2 ** 28);
  // Somebody who wants the directory and has not decided, so that the server waits for him first.
  const claim = join(directory.path, "lock.other");
  const nobody = { pid: 1, host: "another", boot: "", namespace: "", start: "", since: "" };
  writeFileSync(claim, JSON.stringify(nobody));
  const port = await freePort();
  const words = ["--port", `${port}`, "--data", directory.path, "--memory", "256MiB"];
  const starting = Serve.start(words);
  const answers = await healthUntilUp(`http://127.0.0.1:${port}`, () => rmSync(claim));
  const serve = await starting;
  const before = answers.slice(0, -1);
  expect(before.length).toBeGreaterThan(0);
  for (const { status, retryAfter, json } of before) {
    expect([status, json]).toMatchObject([503, { status: "recovering" }]);
    expect(Number(retryAfter)).toBeGreaterThan(0);
  }
  expect(answers.at(-1)?.retryAfter).toBeUndefined();
  const QueueUrl = `${serve.url}/000000000000/orders`;
  const wanted = { QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] };
  const { Attributes } = await serve.ok("GetQueueAttributes", wanted);
  expect(Attributes).toEqual({ ApproximateNumberOfMessages: `${MESSAGES}` });
  expect(await serve.stop()).toBe(0);
});
