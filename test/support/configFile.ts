/**
 * Configuration files of `sluice serve` in a folder of their own, and what the command says of one that
 * it does not take. For tests of the command line; needs a build.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { patience } from "./patience.ts";

/** The command, built. */
export const main = fileURLToPath(new URL("../../dist/engine/cli/main.js", import.meta.url));

export class ConfigFiles {
  readonly folder = mkdtempSync(join(tmpdir(), "sluice-config-"));
  #files = 0;

  /** A file with this text. */
  fileOf(text: string): string {
    this.#files += 1;
    const file = join(this.folder, `${this.#files}.yaml`);
    writeFileSync(file, text);
    return file;
  }

  /** What the command says of a file that it does not take; without the file's own name. */
  refused(text: string): { code: number | null; sentences: string[] } {
    const file = this.fileOf(text);
    const words = [main, "serve", "--port", "0", "--config", file];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, {
      encoding: "utf8",
      timeout: patience(),
    });
    expect(stdout).toBe("");
    const lines = stderr.trimEnd().split("\n");
    const sentences = lines.map((line) => line.replace(`sluice: ${file}`, "FILE"));
    return { code: status, sentences };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
