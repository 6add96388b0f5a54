/**
 * `sluice simulate run`, as it is typed: what it writes where, its exit codes, what Ctrl-C leaves. The
 * names in its JSON are fixed: programs rely on them. The command runs from dist/: build first.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WriteStream } from "node:tty";
import { afterAll, describe, expect, test } from "vitest";
import { ProgressLine, progressText } from "../../engine/cli/progressLine.ts";
import { patience } from "../support/patience.ts";
import { type Ended, sluice } from "./sluice.ts";

const TIMEOUT_MS = patience(60_000);
const folder = mkdtempSync(join(tmpdir(), "sluice-simulate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A scenario with every fixed name in it. */
function scenario(messages: number, count = 4): string {
  return `seed: 1
replications: 2
horizon: { messages: ${messages} }
warmup: { messages: 100 }
queues:
  work: { VisibilityTimeout: 30, RedrivePolicy: { deadLetterTargetArn: dead, maxReceiveCount: 4 } }
  dead: {}
producers:
  web: { queue: work, arrivals: { poisson: { perSecond: 3.6 } } }
consumers:
  workers: { queue: work, count: ${count}, batch: 1, waitTimeSeconds: 20, service: { exponential: { meanSeconds: 1 } }, failure: { probability: 0.1 } }
`;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** A run so short that starting threads for it would take longest. */
const ALONE = ["--threads", "1"];

function simulated(...words: string[]): Promise<Ended> {
  return sluice(["simulate", "run", ...words]);
}

function json(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
}

const number = expect.any(Number);
const times = { mean: number, halfWidth: number, p50: number, p95: number, p99: number };

describe("sluice simulate run", { timeout: TIMEOUT_MS }, () => {
  test("writes its result under the names that others rely on", async () => {
    const small = file("small.yaml", scenario(3_000));
    const [out, page] = [join(folder, "out.json"), join(folder, "out.html")];
    const ended = await simulated(small, "--json", out, "--html", page);
    expect(ended).toMatchObject({ code: 0, said: `sluice: simulating ${small}\n` });
    const result = json(out);
    expect(result).toMatchObject({
      queues: {
        work: {
          sent: 6_000,
          received: number,
          deleted: number,
          deadLettered: number,
          waitSeconds: times,
          sojournSeconds: times,
          depth: { mean: number, max: number },
        },
        dead: { sent: 0 },
      },
      consumers: { workers: { utilisation: number } },
      cost: { monthUsd: number },
      speed: { messages: 6_000, wallSeconds: number, messagesPerSecond: number },
      isComplete: true,
    });
    const verdict = String(result.verdict);
    expect(verdict).toMatch(/^The consumers keep up: workers are busy [\d.]+ % of the time/);
    expect(ended.out.trimEnd().split("\n").at(-1)).toBe(verdict);
    expect(ended.out).toMatch(/^work +0 +6,000 /m);
    expect(readFileSync(page, "utf8")).toContain(verdict);
  });

  test("gives the same bytes for the same seed, whatever the threads, but for its speed", async () => {
    const small = file("same.yaml", scenario(2_000));
    const results: unknown[] = [];
    for (const words of [["1"], ["2"], ["2", "--seed", "2"]]) {
      const out = join(folder, "same.json");
      expect((await simulated(small, "--json", out, "--threads", ...words)).code).toBe(0);
      results.push(JSON.stringify({ ...json(out), speed: undefined }));
    }
    expect(results[1]).toBe(results[0]);
    expect(results[2]).not.toBe(results[0]);
  });

  test("has JSON alone on standard output where that is where it goes", async () => {
    const ended = await simulated(file("piped.yaml", scenario(500)), "--json", "-", ...ALONE);
    expect(JSON.parse(ended.out)).toMatchObject({ queues: { work: { sent: 1_000 } } });
    expect(ended.said).toContain("Messages of all runs");
  });

  test("tells every mistake of a scenario, and runs nothing", async () => {
    const bad = file("bad.yaml", scenario(500).replace("seed", "sed").replace("count", "cuont"));
    const out = join(folder, "bad.json");
    expect(await simulated(bad, "--json", out)).toEqual({
      code: 2,
      out: "",
      said: [
        `sluice: simulating ${bad}`,
        `sluice: ${bad}:1: sed: There is no such field; did you mean seed?`,
        `sluice: ${bad}:11: consumers.workers.cuont: There is no such field; did you mean count?\n`,
      ].join("\n"),
    });
    expect(() => json(out)).toThrow("ENOENT");
  });

  test("says by how much a queue would grow, and runs it when told to", async () => {
    const rush = file("rush.yaml", scenario(2_000, 2));
    const refused = await simulated(rush);
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.said).toContain(
      "sluice: work: the queue grows by 1.8 messages a second: 3.6 come, and its consumers finish 1.8 at most (load 2).\n",
    );
    expect(refused.said).toContain("--unstable");
    const { code, out } = await simulated(rush, "--unstable", ...ALONE);
    expect(code).toBe(0);
    expect(out).toContain("The consumers can't keep up: work grows by 1.8 messages a second.");
  });

  test("gives the result so far at Ctrl-C, marked so", async () => {
    const long = file("long.yaml", scenario(1_000_000_000));
    const out = join(folder, "long.json");
    let isTold = false;
    const ended = await sluice(["simulate", "run", long, "--json", out], (said, kill) => {
      if (isTold || !said.includes("simulating")) return;
      isTold = true;
      // By then the run has begun, or begins with its end; either is a result so far.
      setTimeout(kill, 500);
    });
    expect(ended.code).toBe(130);
    expect(json(out)).toMatchObject({ isComplete: false });
    expect(ended.out).toContain("Interrupted, so this is the result so far: ");
  });

  test("refuses places that it could not write to before it begins", async () => {
    const small = file("place.yaml", scenario(500));
    const ended = await simulated(
      small,
      "--json",
      join(folder, "none", "out.json"),
      "--html",
      folder,
    );
    expect(ended).toMatchObject({ code: 2, out: "" });
    expect(ended.said).toMatch(/none\/out\.json can't be written: ENOENT/);
    expect(ended.said).toContain(`${folder} is a folder; name a file.`);
  });

  test("takes prices in the stead of those that ship", async () => {
    const small = file("prices.yaml", scenario(500));
    const book = file("book.yaml", "freeRequests: 0\nstandard: [{ usdPerMillion: 0 }]\n");
    const ended = await simulated(small, "--prices", book, "--json", "-", ...ALONE);
    expect(JSON.parse(ended.out)).toMatchObject({ cost: { monthUsd: 0 } });
  });

  test.each([
    [["--threads", "0"], "It is a whole number from 1 to 64."],
    [["--seed", "-1"], "A seed is a whole number from 0 to 4294967295."],
    [["--jsn", "out"], "unknown option '--jsn'"],
  ])("refuses %s", async (words, sentence) => {
    const { code, said } = await simulated("small.yaml", ...words);
    expect(code).toBe(2);
    expect(said).toContain(sentence);
  });

  test("begins its help with examples", async () => {
    for (const words of [
      ["simulate", "run", "--help"],
      ["help", "simulate", "run"],
    ]) {
      expect((await sluice(words)).out).toMatch(/^Examples:\n {2}sluice simulate run /);
    }
    const { code, said } = await sluice(["help", "simulate", "rn"]);
    expect([code, said]).toEqual([
      2,
      "error: There is no command 'simulate rn'; did you mean run?\n",
    ]);
  });
});

/** A stream that may be a terminal, and what was written to it. */
function stream(isTTY: boolean) {
  const written: string[] = [];
  const out = { isTTY, write: (text: string) => written.push(text) } as unknown as WriteStream;
  return { out, written };
}

describe("the progress line", () => {
  const progress = { share: 0.25, messages: 1_234_567 };

  test("says how far it is and how long it will take", () => {
    expect(progressText(progress, 10)).toBe(
      "25 %, 1.2 million messages, 30 s left (Ctrl-C for the result so far)",
    );
    expect(progressText({ share: 0, messages: 0 }, 1)).toBe(
      "0 %, 0 messages (Ctrl-C for the result so far)",
    );
  });

  test("is written over itself on a terminal, not too often, and is cleared", () => {
    const { out, written } = stream(true);
    const line = new ProgressLine(out, progressText);
    line.show(progress);
    line.show(progress);
    line.clear();
    const text = expect.stringContaining("25 %, 1.2 million messages, ");
    expect(written).toEqual([text, "\r\u001b[2K"]);
  });

  test("is not written anywhere else", () => {
    const { out, written } = stream(false);
    const line = new ProgressLine(out, progressText);
    line.show(progress);
    line.clear();
    expect(written).toEqual([]);
  });
});
