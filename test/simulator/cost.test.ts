/** What a month costs, to the cent: the figures of price lists, tiers, free requests, and own books. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { costOf, priceBook, type Usage } from "../../engine/simulator/cost.ts";
import { ScenarioError } from "../../engine/simulator/scenario/scenarioError.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-prices-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const monthSeconds = 30 * 86_400;

function usage(more: Partial<Usage>): Usage {
  return {
    seconds: monthSeconds,
    standardRequests: 0,
    fifoRequests: 0,
    transferOutBytes: 0,
    consumerHours: 0,
    consumerUsd: 0,
    pollerHours: 0,
    freeTier: true,
    ...more,
  };
}

function standardUsd(requestsPerSecond: number): number {
  const standardRequests = requestsPerSecond * monthSeconds;
  return costOf(usage({ standardRequests }), priceBook()).monthUsd;
}

function fifoUsd(requestsPerSecond: number): number {
  const fifoRequests = requestsPerSecond * monthSeconds;
  return costOf(usage({ fifoRequests }), priceBook()).monthUsd;
}

test("provisioned pollers cost by the hour: 8,000 hours are AWS's $74", () => {
  const { pollersUsd, monthUsd } = costOf(usage({ pollerHours: 8_000 }), priceBook());
  expect([pollersUsd, monthUsd]).toEqual([74, 74]);
});

describe("a month's cost", () => {
  test.each([
    ["100 messages a second, three single calls each, Standard", standardUsd(300), 310.64],
    ["the same, FIFO", fifoUsd(300), 388.3],
    ["batches of ten on both sides, Standard", standardUsd(30), 30.704],
    ["the same, FIFO", fifoUsd(30), 38.38],
    ["one idle poller, ten polls a second", standardUsd(10), 9.968],
    ["one idle poller, a poll a second", standardUsd(1), 0.6368],
    ["ten idle pollers that wait 20 s", standardUsd(10 / 20), 0.1184],
    ["one idle poller that waits 20 s", standardUsd(1 / 20), 0],
  ])("of %s", (_, usd, expected) => expect(usd).toBe(expected));

  test("is that of a month, however long the run was", () => {
    const hour = usage({ seconds: 3_600, standardRequests: 300 * 3_600 });
    expect(costOf(hour, priceBook()).monthUsd).toBe(310.64);
  });

  test("takes the free requests off once, Standard queues' first", () => {
    const book = priceBook();
    const both = costOf(usage({ standardRequests: 400_000, fifoRequests: 1_600_000 }), book);
    expect(both.monthUsd).toBe(0.5);
    const paid = costOf(usage({ standardRequests: 1_000_000, freeTier: false }), book);
    expect(paid.monthUsd).toBe(0.4);
  });

  test("falls with the tiers of Standard requests", () => {
    const free = { freeTier: false, standardRequests: 250e9 };
    expect(costOf(usage(free), priceBook()).monthUsd).toBe(40_000 + 30_000 + 12_000);
  });

  test("has consumers' hours and what leaves the region", () => {
    const more = { consumerHours: 1_440, consumerUsd: 57.6, transferOutBytes: 11_000e9 };
    const cost = costOf(usage(more), priceBook());
    expect(cost.consumersUsd).toBe(57.6);
    expect(cost.monthConsumerHours).toBe(1_440);
    expect(cost.transferUsd).toBe(900 + 85);
    expect(cost.monthUsd).toBe(57.6 + 985);
  });
});

describe("a price book", () => {
  test("names its sources, and when it was written", () => {
    const { date, sources } = priceBook();
    expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(sources.length).toBeGreaterThan(1);
    for (const source of sources) expect(source.page).toMatch(/^https:/);
  });

  test("of one's own has what it names, and the rest as it ships", () => {
    const file = join(folder, "own.yaml");
    writeFileSync(file, "date: 2027-01-01\nfreeRequests: 0\nstandard: [{ usdPerMillion: 2 }]\n");
    const book = priceBook(file);
    expect(costOf(usage({ standardRequests: 1e6 }), book).monthUsd).toBe(2);
    expect(costOf(usage({ fifoRequests: 1e6 }), book).monthUsd).toBe(0.5);
    expect(priceBook({ monthDays: 31 })).toEqual({ ...priceBook(), monthDays: 31 });
  });

  test("is told all that is wrong with it, with line and path", () => {
    const file = join(folder, "bad.yaml");
    writeFileSync(
      file,
      "freeRequest: 0\nstandard:\n  - { usdPerMillion: free }\nfifo: [{ untilRequests: 5, usdPerMillion: 1 }]\n",
    );
    const read = () => priceBook(file);
    expect(read).toThrow(ScenarioError);
    expect(read).toThrow(
      [
        `${file}:1: freeRequest: There is no such field; did you mean freeRequests?`,
        `${file}:3: standard.0.usdPerMillion: It is a number from 0 on, not "free".`,
        `${file}:4: fifo: Each tier ends above the one before it, and the last has no end.`,
      ].join("\n"),
    );
  });
});
