/** A result as one page that needs nothing else: its charts, its tables, and all of it as JSON. */
import { page } from "../../engine/report/page.ts";
import { answerOf } from "./answer.ts";
import { chartsOf } from "./charts.ts";
import { bySuite } from "./printed.ts";
import type { Result } from "./schema.ts";
import { captionOf, environmentPairs, tablesOf } from "./tables.ts";

export function htmlOf(result: Result): string {
  const { environment, rows } = result;
  return page({
    title: "sluice bench",
    lead: answerOf(rows) || `${rows.length} rows, measured on this machine.`,
    environment: environmentPairs(environment),
    sections: bySuite(rows).flatMap((own) =>
      tablesOf(own).map((table, index) => ({
        heading:
          index === 0 ? (own[0]?.suite ?? "") : `${own[0]?.suite}: ${table.columns[0]?.label}`,
        ...(index === 0 && { text: captionOf(own), charts: chartsOf(own) }),
        table,
      })),
    ),
    data: result,
  });
}
