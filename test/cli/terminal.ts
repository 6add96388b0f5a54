/**
 * A command at a pseudo-terminal, made by `script` of util-linux: what it prints is read as it comes, and keys
 * are typed when a text has been seen.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { patience } from "../support/patience.ts";

const main = fileURLToPath(new URL("../../dist/engine/cli/main.js", import.meta.url));

export interface Typed {
  /** The text after which it is typed. */
  readonly after: string;
  readonly keys: string;
}

export const ENTER = "\r";
export const CTRL_C = "\x03";
export const CTRL_D = "\x04";

/** Runs `sluice` with these words, which have no blanks; its exit code and all that the terminal showed. */
export async function atTerminal(
  words: readonly string[],
  typed: readonly Typed[],
): Promise<{ code: number | null; shown: string }> {
  const command = [process.execPath, main, ...words].join(" ");
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), patience());
  let [shown, seen] = ["", 0];
  const left = [...typed];
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text: string) => {
    shown += text;
    for (let next = left[0]; next !== undefined; next = left[0]) {
      const at = shown.indexOf(next.after, seen);
      if (at < 0) return;
      seen = at + next.after.length;
      left.shift();
      child.stdin.write(next.keys);
    }
  });
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);
  return { code, shown };
}
