/** A server with a million messages on disk: what /health says while they are read. */
import { expect, test } from "vitest";
import { Directory } from "../broker/durable/kept.ts";
import { fillDirectory, freePort, healthUntilUp } from "../cli/recovering.ts";
import { Serve } from "../support/serve.ts";

const MESSAGES = 1_000_000;

test("a million messages are read while /health tells how far it is", async () => {
  using directory = new Directory();
  await fillDirectory(directory.path, MESSAGES, 2 ** 30);
  const port = await freePort();
  const fromMs = performance.now();
  const words = ["--port", `${port}`, "--data", directory.path, "--memory", "1GiB"];
  const starting = Serve.start(words);
  const answers = await healthUntilUp(`http://127.0.0.1:${port}`);
  const tookMs = performance.now() - fromMs;
  const serve = await starting;
  const reading = answers.slice(0, -1).map(({ json }) => json as { readonly messages?: number });
  console.log(`up after ${tookMs.toFixed(0)} ms, with ${reading.length} answers before`);
  const counts = reading.map(({ messages = -1 }) => messages);
  expect(counts).toEqual(counts.toSorted((one, other) => one - other));
  expect(counts.at(-1)).toBeGreaterThan(0);
  expect(counts.at(-1)).toBeLessThanOrEqual(MESSAGES);
  expect(await serve.stop()).toBe(0);
});
