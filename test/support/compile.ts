/**
 * Compiles a piece of AssemblyScript in memory with the options of one of asconfig.json's targets, so
 * that a test can plant a defect and see that the release build's checks would report it.
 */
import { readFileSync } from "node:fs";
import { compileString } from "assemblyscript/asc";

interface Config {
  options: Record<string, unknown>;
  targets: Record<string, Record<string, unknown>>;
}

/** The module that `source` compiles to; throws what the compiler says when it does not compile. */
export async function compile(source: string, target: "release" | "debug"): Promise<Uint8Array> {
  const file = new URL("../../asconfig.json", import.meta.url);
  const config = JSON.parse(readFileSync(file, "utf8")) as Config;
  const { outFile, textFile, sourceMap, ...own } = config.targets[target] ?? {};
  const { error, binary, stderr } = await compileString(source, { ...config.options, ...own });
  if (error !== null || binary === null) throw error ?? new Error(stderr.toString());
  return binary;
}
