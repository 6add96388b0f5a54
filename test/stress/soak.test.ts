/** Ten minutes of everything at once: what the process keeps resident stands still from minute 2 on. */
import { test } from "vitest";
import { soak } from "../recovery/memory/memoryRun.ts";

/** Shorter by hand: SLUICE_SOAK_SECONDS=60. */
const SECONDS = Number(process.env.SLUICE_SOAK_SECONDS ?? 600);

test(`resident memory stands still over ${SECONDS} seconds`, () => soak(SECONDS));
