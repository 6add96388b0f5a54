/**
 * What a month of a simulated load costs on AWS, by a price book: prices.yaml beside this file, or one
 * that a user gives, which need not have all of it. Pure but for the reading of books.
 *
 * A run stands for a month of the same: its calls are scaled to the month first and priced then, because
 * free requests and tiers are a month's.
 */
import { fileURLToPath } from "node:url";
import { Setting } from "../broker/described/setting.ts";
import { type SettingError, sentencesOf } from "../broker/described/settingError.ts";
import { Checker } from "./scenario/check.ts";
import { ScenarioError } from "./scenario/scenarioError.ts";
import type { SchemaNode } from "./scenario/schema.ts";

export interface RequestTier {
  /** Requests a month up to which it holds; without it, for all that are more. */
  untilRequests?: number;
  usdPerMillion: number;
}

export interface TransferTier {
  /** Gigabytes a month up to which it holds; without it, for all that are more. */
  untilGigabytes?: number;
  usdPerGigabyte: number;
}

/** Prices, and where they are from. */
export interface PriceBook {
  currency: "USD";
  region: string;
  /** When it was written, as 2026-11-29. */
  date: string;
  sources: { page: string; date: string }[];
  /** Days of a month. */
  monthDays: number;
  /** Requests of a month that cost nothing. */
  freeRequests: number;
  standard: RequestTier[];
  fifo: RequestTier[];
  transferOut: TransferTier[];
  /** US dollars for an hour of a provisioned poller of a Lambda function. */
  pollerUsdPerHour: number;
}

/** What was used, in so many seconds. */
export interface Usage {
  seconds: number;
  standardRequests: number;
  fifoRequests: number;
  transferOutBytes: number;
  /** Of all processes together. */
  consumerHours: number;
  consumerUsd: number;
  /** Of provisioned pollers. */
  pollerHours: number;
  freeTier: boolean;
}

/** In US dollars a month, rounded to millionths. */
export interface Cost {
  monthUsd: number;
  /** Its parts. */
  requestsUsd: number;
  transferUsd: number;
  consumersUsd: number;
  pollersUsd: number;
  /** What it was reckoned from, a month. */
  monthStandardRequests: number;
  monthFifoRequests: number;
  monthTransferGigabytes: number;
  monthConsumerHours: number;
  monthPollerHours: number;
  /** Of the price book. */
  pricesDate: string;
  region: string;
}

const gigabyte = 1e9;
const million = 1e6;
const secondsADay = 86_400;
const bookFile = fileURLToPath(new URL("./prices.yaml", import.meta.url));

const text: SchemaNode = { type: "string" };
const amount: SchemaNode = { type: "number", minimum: 0 };

function tiers(until: string, usd: string): SchemaNode {
  const tier: SchemaNode = {
    type: "object",
    properties: { [until]: { type: "number", exclusiveMinimum: 0 }, [usd]: amount },
    required: [usd],
    additionalProperties: false,
  };
  return { type: "array", items: tier, minItems: 1, maxItems: 100 };
}

const bookSchema: SchemaNode = {
  type: "object",
  properties: {
    currency: { enum: ["USD"] },
    region: text,
    date: text,
    sources: {
      type: "array",
      items: {
        type: "object",
        properties: { page: text, date: text },
        additionalProperties: false,
      },
    },
    monthDays: { type: "number", exclusiveMinimum: 0, maximum: 366 },
    freeRequests: amount,
    standard: tiers("untilRequests", "usdPerMillion"),
    fifo: tiers("untilRequests", "usdPerMillion"),
    transferOut: tiers("untilGigabytes", "usdPerGigabyte"),
    pollerUsdPerHour: amount,
  },
  additionalProperties: false,
};

/**
 * The price book that ships, with what `prices` has in its stead: a file's name, or an object. Throws a
 * ScenarioError that has all mistakes.
 */
