/** The kills of test/cli/kills.test.ts, hundreds of them; prints how long restarts took. */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { Directory } from "../broker/durable/kept.ts";
import { MOMENTS } from "../cli/kills/killer.ts";
import { Lives } from "../cli/kills/lives.ts";
import { chooseSeed, Seeded } from "../support/seeded.ts";

const KILLS = Number(process.env.SLUICE_KILLS ?? 500);
/** So often the directory itself is asked between two servers. */
const INSPECTED_EVERY = 10;

test(`${KILLS} kills -9 of a server lose nothing that was acknowledged`, async () => {
  using directory = new Directory();
  const random = new Seeded(chooseSeed("kills of sluice serve"));
  const lives = new Lives(directory.path, random);
  for (let kill = 1; kill <= KILLS; kill++) {
    const life = { moment: random.pick(MOMENTS), isRelaxed: random.chance(0.3) };
    expect(await lives.live(life)).toBe("SIGKILL");
    if (kill % INSPECTED_EVERY === 0 || kill === KILLS) await lives.inspect();
    if (kill % 50 === 0) console.log(lives.report());
  }
  console.log(lives.report());
  // Segments were taken away meanwhile.
  const logs = readdirSync(directory.path).filter((name) => name.endsWith(".log"));
  expect(logs.length).toBeLessThan(KILLS / 2);
  for (const [what, count] of Object.entries(lives.counts)) {
    expect(count, what).toBeGreaterThan(KILLS / 5);
  }
});
