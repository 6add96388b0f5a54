/**
 * A process that writes a journal until it is killed, started by kills.ts with a directory. It says on its
 * output how many records it found, and then, after every commit, how many are acknowledged.
 */
import { writeSync } from "node:fs";
import { wallMs } from "../../engine/clock.ts";
import { openFileJournal } from "../../engine/journal/fileJournal.ts";
import { Seeded } from "../support/seeded.ts";
import { makeRecord, recordsOf } from "./records.ts";

const [directory = "", seed = "1"] = process.argv.slice(2);
const random = new Seeded(Number(seed));
const journal = await openFileJournal({
  directory,
  segmentBytes: 16 * 1_048_576,
});
let count = 0;
const { lives } = await journal.replay((batch) => {
  count = Math.max(count, ...recordsOf(batch).map(({ index }) => index + 1));
});
await journal.begin(wallMs());
writeSync(1, `${count}\n`);
for (let batch = 1; ; batch++) {
  for (let more = random.between(1, 20); more > 0; more--) {
    const length = random.between(12, random.chance(0.1) ? 200_000 : 2_000);
    journal.append(makeRecord(count, lives + 1, length));
    count += 1;
  }
  await journal.commit(wallMs());
  writeSync(1, `${count}\n`);
  if (batch % 10 > 0) continue;
  // The last two segments are kept.
  const oldest = Math.max(journal.oldestSegment, journal.currentSegment - 1);
  journal.discardBefore(oldest);
  await journal.clean();
  if (random.chance(0.2)) await journal.mark(wallMs());
}
