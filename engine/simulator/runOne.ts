/** One run from its beginning to its end, in this thread, which has other things to do in between. */
import { elapsedMs } from "../clock.ts";
import type { RunReport } from "./events/report.ts";
import { World } from "./events/world.ts";
import type { Plan } from "./scenario/plan.ts";
import type { Advance } from "./words.ts";

/** Events of a step: some milliseconds. */
const STEP_EVENTS = 20_000;
/** How long steps go on before others have their turn. */
const TURN_MS = 50;

/** Whether it is to stop, and who is told how far it is; both are asked between turns. */
export interface RunHost {
  readonly isStopped: () => boolean;
  readonly tell: (advance: Advance) => void;
}

export async function runOne(plan: Plan, run: number, host: RunHost): Promise<RunReport> {
  const world = await World.open(plan, run);
  let turnEndsMs = elapsedMs() + TURN_MS;
  while (!host.isStopped() && world.step(STEP_EVENTS)) {
    if (elapsedMs() < turnEndsMs) continue;
    host.tell({ share: world.share, sent: world.sent });
    await new Promise((resolve) => setImmediate(resolve));
    turnEndsMs = elapsedMs() + TURN_MS;
  }
  host.tell({ share: world.share, sent: world.sent });
  return world.close();
}
