/** What `sluice journal inspect` prints for people. Pure. */
import { type Table, tableText } from "../../report/table.ts";
import { full, quantity } from "../../report/words.ts";
import type { Summary } from "./summary.ts";

/** Queues that are shown by their names. */
const QUEUES_MAX = 50;

export function printed(summary: Summary): string {
  const { directory, journal, lives, account, region, tornBytes } = summary;
  const whose = account === null ? "" : `, of account ${account} in ${region}`;
  const lines = [
    `${directory}: journal ${journal ?? "(unknown)"}${whose}, begun ${times(lives)}`,
    `${count(summary.segments.length, "segment")} of ${quantity(summary.bytes, "bytes")}, ` +
      `${count(summary.batches, "batch", "batches")} with ${quantity(summary.recordBytes, "bytes")} of records`,
    ...(tornBytes === 0
      ? []
      : [
          `${quantity(tornBytes, "bytes")} at the end are behind the last whole batch: what a crash left, ` +
            "or what the file had before it was written anew",
        ]),
    "",
    tableText(segmentsOf(summary)),
    "",
    tableText(entriesOf(summary)),
    "",
    queuesOf(summary),
  ];
  return lines.join("\n");
}

function times(lives: number): string {
  return lives === 1 ? "once" : `${full(lives)} times`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${full(number)} ${number === 1 ? one : many}`;
}

function segmentsOf({ segments }: Summary): Table {
  return {
    columns: [
      { label: "segment" },
      { label: "size", unit: "bytes" },
      { label: "life" },
      { label: "first batch" },
      { label: "batches" },
      { label: "records", unit: "bytes" },
      { label: "begun" },
    ],
    rows: segments.map((one) => [
      ...[one.name, one.bytes, one.life, one.firstBatch, one.batches, one.recordBytes],
      one.writtenAt,
    ]),
  };
}

function entriesOf({ entries }: Summary): Table {
  return {
    columns: [{ label: "entries" }, { label: "count" }, { label: "size", unit: "bytes" }],
    rows: Object.entries(entries).map(([kind, tally]) => [kind, tally.count, tally.bytes]),
  };
}

function queuesOf({ queues, account }: Summary): string {
  if (queues.length === 0) return "No queues.";
  const shown = queues.slice(0, QUEUES_MAX).map((queue) => {
    const before = queue.account === account ? "" : `${queue.account}/`;
    return `  ${String(queue.number).padStart(4)}  ${before}${queue.name}`;
  });
  const more = queues.length - shown.length;
  return [
    `${count(queues.length, "queue")}, by number:`,
    ...shown,
    ...(more === 0 ? [] : [`  and ${count(more, "more", "more")}; --json has all`]),
  ].join("\n");
}
