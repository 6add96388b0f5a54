/** `sluice simulate advise`, as it is typed: what it writes, its exit codes. Runs from dist/: build first. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { patience } from "../support/patience.ts";
import { sluice } from "./sluice.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-advise-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "scenario.yaml");
writeFileSync(
  file,
  `# What a reader wrote above.
horizon: { messages: 300 }
queues:
  work: { RedrivePolicy: '{"deadLetterTargetArn":"dead","maxReceiveCount":1}' }
  dead: {}
producers: { web: { queue: work, arrivals: { poisson: { perSecond: 3 } } } }
consumers:
  workers:
    queue: work
    count: 2 # too few
    service: { exponential: { meanSeconds: 1 } }
    failure: { probability: 0.1 }
`,
);

const advised = (...words: string[]) => sluice(["simulate", "advise", file, ...words]);

describe("sluice simulate advise", { timeout: patience(60_000) }, () => {
  test("says what is to be changed and why, and writes it with the comments", async () => {
    const out = join(folder, "advised.yaml");
    const goals = ["--max-wait-p95", "2s", "--dead-letters", "1%", "--keep", "batch"];
    const ended = await advised(...goals, "--write", out);
    expect([ended.code, ended.said]).toEqual([
      0,
      `sluice: looking for the least that ${file} needs\n`,
    ]);
    expect(ended.out).toMatch(/^consumers\.workers\.count \d: 3 messages a second at the peak /m);
    const { consumers, queues } = parse(
      /^queues:\n(?: .*\n)+consumers:\n(?: .*\n)+/m.exec(ended.out)?.[0] ?? "",
    );
    expect(Object.keys(consumers.workers)).toEqual(["count", "waitTimeSeconds"]);
    expect(queues).toEqual({ work: { RedrivePolicy: { maxReceiveCount: expect.any(Number) } } });
    const text = readFileSync(out, "utf8");
    expect(text).toContain("# What a reader wrote above.");
    expect(text).toContain(`count: ${consumers.workers.count} # too few`);
    const written = parse(text);
    expect(written.consumers.workers).toMatchObject(consumers.workers);
    expect(written.queues.work.RedrivePolicy).toEqual({
      deadLetterTargetArn: "dead",
      ...queues.work.RedrivePolicy,
    });
    // What it advises is met as it is.
    const again = await sluice([
      ...["simulate", "advise", out, ...goals, "--json", "-"],
      ...["--threads", "1"],
    ]);
    expect(again.said).toContain("Nothing is to be changed.");
    expect(JSON.parse(again.out)).toMatchObject({ isMet: true });
  });

  test("exits with 1 where it can't be, and writes nothing", async () => {
    const out = join(folder, "none.yaml");
    const ended = await advised("--within", "1s=99%", "--write", out, "--threads", "1");
    expect(ended.code).toBe(1);
    expect(ended.out).toMatch(
      /\nThe goals can't be met\. 99 % of the messages are done at most 1 s /,
    );
    expect(existsSync(out)).toBe(false);
  });

  test.each([
    [[], "sluice: It takes a goal: --max-wait-p95 2s, "],
    [["--max-wait-p95", "2"], "It is a time above 0 with its unit: 500ms, 2s, 5m or 1h."],
    [["--duplicates", "0.1"], "It is a share in percent, above 0 % and below 100 %, as 0.1%."],
    [["--within", "10s"], "It is a time and a share, as 10s=99%."],
    [["--within", "10=99%"], "It is a time above 0 with its unit"],
    [["--keep", "color"], "It is one of count, batch, waitTimeSeconds, "],
    [
      ["--max-wait-p95", "2s", "--fleet", "other"],
      "fleet: There are no consumers other; there are workers.",
    ],
  ])("refuses %j", async (words, sentence) => {
    const { code, said } = await advised(...words);
    expect([code, said]).toEqual([2, expect.stringContaining(sentence)]);
  });
});
