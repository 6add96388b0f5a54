/** The command `sluice` as it is typed, for tests; it runs from dist/: build first. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/engine/cli/main.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly said: string;
}

/** Runs the command; `onSaid` is told what standard error has, as it grows. `input` is what it reads. */
export function sluice(
  words: readonly string[],
  onSaid?: (said: string, kill: () => void) => void,
  input = "",
) {
  const child = spawn(process.execPath, [main, ...words], { stdio: ["pipe", "pipe", "pipe"] });
  // Whoever does not read closes it.
  child.stdin.on("error", () => {}).end(input);
  let [out, said] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    onSaid?.(said, () => child.kill("SIGINT"));
  });
  return new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, said }));
  });
}
