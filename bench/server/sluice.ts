/** A `sluice serve` in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../engine/cli/main.js", import.meta.url));

export interface Child {
  readonly child: ChildProcess;
  readonly port: number;
  readonly pid: number;
}

export async function startSluice(nodeOptions: readonly string[] = []): Promise<Child> {
  const fixed = ["serve", "--port", "0", "--memory", "512MiB", "--log-level", "error"];
  const child: ChildProcess = spawn(process.execPath, [...nodeOptions, MAIN, ...fixed], {
    // With a channel for what Node's options may load.
    stdio: ["ignore", "pipe", "inherit", ...(nodeOptions.length > 0 ? (["ipc"] as const) : [])],
  });
  if (child.stdout === null) throw new Error("sluice serve has no output");
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /listening on .*:(\d+)$/.exec(line)?.[1];
    if (port !== undefined) return { child, port: Number(port), pid: child.pid ?? 0 };
  }
  throw new Error("sluice serve did not start");
}
