/**
 * Simulates ten messages a second for a year, or for so many seconds as the first argument says, and
 * prints what that took and what is left of it as JSON. Runs from dist/, in a process of its own:
 *
 *     node --expose-gc test/stress/year.mjs
 */
import { World } from "../../dist/engine/simulator/events/world.js";
import { readScenario } from "../../dist/engine/simulator/scenario/read.js";

const YEAR_SECONDS = 365 * 86_400;
const EVENTS = 1_000_000;
/** Looks at the memory, a share of the run apart. */
const LOOKS = 10;
// Places of the run's counts: engine/simulator/events/tally.ts.
const SENT = 0;
const DELETED = 2;

const seconds = Number(process.argv[2] ?? YEAR_SECONDS);
const scenario = {
  horizon: { seconds },
  queues: { work: {} },
  producers: { web: { queue: "work", arrivals: { poisson: { perSecond: 10 } } } },
  consumers: {
    workers: { queue: "work", count: 13, service: { exponential: { meanSeconds: 1 } } },
  },
};
const run = await World.open(await readScenario(scenario), 0);
const residentBytes = [];
while (run.step(EVENTS)) {
  if (run.share * LOOKS < residentBytes.length) continue;
  globalThis.gc();
  residentBytes.push(process.memoryUsage.rss());
}
// Throws when the run does not balance.
const { queues, simulatedMs } = await run.close();
const [{ counts, left, moved, expired }] = queues;
const { user, system } = process.cpuUsage();
const told = {
  ...{ simulatedSeconds: simulatedMs / 1_000, processorSeconds: (user + system) / 1e6 },
  ...{ sent: counts[SENT], deleted: counts[DELETED], moved, expired, left, residentBytes },
};
process.stdout.write(`${JSON.stringify(told)}\n`);
