/**
 * `npm run bench`: what a message costs here. Prints a table to stdout and what it is doing to
 * stderr; `--json FILE` also writes the figures with the machine they were measured on; `--quick`
 * makes fewer rounds, for a look. All rows in one run, their slices interleaved: compare rows, and
 * trust the ratios more than the nanoseconds.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Broker } from "../engine/index.ts";
import { CYCLES, makeRows, nameOf } from "./cycle.ts";
import { makeFifoRows } from "./fifo.ts";
import { describeMachine } from "./machine.ts";
import { measurePromises } from "./promises.ts";
import { type Figure, measure } from "./slices.ts";
import { measureThreads } from "./threads.ts";

const MEMORY_BYTES = 3.5 * 1024 ** 3;
const MESSAGES_MAX = 2_200_000;

const { values } = parseArgs({
  options: { json: { type: "string" }, quick: { type: "boolean", default: false } },
});

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function table(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  const cell = (value: number) => value.toFixed(0).padStart(9);
  const lines = figures.map(
    ({ name, median, least }) => `${name.padEnd(width)} ${cell(median)} ${cell(least)}`,
  );
  return [`${"ns a message".padEnd(width)}    median     least`, ...lines].join("\n");
}

function medianOf(figures: readonly Figure[], name: string): number {
  return figures.find((figure) => figure.name === name)?.median ?? Number.NaN;
}

/** The comparisons that the figures are for. */
function ratios(figures: readonly Figure[]): string[] {
  const ways = (bytes: number, way: string) => medianOf(figures, `two threads, ${bytes} B: ${way}`);
  const lines = [64, 1024].flatMap((bytes) => {
    const ours = ways(bytes, "sluice, batch 10");
    return [
      `two threads, ${bytes} B: ${(ways(bytes, "postMessage") / ours).toFixed(1)} times postMessage one by one, ` +
        `${(ways(bytes, "postMessage, arrays of 10") / ours).toFixed(1)} times postMessage in arrays of 10`,
    ];
  });
  for (const cycle of CYCLES) {
    if (cycle.backlog === 0) continue;
    const empty = medianOf(figures, nameOf({ ...cycle, backlog: 0 }));
    const factor = (medianOf(figures, nameOf(cycle)) / empty).toFixed(2);
    lines.push(`${nameOf(cycle)}: ${factor} times the cost of an empty queue`);
  }
  return lines;
}

const rounds = values.quick ? 5 : 25;
const machine = describeMachine();
say(`${machine.processor}, ${machine.cores} cores, Node ${machine.node}, commit ${machine.commit}`);
say(`load average ${machine.loadAverage.toFixed(2)} before the start`);
const broker = await Broker.open({ memoryBytes: MEMORY_BYTES, messagesMax: MESSAGES_MAX });
say("filling two queues with a million messages each ...");
const rows = [...(await makeRows(broker)), ...(await makeFifoRows(broker))];
const figures = measure(rows, rounds, (round) => say(`one thread: round ${round} of ${rounds}`));
for (const bytes of [64, 1024]) {
  const told = (round: number) => say(`two threads, ${bytes} B: round ${round} of ${rounds}`);
  figures.push(...(await measureThreads(broker, bytes, rounds, told)));
}
say("promises ...");
figures.push(...(await measurePromises(broker, values.quick ? 300 : 2000)));
await broker.close();
process.stdout.write(`${table(figures)}\n\n${ratios(figures).join("\n")}\n`);
if (values.json !== undefined) {
  await writeFile(values.json, `${JSON.stringify({ machine, figures }, null, 2)}\n`);
}
