/**
 * A newer Node than the oldest that the package asks for, from npm's registry or its cache. Installed once
 * into build/, where all tests and later runs find it.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { patience } from "./patience.ts";

export const NEWER_MAJOR = "24";

const build = fileURLToPath(new URL("../../build", import.meta.url));
const place = join(build, `node-${NEWER_MAJOR}`);
const bin = join("node_modules", "node", "bin");

function install(folder: string): void {
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const words = ["install", `node@${NEWER_MAJOR}`, "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", words, { cwd: folder, stdio: "ignore", timeout: patience(600_000) });
}

/** The folder in which its `node` lies; throws where it can't be had. */
export function newerNode(): string {
  if (existsSync(join(place, bin, "node"))) return join(place, bin);
  mkdirSync(build, { recursive: true });
  // Another process may do the same at the same time: what has the name is whole.
  const folder = mkdtempSync(`${place}-`);
  try {
    install(folder);
    renameSync(folder, place);
  } catch (error) {
    if (!existsSync(join(place, bin, "node"))) throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return join(place, bin);
}
