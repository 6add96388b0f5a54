/** What Prometheus's page is made of: families of lines. Types only. */

export type Labels = Readonly<Record<string, string>>;

export interface Line {
  readonly value: number;
  readonly labels?: Labels;
  /** Labels that other lines have as well: their text is made once an object. */
  readonly sharedLabels?: Labels;
  /** Where it is another than the family's: a histogram's buckets, sums and counts. */
  readonly metricName?: string;
}

export interface Family {
  readonly name: string;
  /** A sentence. */
  readonly help: string;
  readonly type: "gauge" | "counter" | "histogram";
  readonly lines: readonly Line[];
}
