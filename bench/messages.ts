/** The bench of the queue itself: one thread, two threads, promises. */
import { Broker } from "../engine/index.ts";
import { CYCLES, makeRows, nameOf } from "./cycle.ts";
import { makeFifoRows } from "./fifo.ts";
import { measurePromises } from "./promises.ts";
import { type Figure, measure } from "./slices.ts";
import { measureThreads } from "./threads.ts";

const MEMORY_BYTES = 3.5 * 1024 ** 3;
const MESSAGES_MAX = 2_300_000;

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

/** What a message costs, in nanoseconds; `say` is told what is going on. */
export async function benchMessages(
  isQuick: boolean,
  say: (text: string) => void,
): Promise<{ text: string; figures: readonly Figure[] }> {
  const rounds = isQuick ? 5 : 25;
  const broker = await Broker.open({ memoryBytes: MEMORY_BYTES, messagesMax: MESSAGES_MAX });
  say("filling two queues with a million messages each ...");
  const rows = [...(await makeRows(broker)), ...(await makeFifoRows(broker))];
  const figures = measure(rows, rounds, (round) => say(`one thread: round ${round} of ${rounds}`));
  for (const bytes of [64, 1024]) {
    const told = (round: number) => say(`two threads, ${bytes} B: round ${round} of ${rounds}`);
    figures.push(...(await measureThreads(broker, bytes, rounds, told)));
  }
  say("promises ...");
  figures.push(...(await measurePromises(broker, isQuick ? 300 : 2000)));
  await broker.close();
  return { text: `${table(figures)}\n\n${ratios(figures).join("\n")}`, figures };
}
