/**
 * The file log on a disk that crashes: at a random call in one life, at another one in the next, which
 * may be in its recovery, and so on; each life checks what it finds. `npm run stress` has every call.
 */
import { expect, test } from "vitest";
import { FileJournal } from "../../engine/journal/fileJournal.ts";
import { chooseSeed, Seeded } from "../support/seeded.ts";
import { history, type LifePlan, SETTINGS } from "./history.ts";
import { SimulatedDisk } from "./simulatedDisk.ts";

const RUNS = 500;
const STEPS = 45;

/** Up to three lives that end badly. */
function plansOf(random: Seeded): LifePlan[] {
  return Array.from({ length: random.between(1, 3) }, (_, life) => ({
    steps: STEPS,
    crashAt: random.between(1, life === 0 ? 130 : random.pick([12, 60])),
    end: random.pick(["power", "power", "kill"] as const),
    relaxed: random.chance(0.3),
    shortness: random.pick([0, 0, 0.3]),
  }));
}

test(`a journal on a disk that crashes gives back what was acknowledged, ${RUNS} times`, async () => {
  const random = new Seeded(chooseSeed("journal crashes"));
  const calls = new Set<string | undefined>();
  for (let run = 0; run < RUNS; run++) {
    const seed = random.between(0, 2 ** 32 - 1);
    const plans = plansOf(new Seeded(seed));
    const lives = await history(seed, plans).catch((error: unknown) => {
      throw new Error(`run ${run}, seed ${seed}, ${JSON.stringify(plans)}`, { cause: error });
    });
    for (const { log } of lives) for (const line of log) calls.add(line.split(" ")[0]);
  }
  expect(calls).toEqual(
    new Set(["open", "write", "read", "sync", "syncDirectory", "rename", "unlink", "truncate"]),
  );
});

/** The call at which the last of these lives gives a segment its name. */
async function namingAt(seed: number, plans: readonly LifePlan[]): Promise<number> {
  const lives = await history(seed, plans);
  const log = lives[plans.length - 1]?.log ?? [];
  return 1 + log.findIndex((line) => line.startsWith("rename segment.new"));
}

test("names that two lives gave and neither synced are no gap, whichever a power cut keeps", async () => {
  for (let seed = 1; seed <= 100; seed++) {
    const plans: LifePlan[] = [];
    for (const end of ["kill", "power"] as const) {
      const crashAt = await namingAt(seed, [...plans, { steps: 1, end }]);
      plans.push({ steps: 1, end, crashAt });
    }
    await history(seed, plans);
  }
});

test("segments that a crash kept from going go at the next start", async () => {
  const disk = new SimulatedDisk(new Seeded(1));
  const journal = new FileJournal(disk, SETTINGS);
  await journal.replay(() => {});
  await journal.begin(1);
  while (journal.currentSegment < 6) {
    journal.append(new Uint8Array(4_000));
    await journal.commit(2);
  }
  journal.discardBefore(5);
  await journal.commit(3);
  // The process ends here, before it takes any away.
  const next = new FileJournal(disk.inherited(new Seeded(2)), SETTINGS);
  await next.replay(() => {});
  await next.begin(4);
  expect(next.oldestSegment).toBe(5);
  // Else whoever cleans from the oldest one on would ask for less than was promised.
  next.discardBefore(next.oldestSegment + 1);
  await next.close(5);
});

test("no segment goes before the disk has the batch that gives it up", async () => {
  const disk = new SimulatedDisk(new Seeded(1));
  const journal = new FileJournal(disk, SETTINGS);
  await journal.replay(() => {});
  await journal.begin(1);
  while (journal.currentSegment < 4) {
    journal.append(new Uint8Array(4_000));
    await journal.commit(2);
  }
  journal.discardBefore(3);
  expect(await journal.clean()).toBe(0);
  await journal.write(3);
  expect(await journal.clean()).toBe(0);
  await journal.sync();
  expect(await journal.clean()).toBe(2);
});
