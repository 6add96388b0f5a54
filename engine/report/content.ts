/**
 * What a report says: the shape that page.ts makes one HTML page of. Plain data, like the charts and
 * tables in it.
 */
import type { Chart } from "./chart.ts";
import type { Table } from "./table.ts";

export interface Section {
  readonly heading: string;
  readonly text?: string;
  readonly charts?: readonly Chart[];
  readonly table?: Table;
}

export interface PageContent {
  /** What it is a report of: `Standard and FIFO on this machine`. */
  readonly title: string;
  /** The answer, in one sentence with its figures. */
  readonly lead: string;
  /** Where and how it was measured, each a name and a value: processor, cores, Node, commit, seed. */
  readonly environment?: readonly (readonly [name: string, value: string])[];
  readonly sections: readonly Section[];
  /** The whole result, which the page carries so that it can be saved from it; JSON. */
  readonly data: unknown;
}
