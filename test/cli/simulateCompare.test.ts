/** `sluice simulate compare`, as it is typed: its outputs and its exit codes. Runs from dist/: build first. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { patience } from "../support/patience.ts";
import { sluice } from "./sluice.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-compare-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function scenario(name: string, count: number): string {
  const file = join(folder, name);
  writeFileSync(
    file,
    `horizon: { messages: 300 }
queues: { work: {} }
producers: { web: { queue: work, arrivals: { poisson: { perSecond: 3 } } } }
consumers: { workers: { queue: work, count: ${count}, service: { exponential: { meanSeconds: 1 } } } }
`,
  );
  return file;
}

const compared = (...words: string[]) => sluice(["simulate", "compare", ...words]);

describe("sluice simulate compare", { timeout: patience(60_000) }, () => {
  const four = scenario("four.yaml", 4);
  const five = scenario("five.yaml", 5);

  test("says which is better, and writes it", async () => {
    const [json, html] = [join(folder, "out.json"), join(folder, "out.html")];
    const { code, out, said } = await compared(four, five, "--json", json, "--html", html);
    expect([code, said]).toEqual([0, `sluice: comparing ${four} and ${five}\n`]);
    expect(out).toMatch(/^wait mean .* better$/m);
    const { verdict, replications } = JSON.parse(readFileSync(json, "utf8"));
    expect(out.endsWith(`\n\n${verdict}\n`)).toBe(true);
    expect([verdict, replications]).toEqual([
      expect.stringContaining(`${five} is better: wait mean `),
      10,
    ]);
    expect(readFileSync(html, "utf8")).toContain("No difference to be seen in ");
  });

  test("exits with 1 where it is worse, if that is asked for", async () => {
    const asked = ["--fail-if-worse", "5", "--threads", "1"];
    const worse = await compared(five, four, ...asked);
    expect([worse.code, worse.said]).toEqual([
      1,
      expect.stringMatching(/\nsluice: Worse by 5 % or more: wait mean, .*\.\n$/),
    ]);
    expect((await compared(four, five, ...asked)).code).toBe(0);
  });

  test("tells what is wrong, and exits with 2", async () => {
    const two = scenario("two.yaml", 2);
    const growing = await compared(four, two);
    expect([growing.code, growing.out]).toEqual([2, ""]);
    expect(growing.said).toContain(`sluice: ${two}: work: the queue grows by 1 messages a second`);
    const few = await compared(four, five, "--replications", "1");
    expect([few.code, few.said]).toEqual([
      2,
      expect.stringContaining("It is a whole number from 2 to 10000."),
    ]);
  });
});
