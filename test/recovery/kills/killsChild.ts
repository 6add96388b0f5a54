/**
 * Starts runs of killsMain.ts: compiles what a victim needs besides the engine, on this Node, and
 * runs the program on this or another one.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "vitest";
import { testedBuild } from "../../support/builds.ts";
import { compile, compileEntry } from "../../support/compile.ts";
import type { Files } from "./killsMain.ts";
import { type KillsReport, MIXED, type Round } from "./killsRun.ts";

const RECORDER = `
  export function mark(at: u32): void { store<u8>(at, 1); }
  export function put(at: u32, value: u32): void { store<u32>(at, value); }`;

/** What is killed is what ships, unless SLUICE_ENGINE names the debug build. */
function killed(): string {
  return testedBuild() === "debug" ? "build/engine.debug.wasm" : "dist/engine.wasm";
}

function here(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

export interface Wanted {
  readonly kills: number;
  readonly seed: number;
  /** Who is killed how; MIXED in expectKills. */
  readonly round: Round;
  /** A Node's executable; this one where none is given. */
  readonly node?: string;
  /** An engine's binary; the one under test where none is given. */
  readonly engine?: Uint8Array;
  readonly timeoutMs: number;
}

/** A folder with what victims need; `close` removes it. */
export class Killing {
  readonly folder = mkdtempSync(join(tmpdir(), "sluice-kills-"));
  #runs = 0;

  async prepare(): Promise<void> {
    writeFileSync(join(this.folder, "driver.wasm"), await compileEntry("assembly/probe/drive.ts"));
    writeFileSync(join(this.folder, "recorder.wasm"), await compile(RECORDER, "release"));
  }

  /** Kills and answers what was seen; rejects with what the run found broken. */
  async run({ kills, seed, round, node, engine, timeoutMs }: Wanted): Promise<KillsReport> {
    const run = join(this.folder, `run${this.#runs++}`);
    if (engine !== undefined) writeFileSync(`${run}.wasm`, engine);
    const files: Files = {
      engine: engine === undefined ? here(killed()) : `${run}.wasm`,
      probe: here(`build/engine.${testedBuild()}.wasm`),
      driver: join(this.folder, "driver.wasm"),
      recorder: join(this.folder, "recorder.wasm"),
      round,
      kills,
      seed,
    };
    writeFileSync(`${run}.json`, JSON.stringify(files));
    const { stdout } = await promisify(execFile)(
      node ?? process.execPath,
      [here("dist/test/recovery/kills/killsMain.js"), `${run}.json`],
      { timeout: timeoutMs, killSignal: "SIGKILL" },
    );
    return JSON.parse(stdout) as KillsReport;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What holds of a mixed run, whatever its size; the report is said aloud. */
export async function expectKills(
  killing: Killing,
  wanted: Omit<Wanted, "round">,
): Promise<KillsReport> {
  const report = await killing.run({ ...wanted, round: MIXED });
  const { kills, driverKills, inside, manners } = report;
  const told = Object.entries(manners).map(([name, one]) => `${name} ${one.kills} (${one.inside})`);
  console.log(
    `node ${report.node}: ${kills} kills, ${inside} inside a call, ${driverKills} in WebAssembly's ` +
      `own loop; ${told.join(", ")}; ${report.sent} messages, ${report.told} effects read, ` +
      `${report.restated} shards stated again, ${report.ms} ms`,
  );
  expect(report.locksHeld).toBe(0);
  // A trap strikes inside sections now and then, and somebody rebuilds.
  expect(report.told).toBeGreaterThan(kills);
  expect(report.restated).toBeGreaterThan(0);
  expect(kills).toBeGreaterThanOrEqual(wanted.kills);
  expect(inside).toBeGreaterThan(kills * 0.3);
  expect(driverKills).toBeGreaterThan(kills * 0.4);
  expect(Math.min(...Object.values(manners).map((one) => one.kills))).toBeGreaterThan(kills / 40);
  return report;
}
