/**
 * `sluice simulate sweep`, as it is typed: what goes to which output, its exit codes, and what Ctrl-C
 * leaves. The command runs from dist/: build first.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { patience } from "../support/patience.ts";
import { sluice } from "./sluice.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-sweep-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

function scenario(name: string, messages: number): string {
  writeFileSync(
    at(name),
    `horizon: { messages: ${messages} }
queues: { work: {} }
producers: { web: { queue: work, arrivals: { poisson: { perSecond: 3 } } } }
consumers: { workers: { queue: work, count: 4, service: { exponential: { meanSeconds: 1 } } } }
`,
  );
  return at(name);
}

const swept = (...words: string[]) => sluice(["simulate", "sweep", ...words]);

describe("sluice simulate sweep", { timeout: patience(60_000) }, () => {
  test("writes the same cells as table, JSON, CSV, Markdown, page and pictures", async () => {
    const file = scenario("small.yaml", 300);
    const names = ["json", "csv", "markdown", "html", "svg"];
    const outputs = names.flatMap((kind) => [`--${kind}`, at(kind)]);
    const words = ["--vary", "consumers.workers.count=2,4..5", "--show", "sent", "--chart"];
    const { code, out, said } = await swept(file, ...words, ...outputs);
    expect([code, said]).toEqual([0, `sluice: sweeping ${file}\n`]);
    expect(out).toMatch(/^Sent\n/);
    expect(out).toMatch(
      /^ +2 {2} +1\.5 {2}unstable\n +4 {2}0\.75 {2} +300\n +5 {2} +0\.6 {2} +300$/m,
    );
    expect(out).toMatch(/\n2 of 3 cells simulated, 1 can't be stable\. Sent: .*\n$/);
    const read = (name: string) => readFileSync(at(name), "utf8");
    expect(JSON.parse(read("json")).cells[2].results["queues.work.sent"].value).toBe(300);
    expect(read("csv").split("\n")[3]).toMatch(/^5,0\.6\d*,false,300,$/);
    expect(read("markdown")).toMatch(/^\| 5 \| 0\.6 \| 300 \|$/m);
    expect(read("html")).toMatch(/^<!doctype html>/);
    expect(readdirSync(at("svg"))).toEqual(["sent.svg"]);
    expect(read(join("svg", "sent.svg"))).toMatch(/^<svg /);
  });

  test("has one output alone on standard output, and its words on standard error", async () => {
    const file = scenario("piped.yaml", 100);
    const words = [file, "--vary", "consumers.workers.count=5,6", "--show", "sent"];
    const { code, out, said } = await swept(...words, "--csv", "-", "--threads", "1");
    expect([code, out.split("\n").length]).toEqual([0, 4]);
    expect(said).toContain("2 of 2 cells simulated.");
    const both = await swept(...words, "--csv", "-", "--json", "-");
    expect([both.code, both.out]).toEqual([2, ""]);
    expect(both.said).toBe(
      "sluice: Standard output has room for one: --json - or --csv -, not both.\n",
    );
  });

  test("tells what is wrong, and exits with 2", async () => {
    const file = scenario("wrong.yaml", 100);
    const { code, said } = await swept(file, "--vary", "consumers.workers.count");
    expect(code).toBe(2);
    expect(said).toContain("sluice: vary: It is PATH=VALUES, as in consumers.workers.count=1..8");
    const bare = await swept(file);
    expect([bare.code, bare.said]).toEqual([2, expect.stringContaining("--vary <path=values>")]);
    const nowhere = at("nowhere/out.json");
    const lost = await swept(file, "--vary", "consumers.workers.count=5", "--json", nowhere);
    expect([lost.code, existsSync(nowhere)]).toEqual([2, false]);
    expect(lost.said).toContain(`sluice: ${nowhere} can't be written: `);
  });

  test("tells the cells that are done at Ctrl-C, and exits with 130", async () => {
    const file = scenario("long.yaml", 400_000);
    const words = [file, "--vary", "consumers.workers.count=5..60", "--json", at("part.json")];
    const { code, out } = await sluice(
      ["simulate", "sweep", ...words, "--threads", "1", "--show", "sent"],
      (_said, kill) => setTimeout(kill, 500),
    );
    expect([code, out]).toEqual([130, expect.stringMatching(/\nInterrupted: \d+ of 56 cells /)]);
    expect(JSON.parse(readFileSync(at("part.json"), "utf8")).isComplete).toBe(false);
  });
});
