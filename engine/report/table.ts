/**
 * A table as plain data: what the benchmark and the simulator print, write as Markdown and show in
 * their pages, the same rows each time.
 */

/** A text, a number as people read it (`4,123,000`), or nothing. */
export type Cell = string | number | null;

export interface Column {
  readonly label: string;
  /** As an axis has it (chart.ts): shown with every number of the column. */
  readonly unit?: string;
  /** To the right where all of the column's cells are numbers or nothing, if not given. */
  readonly align?: "left" | "right";
}

export interface Table {
  readonly caption?: string;
  readonly columns: readonly Column[];
  /** In each row a cell for each column. */
  readonly rows: readonly (readonly Cell[])[];
}
