/** Commits whose syncs overlap: in which order they are done, how many there are at most, and when the next begins. */
import { expect, test } from "vitest";
import { PendingCommits } from "../../../engine/broker/durable/pendingCommits.ts";
import { SYNC_THREADS } from "../../../engine/journal/syncThreads.ts";

const SYNC_MS = 8;

/** Such as have learned how long a sync takes. */
function taught(): PendingCommits {
  const commits = new PendingCommits();
  for (let sync = 0; sync < 1_000; sync++) commits.took(SYNC_MS);
  return commits;
}

function begin(commits: PendingCommits, position: number, takenMs: number): void {
  commits.begin({ position, reached: new Map(), takenMs, beganMs: takenMs });
}

test("a commit is done when all that it has is durable, and behind those before it", () => {
  const commits = taught();
  begin(commits, 100, 0);
  begin(commits, 300, 1);
  expect(commits.takeDone(99, 10)).toBeUndefined();
  expect(commits.takeDone(299, 10)).toMatchObject({ position: 100 });
  expect(commits.takeDone(299, 10)).toBeUndefined();
  expect(commits.takeDone(300, 10)).toMatchObject({ position: 300 });
  expect(commits.isEmpty).toBe(true);
});

test("no more overlap than there are threads to sync, evenly spread over a sync", () => {
  const commits = taught();
  expect([commits.isSlow, commits.waitMs(0)]).toEqual([true, 0]);
  for (let commit = 0; commit < SYNC_THREADS; commit++) {
    begin(commits, commit, commit);
    const isLast = commit === SYNC_THREADS - 1;
    const waitMs = isLast ? Number.POSITIVE_INFINITY : SYNC_MS / SYNC_THREADS;
    expect(commits.waitMs(commit)).toBeCloseTo(waitMs);
  }
  commits.takeDone(0, SYNC_MS);
  expect(commits.waitMs(SYNC_THREADS - 1)).toBeCloseTo(SYNC_MS / SYNC_THREADS);
  expect(commits.waitMs(1_000)).toBe(0);
});

test("quick syncs are waited for, one after the other", () => {
  expect(new PendingCommits().isSlow).toBe(false);
});
