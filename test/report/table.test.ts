import { describe, expect, test } from "vitest";
import { dataTable } from "../../engine/report/dataTable.ts";
import { type Table, tableHtml, tableMarkdown, tableText } from "../../engine/report/table.ts";
import { banded, cells, depth, HOSTILE, throughput } from "./sample.ts";

const table: Table = {
  caption: "Measured",
  columns: [{ label: "Case" }, { label: "Rate", unit: "messages/s" }, { label: "p99", unit: "ms" }],
  rows: [
    ["Standard", 4_120_000, 0.3],
    ["FIFO", 912_000, null],
  ],
};

describe("a table", () => {
  test("is aligned as text, numbers to the right", () => {
    expect(tableText(table)).toBe(
      `Measured

Case      Rate (messages/s)     p99
────────  ─────────────────  ──────
Standard          4,120,000  300 µs
FIFO                912,000       –
`,
    );
  });

  test("is a table of Markdown", () => {
    expect(tableMarkdown(table)).toBe(
      `**Measured**

| Case | Rate (messages/s) | p99 |
| --- | ---: | ---: |
| Standard | 4,120,000 | 300 µs |
| FIFO | 912,000 | – |
`,
    );
  });

  test("is an element of HTML", () => {
    const html = tableHtml(table);
    expect(html).toContain('<th scope="col" class="right">Rate (messages/s)</th>');
    expect(html).toContain('<td>FIFO</td><td class="right">912,000</td><td class="right">–</td>');
    expect(html).toContain("<caption>Measured</caption>");
  });

  test("writes any text as what it is", () => {
    const hostile: Table = { columns: [{ label: "a\u001b[31m\nb" }], rows: [[HOSTILE]] };
    const line = tableMarkdown(hostile).split("\n").at(2) ?? "";
    expect(line.replace(/\\(.)/g, "$1")).toBe(`| ${HOSTILE} |`);
    expect(line.match(/(?<!\\)[|<`*_]/g)).toEqual(["|", "|"]);
    expect(tableHtml(hostile)).not.toContain("<script");
    expect(tableHtml(hostile)).toContain("&lt;/script&gt;");
    expect(tableText(hostile).split("\n")[0]).toBe("a [31m b");
  });

  test("is refused where a row has not a cell for each column", () => {
    const short = { ...table, rows: [["FIFO", 1]] };
    const why = 'In the table "Measured" a row has 2 cells for 3 columns: ["FIFO",1].';
    for (const write of [tableText, tableMarkdown, tableHtml]) {
      expect(() => write(short)).toThrow(why);
    }
  });
});

describe("the numbers of a chart as a table", () => {
  test("have a row for each place and a column for each series and end", () => {
    expect(dataTable(throughput)).toEqual({
      columns: [
        { label: "Case" },
        { label: "Quotas off", unit: "messages/s" },
        { label: "Quotas off, low", unit: "messages/s" },
        { label: "Quotas off, high", unit: "messages/s" },
        { label: "Quotas of AWS", unit: "messages/s" },
        { label: "Quotas of AWS, low", unit: "messages/s" },
        { label: "Quotas of AWS, high", unit: "messages/s" },
      ],
      rows: [
        ["Standard", 4_120_000, 4_020_000, 4_190_000, 4_050_000, 3_900_000, 4_100_000],
        ["FIFO", 912_000, 880_000, 931_000, 2_998, 2_990, 3_003],
        ["FIFO, high throughput", 930_000, 800_000, 1_000_000, null, null, null],
      ],
    });
    expect(dataTable(banded).rows).toHaveLength(6);
    expect(dataTable(depth).rows[3]?.[0]).toBe("15 min");
    expect(dataTable(cells).rows[1]).toEqual(["30", 38, 9, 2.1, 0.2, null]);
  });

  test("say so where rows were left out", () => {
    const x = Array.from({ length: 5_000 }, (_, index) => index);
    const long = dataTable({ ...depth, x: { label: "n" }, series: [{ name: "a", x, y: x }] });
    expect(long.rows).toHaveLength(2_000);
    expect(long.caption).toContain("The first 2000 of 5000 rows");
  });
});
