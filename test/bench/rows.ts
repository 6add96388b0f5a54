/** Rows of a benchmark, made up: what tests print and plot instead of measuring. */
import type { Case, Result, Row, Unit } from "../../bench/result/schema.ts";
import { FORMATTING, LOOK, SCRAPE } from "../../bench/suites/metrics.ts";
import { HANDLER, LOOPBACK, PLUGIN } from "../../bench/suites/sdk.ts";
import { BARE, BODY_BYTES, VERIFIED } from "../../bench/suites/signatures.ts";
import type { Suite, Work } from "../../bench/suites/work.ts";

const base: Case = { type: "standard", quotas: "off", durability: "memory", transport: "http" };
const LOADS = ["send", "arm by delay"];

/** The cases and units that a work answers with. */
function casesOf(work: Work): (readonly [Case, Unit])[] {
  switch (work.kind) {
    case "flow":
    case "inThread":
      return work.units.map((unit) => [work.spec.case, unit]);
    case "plateaus":
      return work.specs.flatMap(({ case: one }): [Case, Unit][] => [
        [one, "messages/s"],
        [one, "calls/s"],
      ]);
    case "promises":
      return [1, 10].map((batch) => [
        { ...base, batch, bodyBytes: 64, load: "promises" },
        "ns/message",
      ]);
    case "latency":
      return work.loads.flatMap((load): [Case, Unit][] => [
        [{ ...work.spec.case, load }, "messages/s"],
        ...work.percentiles.map((percentile): [Case, Unit] => [
          { ...work.spec.case, load, percentile },
          "ms",
        ]),
      ]);
    case "server":
      return ["http, sluice", "http, node:http alone"].map((transport) => [
        { ...base, transport, producers: work.connections, batch: work.batch, load: "SendMessage" },
        "calls/s",
      ]);
    case "simulator":
      return [
        [{ ...base, transport: "simulated", batch: 1 }, "messages/s"],
        [{ ...base, batch: 1, bodyBytes: 64, load: "bare" }, "messages/s"],
        [{ ...base, batch: 1, bodyBytes: 8, load: "bare" }, "messages/s"],
        [{ ...base, transport: "simulated", batch: 10 }, "messages/s"],
      ];
    case "metrics":
      return [LOOK, SCRAPE, FORMATTING].map((load) => [{ ...base, load }, "ms"]);
    case "sdk":
      return [PLUGIN, HANDLER, LOOPBACK].map((transport) => [{ ...base, transport }, "calls/s"]);
    case "signatures":
      return BODY_BYTES.flatMap((bodyBytes): [Case, Unit][] =>
        [VERIFIED, BARE].map((load) => [{ ...base, bodyBytes, load }, "ns/message"]),
      );
    case "soak":
      return [[work.spec.case, "messages/s"]];
    default:
      return LOADS.map((load) => [{ ...base, load, backlog: work.armed }, "ns/message"]);
  }
}

/** The rows that a suite answers with; each row's figure is another. */
export function rowsOf({ name, works }: Suite): Row[] {
  const cases = works().flatMap(casesOf);
  return cases.map(([one, unit], index) => {
    const value = 1_000 + index;
    const samples = [value - 1, value, value + 1];
    return {
      suite: name,
      case: one,
      unit,
      median: value,
      low: value - 1,
      high: value + 1,
      max: value + 1,
      samples,
    };
  });
}

/** A result of these rows, on a machine that there is not. */
export function resultOf(rows: readonly Row[]): Result {
  const jitterMs = { p50: 0.1, p99: 1, p999: 2, max: 3 };
  const environment = { jitterMs, cores: 2, processor: "P", seconds: 1, memoryBytes: 2 ** 30 };
  const rest = { loadBefore: 0, loadAfter: 0, commit: "abc", sharedCores: "none" };
  return { environment: { ...environment, ...rest } as Result["environment"], rows };
}
