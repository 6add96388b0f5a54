/**
 * Real servers on one directory are killed under the load of AWS's own client, one after the other, at moments
 * drawn from a seed; or asked to end by a signal. What was acknowledged is there, and nothing else.
 * `npm run stress` kills hundreds of them. Needs a build.
 */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { Directory } from "../broker/durable/kept.ts";
import { chooseSeed, Seeded } from "../support/seeded.ts";
import { type Life, Lives } from "./kills/lives.ts";

const KILLS: readonly Life[] = [
  { moment: "answer", isRelaxed: false },
  { moment: "request", isRelaxed: true },
  { moment: "files", isRelaxed: false },
  { moment: "start", isRelaxed: false },
  { moment: "answer", isRelaxed: true },
];

test("five kills -9 of a server lose nothing that was acknowledged, and bring nothing back", async () => {
  using directory = new Directory();
  const lives = new Lives(directory.path, new Seeded(chooseSeed("kills of sluice serve")));
  for (const life of KILLS) expect(await lives.live(life)).toBe("SIGKILL");
  await lives.inspect();
  console.log(lives.report());
  expect(lives.restartsMs.length + lives.cutStarts).toBe(KILLS.length);
  for (const [what, count] of Object.entries(lives.counts)) {
    expect(count, what).toBeGreaterThan(0);
  }
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s under load ends a server in order",
  async (signal) => {
    using directory = new Directory();
    const lives = new Lives(directory.path, new Seeded(chooseSeed(signal)));
    for (const isRelaxed of [false, true]) {
      expect(await lives.live({ moment: "answer", isRelaxed, signal })).toBe(0);
      expect(readdirSync(directory.path).filter((name) => name.startsWith("lock"))).toEqual([]);
      expect((await lives.inspect()).tornBytes).toBe(0);
    }
  },
);
