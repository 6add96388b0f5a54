/** Four threads, a thousand groups, one history: see fifoThreads.ts. */
import { expect, test } from "vitest";
import { chooseSeed } from "../../support/seeded.ts";
import { GROUPS, runFifoThreads, THREADS } from "./fifoThreads.ts";

const MESSAGES = 200_000;
const KILLED_MESSAGES = 60_000;
const KILLS = 250;
const TIMEOUT_MS = 240_000;
const over = `${GROUPS} groups over ${THREADS} threads`;

test(
  `${MESSAGES} messages of ${over}: the model's history`,
  async () => {
    const seed = chooseSeed("FIFO threads");
    await runFifoThreads({ seed, messages: MESSAGES, kills: 0 });
  },
  TIMEOUT_MS,
);

test(
  `${over} of which ${KILLS} are killed: the model's history`,
  async () => {
    const seed = chooseSeed("FIFO threads and kills");
    const killed = await runFifoThreads({ seed, messages: KILLED_MESSAGES, kills: KILLS });
    expect(killed.after).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
