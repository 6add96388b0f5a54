/**
 * Compiles AssemblyScript in memory with the options of one of asconfig.json's targets: a piece of
 * text, a file of assembly/ with what it imports, or the engine with some of its files changed, so
 * that a test can plant a defect and see that the release build's checks would report it.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileString, main } from "assemblyscript/asc";

interface Config {
  options: Record<string, unknown>;
  targets: Record<string, Record<string, unknown>>;
}

/** The module that `source` compiles to; throws what the compiler says when it does not compile. */
export async function compile(source: string, target: "release" | "debug"): Promise<Uint8Array> {
  const file = new URL("../../asconfig.json", import.meta.url);
  const config = JSON.parse(readFileSync(file, "utf8")) as Config;
  const {
    outFile,
    textFile,
    sourceMap,
    transform: last = [],
    ...own
  } = config.targets[target] ?? {};
  const { transform: first = [], ...shared } = config.options;
  const transform = [first, last].flat().map((path) => fileURLToPath(new URL(String(path), file)));
  const options = { ...shared, ...own, transform };
  const { error, binary, stderr } = await compileString(source, options);
  if (error !== null || binary === null) throw error ?? new Error(stderr.toString());
  return binary;
}

/**
 * The release build of `entry`, a path from the repository's root. `changes` maps such paths to the
 * text that is compiled in place of the file's own.
 */
export async function compileEntry(
  entry: string,
  changes: ReadonlyMap<string, string> = new Map(),
): Promise<Uint8Array> {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  let binary: Uint8Array | undefined;
  const { error, stderr } = await main([entry, "--baseDir", root, "--target", "release"], {
    readFile: (name) => {
      const file = `${root}${name}`;
      return changes.get(name) ?? (existsSync(file) ? readFileSync(file, "utf8") : null);
    },
    writeFile: (name, contents) => {
      if (name.endsWith(".wasm") && typeof contents !== "string") binary = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) throw error ?? new Error(stderr.toString());
  return binary;
}
