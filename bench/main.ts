/**
 * `npm run bench`: what a message costs here; `npm run bench -- server`: how many requests a second
 * `sluice serve` answers; `npm run bench -- consumers`: what a pool of consumers costs;
 * `npm run bench -- worst`: what the worst request of each action costs it.
 * Prints a table to stdout and what it is doing to stderr; `--json FILE` also writes the figures with
 * the machine they were measured on; `--quick` makes fewer rounds, for a look. All rows in one run,
 * their slices interleaved: compare rows, and trust the ratios more than the figures themselves.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { benchConsumers } from "./consumers.ts";
import { describeMachine } from "./machine.ts";
import { benchMessages } from "./messages.ts";
import { benchServer } from "./requests.ts";
import { benchWorst } from "./worst.ts";

const { values, positionals } = parseArgs({
  options: { json: { type: "string" }, quick: { type: "boolean", default: false } },
  allowPositionals: true,
});

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** What a bench has to say, and its figures for a program to read. */
interface Result {
  readonly text: string;
  readonly figures: readonly object[];
}

type Bench = (isQuick: boolean, say: (text: string) => void) => Promise<Result>;

const benches = new Map<string, Bench>([
  ["messages", benchMessages],
  ["server", benchServer],
  ["consumers", benchConsumers],
  ["worst", benchWorst],
]);
const [which = "messages"] = positionals;
const bench = benches.get(which);
if (bench === undefined || positionals.length > 1) {
  say(`bench: ${positionals.join(" ")}: choose one of ${[...benches.keys()].join(", ")}`);
  process.exit(2);
}
const machine = describeMachine();
say(`${machine.processor}, ${machine.cores} cores, Node ${machine.node}, commit ${machine.commit}`);
say(`load average ${machine.loadAverage.toFixed(2)} before the start`);
const { text, figures } = await bench(values.quick, say);
process.stdout.write(`${text}\n`);
if (values.json !== undefined) {
  await writeFile(values.json, `${JSON.stringify({ machine, figures }, null, 2)}\n`);
}
