/**
 * What Prometheus is told of the journal: how far it is, what it writes, how long syncs take. For a server
 * whose broker keeps its messages in a directory. Reads what the journal's thread says of itself.
 */
import type { JournalNumber, JournalNumbers } from "../../broker/durable/journalNumbers.ts";
import type { Family } from "./family.ts";

interface Told {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly number: JournalNumber | "lagMs";
  /** What one of the number is of the family's unit. */
  readonly unit?: number;
}

const told: readonly Told[] = [
  {
    name: "sluice_journal_records_bytes_total",
    help: "Bytes of records that were put into the journal since it was made.",
    type: "counter",
    number: "appended",
  },
  {
    name: "sluice_journal_durable_bytes_total",
    help: "As many of them as the disk has.",
    type: "counter",
    number: "durable",
  },
  {
    name: "sluice_journal_disk_bytes_total",
    help: "Bytes given to the disk since the start, with what stands around records.",
    type: "counter",
    number: "diskBytes",
  },
  {
    name: "sluice_journal_reserve_bytes_total",
    help: "Bytes of zeros besides, of the reserve for a full disk.",
    type: "counter",
    number: "reserveBytes",
  },
  {
    name: "sluice_journal_batches_total",
    help: "Batches written since the start.",
    type: "counter",
    number: "batches",
  },
  {
    name: "sluice_journal_syncs_total",
    help: "Syncs since the start.",
    type: "counter",
    number: "syncs",
  },
  {
    name: "sluice_journal_sync_seconds_total",
    help: "Time that they took.",
    type: "counter",
    number: "syncMs",
    unit: 0.001,
  },
  {
    name: "sluice_journal_lag_seconds",
    help: "Age of the oldest effect that is not on the disk yet, at the most: 0, all are.",
    type: "gauge",
    number: "lagMs",
    unit: 0.001,
  },
  {
    name: "sluice_journal_segments",
    help: "Segments that there are.",
    type: "gauge",
    number: "segments",
  },
  {
    name: "sluice_journal_held_bytes",
    help: "Bytes of all segments.",
    type: "gauge",
    number: "heldBytes",
  },
  {
    name: "sluice_journal_room",
    help: "Room on the disk: 0 enough, 1 sends are refused, 2 nothing can be written.",
    type: "gauge",
    number: "room",
  },
  {
    name: "sluice_journal_cleaned_segments_total",
    help: "Segments taken away since the start.",
    type: "counter",
    number: "cleaned",
  },
  {
    name: "sluice_journal_restated_bytes_total",
    help: "Bytes written again for that since the start.",
    type: "counter",
    number: "restatedBytes",
  },
  {
    name: "sluice_journal_lives",
    help: "How many times the journal was begun.",
    type: "gauge",
    number: "lives",
  },
  {
    name: "sluice_journal_recovered_messages",
    help: "Messages that were there at the start.",
    type: "gauge",
    number: "recoveredMessages",
  },
  {
    name: "sluice_journal_recovery_seconds",
    help: "How long it took to read the journal at the start.",
    type: "gauge",
    number: "recoveryMs",
    unit: 0.001,
  },
];

/** None without a journal. */
export function journalFamilies(numbers: JournalNumbers | undefined): Family[] {
  if (numbers === undefined) return [];
  return told.map(({ name, help, type, number, unit = 1 }) => ({
    ...{ name, help, type },
    lines: [{ value: (number === "lagMs" ? numbers.lagMs : numbers.get(number)) * unit }],
  }));
}
