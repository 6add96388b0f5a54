/**
 * What is licensed under other terms than this package answers questions of tests, and nothing else: no
 * file that ships or that others import names it, and nobody who installs the package gets it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** AGPL: the scope of the evaluation of policies that tests compare with. */
const SCOPE = "@cloud-copilot";
const shipped = ["engine", "bindings", "assembly", "bench", "scripts", "examples", "dist"];

function filesNaming(word: string, folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(c|m)?(js|ts)$|\.json$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => readFileSync(path, "utf8").includes(word)),
  );
}

test("no file that ships names the package that tests compare policies with", () => {
  expect(filesNaming(SCOPE, shipped)).toEqual([]);
  // The reader does find it where it is.
  expect(filesNaming(SCOPE, ["test/policy"]).length).toBeGreaterThan(0);
});

test("it is a development dependency alone, with all that it needs", () => {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Readonly<Record<string, { dev?: boolean }>>;
  };
  const own = Object.entries(packages).filter(([path]) => path.includes(SCOPE));
  expect(own.length).toBeGreaterThan(0);
  expect(own.filter(([, { dev }]) => dev !== true)).toEqual([]);
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const { dependencies, optionalDependencies, peerDependencies, bundleDependencies } = manifest;
  const installed = [dependencies, optionalDependencies, peerDependencies, bundleDependencies];
  expect(JSON.stringify(installed)).not.toContain(SCOPE);
});