export function priceBook(prices?: string | Partial<PriceBook>): PriceBook {
  const own = read(Setting.read(bookFile)) as PriceBook;
  if (prices === undefined) return own;
  const reading =
    typeof prices === "string"
      ? Setting.read(prices)
      : { root: Setting.of(prices, "prices"), mistakes: [] };
  return { ...own, ...(read(reading) as Partial<PriceBook>) };
}

function read({ root, mistakes }: ReturnType<typeof Setting.read>): unknown {
  const checker = new Checker();
  checker.mistakes.push(...mistakes);
  const book = root === undefined ? {} : (checker.read(root, bookSchema) as Partial<PriceBook>);
  if (root !== undefined) checker.mistakes.push(...disorders(book, root));
  if (checker.mistakes.length > 0) throw new ScenarioError(sentencesOf(checker.mistakes));
  return book;
}

/** Tiers rise, and the last has no end. */
function disorders(book: Partial<PriceBook>, root: Setting): SettingError[] {
  const lists = {
    standard: book?.standard?.map(({ untilRequests }) => untilRequests),
    fifo: book?.fifo?.map(({ untilRequests }) => untilRequests),
    transferOut: book?.transferOut?.map(({ untilGigabytes }) => untilGigabytes),
  };
  return Object.entries(lists).flatMap(([name, ends]) => {
    if (ends === undefined) return [];
    const isRising = ends.every((end, index) => {
      const isLast = index === ends.length - 1;
      const before = ends[index - 1] ?? 0;
      return isLast ? end === undefined : end !== undefined && end > before;
    });
    if (isRising) return [];
    const sentence = "Each tier ends above the one before it, and the last has no end.";
    return [root.at([name]).error(sentence)];
  });
}

/** So many from the first tier on. */
function tiered(amounts: number, list: readonly { until: number; usd: number }[]): number {
  let [sum, from] = [0, 0];
  for (const { until, usd } of list) {
    if (amounts <= from) break;
    sum += (Math.min(amounts, until) - from) * usd;
    from = until;
  }
  return sum;
}

function requestsUsd(requests: number, list: readonly RequestTier[]): number {
  const priced = list.map(({ untilRequests = Number.POSITIVE_INFINITY, usdPerMillion }) => ({
    until: untilRequests,
    usd: usdPerMillion,
  }));
  return tiered(requests, priced) / million;
}

/** To a millionth of a dollar, so that what is exact in dollars is exact here. */
function rounded(usd: number): number {
  return Math.round(usd * million) / million;
}

/**
 * The month's cost. Free requests are taken off Standard queues' first, which are the cheaper ones: the
 * bill is never less than this says on that account.
 */
export function costOf(usage: Usage, book: PriceBook): Cost {
  const scale = usage.seconds === 0 ? 0 : (book.monthDays * secondsADay) / usage.seconds;
  const standard = usage.standardRequests * scale;
  const fifo = usage.fifoRequests * scale;
  const free = usage.freeTier ? book.freeRequests : 0;
  const requests =
    requestsUsd(Math.max(0, standard - free), book.standard) +
    requestsUsd(Math.max(0, fifo - Math.max(0, free - standard)), book.fifo);
  const gigabytes = (usage.transferOutBytes * scale) / gigabyte;
  const transfer = tiered(
    gigabytes,
    book.transferOut.map(({ untilGigabytes = Number.POSITIVE_INFINITY, usdPerGigabyte }) => ({
      until: untilGigabytes,
      usd: usdPerGigabyte,
    })),
  );
  const consumers = usage.consumerUsd * scale;
  const pollers = usage.pollerHours * scale * book.pollerUsdPerHour;
  return {
    monthUsd: rounded(requests + transfer + consumers + pollers),
    requestsUsd: rounded(requests),
    transferUsd: rounded(transfer),
    consumersUsd: rounded(consumers),
    pollersUsd: rounded(pollers),
    monthStandardRequests: standard,
    monthFifoRequests: fifo,
    monthTransferGigabytes: gigabytes,
    monthConsumerHours: usage.consumerHours * scale,
    monthPollerHours: usage.pollerHours * scale,
    pricesDate: book.date,
    region: book.region,
  };
}
