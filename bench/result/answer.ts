/** The answer in words to what most people ask: how fast is Standard, how fast is FIFO. */
import { inWords } from "../../engine/report/words.ts";
import { FORMATTING, LOOK, SCRAPE } from "../suites/metrics.ts";
import { BARE, BODY_BYTES, VERIFIED } from "../suites/signatures.ts";
import type { Case, Row } from "./schema.ts";

/** Its suites have a sentence. */
const SUITES = ["types", "server", "simulator", "metrics", "signatures"];

function rateOf(rows: readonly Row[], wanted: Partial<Case>): number | undefined {
  const found = rows.find(
    ({ unit, case: one }) =>
      unit === "messages/s" &&
      Object.entries(wanted).every(([key, value]) => one[key as keyof Case] === value),
  );
  return found?.median;
}

/** How much of the bare server's rate is left, action by action, with 16 connections. */
function serverAnswer(rows: readonly Row[]): string {
  const actions = [...new Set(rows.map(({ case: one }) => one.load))];
  const rate = (transport: string, load: Case["load"]) =>
    rows.find(
      ({ case: one }) =>
        one.transport === transport && one.load === load && one.producers === 16 && one.batch === 1,
    )?.median ?? Number.NaN;
  const shares = actions.map((action) => {
    const share = rate("http, sluice", action) / rate("http, node:http alone", action);
    return `${action} ${share.toFixed(2)}`;
  });
  return `of a bare server's calls over 16 connections sluice serve answers: ${shares.join(", ")}.`;
}

/** A simulated message's rate beside those of the same calls, and of tens beside it. */
function simulatorAnswer(rows: readonly Row[]): string {
  const rate = (wanted: Partial<Case>) => rateOf(rows, wanted) ?? Number.NaN;
  const simulated = rate({ transport: "simulated", batch: 1 });
  const of = (wanted: Partial<Case>) => (simulated / rate(wanted)).toFixed(2);
  const tens = (rate({ transport: "simulated", batch: 10 }) / simulated).toFixed(2);
  const bare = [64, 8].map((bodyBytes) => of({ load: "bare", bodyBytes }));
  const row = of({ transport: "in-thread sync text", producers: 1 });
  return (
    `simulated ${inWords(simulated)} messages a second, ${bare.join(" and ")} of a bare loop with texts ` +
    `of 64 B and 8 B, ${row} of single messages of 64 B; tens ${tens} times as many.`
  );
}

/** Of a core, as a server takes a look each second; a scrape beside what its lines cost at the least. */
function metricsAnswer(rows: readonly Row[]): string {
  const ms = (load: string) => rows.find(({ case: one }) => one.load === load)?.median;
  const [look, scrape, formatting] = [ms(LOOK), ms(SCRAPE), ms(FORMATTING)];
  if (look === undefined || scrape === undefined || formatting === undefined) return "";
  const share = ((look / 1e3) * 100).toFixed(2);
  const times = (scrape / formatting).toFixed(1);
  return `${LOOK} each second takes ${share} % of a core; ${SCRAPE} ${times} times the formatting of its lines.`;
}

function signaturesAnswer(rows: readonly Row[]): string {
  const ns = (load: string, bodyBytes: number) =>
    rows.find(({ case: one }) => one.load === load && one.bodyBytes === bodyBytes)?.median;
  const times = BODY_BYTES.flatMap((bytes) => {
    const [verified, bare] = [ns(VERIFIED, bytes), ns(BARE, bytes)];
    if (verified === undefined || bare === undefined) return [];
    return [`${(verified / bare).toFixed(2)} times with ${bytes} B`];
  });
  if (times.length === 0) return "";
  return `to verify a signature costs of its hashes alone ${times.join(", ")}.`;
}

/** `Standard 4.1 million messages a second, FIFO 0.9 million; ...`; what is missing is left out. */
export function answerOf(all: readonly Row[]): string {
  const [suite] = SUITES.filter((name) => all.some((row) => row.suite === name));
  const rows = all.filter((row) => row.suite === suite);
  if (suite === "server") return serverAnswer(rows);
  if (suite === "simulator") return simulatorAnswer(rows);
  if (suite === "metrics") return metricsAnswer(rows);
  if (suite === "signatures") return signaturesAnswer(rows);
  const standard = rateOf(rows, { type: "standard", quotas: "off", batch: 10 });
  const fifo = rateOf(rows, { type: "fifo", quotas: "off", batch: 10 });
  const limits = [1, 10].map((batch) => rateOf(rows, { type: "fifo", quotas: "aws", batch }));
  const parts: string[] = [];
  if (standard !== undefined) parts.push(`Standard ${inWords(standard)} messages a second`);
  if (fifo !== undefined) parts.push(`FIFO ${inWords(fifo)}`);
  const known = limits.filter((limit) => limit !== undefined).map(inWords);
  const free = parts.join(", ");
  if (known.length === 0) return free === "" ? "" : `${free}.`;
  const stops = `under AWS's quotas FIFO stops at ${known.join(" and ")}`;
  return `${[free, stops].filter((part) => part !== "").join("; ")}.`;
}
