/**
 * The questions of `sluice simulate init` at a terminal: each is asked with its usual answer, again where the
 * answer is none, and whoever leaves before the last one gets no file. It runs from dist/: build first.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { beginningText } from "../../engine/simulator/questions/beginning.ts";
import { patience } from "../support/patience.ts";
import { requireTool } from "../support/tools.ts";
import { atTerminal, CTRL_C, CTRL_D, ENTER } from "./terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-terminal-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

const rate = "at the peak? [10] ";
const time = "(msg_processing_time)? [100ms] ";
const latency = "(acceptable_latency)? [10s] ";
const failures = "handlings fail? [1%] ";
const kind = "standard or fifo? [standard] ";

describe.skipIf(!requireTool("script"))("at a terminal", { timeout: patience(120_000) }, () => {
  test("answers are asked for, again where they are none, and Enter is the usual one", async () => {
    const file = at("asked.yaml");
    const { code, shown } = await atTerminal(
      ["simulate", "init", file],
      [
        { after: rate, keys: `many${ENTER}` },
        { after: rate, keys: `20${ENTER}` },
        { after: time, keys: `2s${ENTER}` },
        { after: latency, keys: `1s${ENTER}` },
        { after: latency, keys: `10s${ENTER}` },
        { after: failures, keys: ENTER },
        { after: kind, keys: `lifo${ENTER}` },
        { after: kind, keys: `fifo${ENTER}` },
      ],
    );
    expect(shown).toContain("--messages-per-second: It is a number of messages a second, above 0");
    expect(shown).toContain("--acceptable-latency: It is more than --msg-processing-time.");
    expect(shown).toContain("--kind: It is standard or fifo.");
    expect(shown).toContain(`${file} is written. Go on with:`);
    expect(code).toBe(0);
    const answers = { messagesPerSecond: 20, processingSeconds: 2, latencySeconds: 10 };
    const others = { failureShare: 0.01, isFifo: true };
    expect(readFileSync(file, "utf8")).toBe(beginningText({ ...answers, ...others }));
  });

  test.each([
    ["Ctrl-C", CTRL_C, 130, "Interrupted; nothing is written."],
    ["the end of what is typed", CTRL_D, 2, "Answers are missing; nothing is written."],
  ])("%s ends it, and nothing is written", async (_, keys, exitCode, sentence) => {
    const file = at("left.yaml");
    const { code, shown } = await atTerminal(
      ["simulate", "init", file],
      [
        { after: rate, keys: `20${ENTER}` },
        { after: time, keys },
      ],
    );
    expect(shown).toContain(`sluice: ${sentence}`);
    expect(shown).not.toContain("Warning");
    expect(code).toBe(exitCode);
    expect(existsSync(file)).toBe(false);
  });
});
