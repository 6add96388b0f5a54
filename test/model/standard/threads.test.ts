/**
 * Proof that threads do to a queue exactly what one thread would: 400,000 messages over four
 * workers, every result equal to the model's. SLUICE_MESSAGES sets how many.
 */
import { test } from "vitest";
import { chooseSeed } from "../../support/seeded.ts";
import { runThreads } from "./threadsRun.ts";

const MESSAGES = Number(process.env.SLUICE_MESSAGES ?? 400_000);

test(`${MESSAGES} messages over 4 threads: the merged history is the model's`, async () => {
  await runThreads(chooseSeed("threads"), MESSAGES);
});
