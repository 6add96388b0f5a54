/** The suites by name, and what is measured in ways of its own and prints tables of its own. */
import { writeFile } from "node:fs/promises";
import type { Options } from "../commandLine.ts";
import { benchDurable } from "../durable/durable.ts";
import { benchPool } from "../pool/pool.ts";
import { environmentText } from "../result/tables.ts";
import { Surroundings } from "../run/environment.ts";
import { benchThreads } from "../threads/threads.ts";
import { benchWorst } from "../worst/worst.ts";
import { backlog } from "./backlog.ts";
import { consumers } from "./consumers.ts";
import { groups } from "./groups.ts";
import { latency } from "./latency.ts";
import { messages } from "./messages.ts";
import { metrics } from "./metrics.ts";
import { sdk } from "./sdk.ts";
import { server } from "./server.ts";
import { signatures } from "./signatures.ts";
import { simulator } from "./simulator.ts";
import { soak } from "./soak.ts";
import { timers } from "./timers.ts";
import { types } from "./types.ts";
import type { Suite } from "./work.ts";

export const SUITES: ReadonlyMap<string, Suite> = new Map(
  [
    types,
    timers,
    messages,
    groups,
    backlog,
    consumers,
    soak,
    latency,
    server,
    simulator,
    metrics,
    signatures,
    sdk,
  ].map((suite) => [suite.name, suite]),
);

export interface Program {
  readonly name: string;
  readonly about: string;
  /** Answers the exit code; `say` is told what is going on. */
  run(options: Options, say: (text: string) => void): Promise<number>;
}

/** Answers what to print, and figures for a program to read. */
type Bench = (
  isQuick: boolean,
  say: (text: string) => void,
) => Promise<{ readonly text: string; readonly figures: readonly object[] }>;

function programOf(name: string, about: string, bench: Bench): [string, Program] {
  const run: Program["run"] = async ({ isQuick, json }, say) => {
    const surroundings = new Surroundings();
    const { text, figures } = await bench(isQuick, say);
    const environment = await surroundings.end();
    process.stdout.write(`${environmentText(environment)}\n\n${text}\n`);
    if (json !== undefined) {
      await writeFile(json, `${JSON.stringify({ environment, figures }, null, 2)}\n`);
    }
    return 0;
  };
  return [name, { name, about, run }];
}

export const PROGRAMS: ReadonlyMap<string, Program> = new Map([
  programOf("pool", "a pool beside a loop by hand and piscina.run; its targets", benchPool),
  programOf("threads", "two threads beside postMessage", benchThreads),
  programOf(
    "durable",
    "messages kept in a directory: sent and deleted durably, and starts",
    benchDurable,
  ),
  programOf("worst", "the worst request of each action: how long it keeps the thread", benchWorst),
]);
