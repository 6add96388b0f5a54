/**
 * What a crash left (crashing.ts), recovered and judged: from within, by what the log that is left must give back
 * (expected.ts), and from outside, by what was acknowledged (letters.ts).
 */
import { Checks } from "../../../../engine/cli/journal/checks.ts";
import { VirtualClock } from "../../../../engine/clock.ts";
import { replay } from "../../../../engine/journal/replay.ts";
import type { SimulatedDisk } from "../../../journal/simulatedDisk.ts";
import { Seeded } from "../../../support/seeded.ts";
import { Course, queuesOf } from "./course.ts";
import type { Image, Origin } from "./crashing.ts";
import { openDriven } from "./driven.ts";
import { catalogueText, differences, expectedAt, lookAt, type Recovered } from "./expected.ts";
import { type Found, readAll } from "./letters.ts";

/** What could not depart yet is hidden for a moment, in neither memory nor log for longer than that. */
const JUMPS_MS = [11, 11, 600, 5_000, 40_000];

export interface Verdict {
  readonly problems: readonly string[];
  /** Where the log ends. */
  readonly position: number;
  readonly found: readonly Found[];
  /** Not all could be compared, since the log ends within a part. */
  readonly isTorn: boolean;
}

/** What `sluice journal verify` says of a directory. */
function verifyDirectory(disk: SimulatedDisk): string[] {
  const checks = new Checks();
  const problems: string[] = [];
  replay(disk, ({ number, records }) => {
    checks.batch(records, (offset, sentence) => {
      problems.push(`batch ${number}, byte ${offset} of its records: ${sentence}`);
    });
  });
  return problems;
}

/**
 * Recovers what a crash left, and says what is wrong with it. The image stays as it is. `isThorough`: with all
 * that a look at the directory alone and at the memory's invariants finds.
 */
export async function judge(image: Image, random: Seeded, isThorough: boolean): Promise<Verdict> {
  const disk = image.disk.copy(new Seeded(random.between(0, 2 ** 31)));
  const problems = isThorough ? verifyDirectory(disk) : [];
  const clock = new VirtualClock(image.nowMs + random.pick(JUMPS_MS));
  let position = 0;
  let recovered: Recovered | undefined;
  // Nobody is here who would end a sync that goes on.
  const keeping = { ...image.plan.keeping, slowSyncMs: Number.POSITIVE_INFINITY };
  const broker = await openDriven(disk, keeping, clock, {
    onReplay: (known) => {
      position = known.position;
    },
    onReady: (inside, { moved }) => {
      recovered = lookAt(inside, moved, isThorough);
    },
  });
  try {
    const { floor } = image.sure[image.end];
    if (position < floor) {
      problems.push(`the log ends at ${position}, and ${floor} were acknowledged`);
    }
    const expected = expectedAt(image.course, position);
    problems.push(...differences(expected, recovered as Recovered));
    const queues = new Map(expected.queues.map(({ known }) => [known.name, known]));
    const [wanted, had] = [queues, queuesOf(broker)].map(catalogueText);
    if (!expected.isTorn && wanted?.join() !== had?.join()) {
      problems.push(`the catalogue is ${had?.join("\n")}\n and not ${wanted?.join("\n")}`);
    }
    const found = await readAll(broker);
    problems.push(...image.letters.problems(found, image));
    return { problems, position, found, isTorn: expected.isTorn };
  } finally {
    await broker.close();
  }
}

/** What a next life begins with. */
export function next(image: Image, { position, found }: Verdict): Origin {
  return {
    disk: image.disk,
    course: new Course(image.course, position),
    letters: image.letters.after(found, image),
    ...{ held: image.held, nowMs: image.nowMs + 11, name: image.name, image },
  };
}
