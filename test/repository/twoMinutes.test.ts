/**
 * The first two minutes of somebody who tests with the package, as docs/TESTING.md shows them: it is packed
 * and installed into an empty folder, and vitest runs the page's file there. The dependencies come from
 * npm's cache or its registry; vitest and AWS's SDK are those of this project, to which the folder has links.
 */
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { patience } from "../support/patience.ts";
import { snippetsOf } from "../support/snippets.ts";

const TIMEOUT_MS = patience(600_000);
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sluice-two-minutes-"));
const project = join(folder, "project");
const page = readFileSync(join(root, "docs/TESTING.md"), "utf8");

function npm(cwd: string, ...args: string[]): void {
  execFileSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], {
    ...{ cwd, timeout: TIMEOUT_MS },
  });
}

beforeAll(() => {
  // The scripts would build again what `npm test` has just built.
  npm(root, "pack", "--ignore-scripts", "--pack-destination", folder);
  const tarball = readdirSync(folder).find((file) => file.endsWith(".tgz")) ?? "no package";
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "private": true }\n');
  npm(project, "install", join(folder, tarball));
  for (const name of ["vitest", "@aws-sdk"]) {
    symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
  }
}, TIMEOUT_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(
  "a test file starts a server, sends by the SDK, moves time, sees the dead letter and resets",
  () => {
    const file = snippetsOf(page).find(({ text }) => text.startsWith("// orders.test.mjs\n"));
    writeFileSync(join(project, "orders.test.mjs"), file?.text ?? "");
    const env = { PATH: process.env.PATH, HOME: process.env.HOME };
    const vitest = join(project, "node_modules", "vitest", "vitest.mjs");
    const output = execFileSync(process.execPath, [vitest, "run", "--reporter=json"], {
      ...{ cwd: project, env, encoding: "utf8", timeout: TIMEOUT_MS },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const { success, numPassedTests, testResults } = JSON.parse(output.slice(output.indexOf("{")));
    expect({ success, numPassedTests }).toEqual({ success: true, numPassedTests: 2 });
    expect(testResults[0].name).toBe(join(project, "orders.test.mjs"));
  },
  TIMEOUT_MS,
);
