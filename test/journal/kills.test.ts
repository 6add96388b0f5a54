/** Processes that write a journal are killed; npm run stress kills more of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chooseSeed, Seeded } from "../support/seeded.ts";
import { killAgain } from "./kills.ts";

test("kill -9 of the process that writes loses nothing that was acknowledged", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-journal-kills-"));
  try {
    const random = new Seeded(chooseSeed("journal kills"));
    const rounds = await killAgain(join(folder, "data"), 4, random);
    expect(rounds.map(({ lives }) => lives)).toEqual([1, 2, 3, 4]);
    expect(rounds.at(-1)?.end).toBeGreaterThan(10);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
