/**
 * Kills threads as told by the file named on the command line, and prints the report. A program of
 * its own, so that any Node can run it. Runs from dist/.
 */
import { readFileSync } from "node:fs";
import { type Round, runKills } from "./killsRun.ts";

export interface Files {
  readonly engine: string;
  readonly probe: string;
  readonly driver: string;
  readonly recorder: string;
  readonly round: Round;
  readonly kills: number;
  readonly seed: number;
}

const files = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Files;
const report = await runKills({
  ...files,
  engine: readFileSync(files.engine),
  probe: readFileSync(files.probe),
  driver: readFileSync(files.driver),
  recorder: readFileSync(files.recorder),
});
console.log(JSON.stringify(report));
