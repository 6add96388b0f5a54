/**
 * The condition operators: which value of a request fits which value of a policy. An operator's name may
 * have a set operator before it and `IfExists` behind it; `readOperator` takes such a name apart. A
 * negated operator has the test of the one that it negates. Pure.
 * Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Single-valued vs.
 * multivalued context keys".
 */
import { rangeTest } from "./addresses.ts";
import { instantOf } from "./dates.ts";
import type { Test } from "./document.ts";
import { equalTest, likeTest } from "./template.ts";

/** The test that a value of a policy is; undefined where it is none of the operator's kind. */
type Reader = (value: string, hasVariables: boolean) => Test | undefined;

interface Kind {
  readonly read: Reader;
  readonly isNegated: boolean;
  /** What its values are, as an error says it. */
  readonly values: string;
}

type Order = (value: number, wanted: number) => boolean;

const equals: Order = (value, wanted) => value === wanted;
const orders: Readonly<Record<string, Order>> = {
  LessThan: (value, wanted) => value < wanted,
  LessThanEquals: (value, wanted) => value <= wanted,
  GreaterThan: (value, wanted) => value > wanted,
  GreaterThanEquals: (value, wanted) => value >= wanted,
};

function numberOf(text: string): number | undefined {
  return /^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Compares what both texts are read as; a value of a request that can't be read never fits. */
function ordered(read: (text: string) => number | undefined, order: Order): Reader {
  return (text) => {
    const wanted = read(text);
    if (wanted === undefined) return undefined;
    return (value) => {
      const number = read(value);
      return number !== undefined && order(number, wanted);
    };
  };
}

const readTruth: Reader = (text, hasVariables) => {
  if (hasVariables && text.includes("${")) return equalTest(text, true, true);
  const wanted = text.toLowerCase();
  if (wanted !== "true" && wanted !== "false") return undefined;
  return (value) => value.toLowerCase() === wanted;
};

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** Both are written in Base64, with padding or without it. */
const readBinary: Reader = (text) => {
  if (!BASE64.test(text)) return undefined;
  const wanted = Buffer.from(text, "base64");
  return (value) => BASE64.test(value) && Buffer.from(value, "base64").equals(wanted);
};

const texts = (ignoresCase: boolean): Reader => {
  return (text, hasVariables) => equalTest(text, ignoresCase, hasVariables);
};
const like: Reader = (text, hasVariables) => likeTest(text, "text", hasVariables);
const arn: Reader = (text, hasVariables) => likeTest(text, "arn", hasVariables);

const kinds = new Map<string, Kind>();

function pair(positive: string, negative: string, values: string, read: Reader): void {
  kinds.set(positive.toLowerCase(), { read, values, isNegated: false });
  kinds.set(negative.toLowerCase(), { read, values, isNegated: true });
}

pair("StringEquals", "StringNotEquals", "a text", texts(false));
pair("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "a text", texts(true));
pair("StringLike", "StringNotLike", "a text", like);
pair("ArnEquals", "ArnNotEquals", "an ARN", arn);
pair("ArnLike", "ArnNotLike", "an ARN", arn);
pair("IpAddress", "NotIpAddress", "an IP address or a range like 203.0.113.0/24", rangeTest);
const numbers = "a number";
const instants = "a date like 2026-11-29T08:00:00Z, or seconds since 1970";
pair("NumericEquals", "NumericNotEquals", numbers, ordered(numberOf, equals));
pair("DateEquals", "DateNotEquals", instants, ordered(instantOf, equals));
for (const [name, order] of Object.entries(orders)) {
  const isNegated = false;
  const [numeric, date] = [`Numeric${name}`.toLowerCase(), `Date${name}`.toLowerCase()];
  kinds.set(numeric, { read: ordered(numberOf, order), values: numbers, isNegated });
  kinds.set(date, { read: ordered(instantOf, order), values: instants, isNegated });
}
const truths = "true or false";
kinds.set("bool", { read: readTruth, values: truths, isNegated: false });
kinds.set("binaryequals", { read: readBinary, values: "Base64", isNegated: false });

/** Whether the key has no value is what it compares with true and false. */
const isNull: Kind = { read: (text) => readTruth(text, false), values: truths, isNegated: false };

/** An operator's name taken apart, with the reader of its values. */
export interface Operator extends Kind {
  readonly isNull: boolean;
  readonly ifExists: boolean;
  readonly of: "any" | "all" | undefined;
}

const NAME = /^(?:for(any)value:|for(all)values:)?([a-z]+?)(ifexists)?$/;

/** Undefined for a name that is no operator's. Case counts for nothing in it. */
export function readOperator(name: string): Operator | undefined {
  const [, any, all, base, suffix] = NAME.exec(name.toLowerCase()) ?? [];
  if (base === undefined) return undefined;
  const of = (any ?? all) as Operator["of"];
  const ifExists = suffix !== undefined;
  if (base === "null") {
    return ifExists || of !== undefined ? undefined : { ...isNull, isNull: true, ifExists, of };
  }
  const kind = kinds.get(base);
  return kind && { ...kind, isNull: false, ifExists, of };
}
