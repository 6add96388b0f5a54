/**
 * The condition keys of policies that a request tells by itself, with their values: where it came from,
 * when, and on what with which tags it acts. Those of its caller are the caller's own. Pure. Names are in
 * small letters. Source: IAM User Guide, "AWS global condition context keys".
 */
import type { RequestTags, Target } from "../wire/target.ts";

/** Of the request, apart from what it asks for. */
export interface Facts {
  /** An address of IPv4 or IPv6. */
  readonly sourceIp: string | undefined;
  /** By TLS. */
  readonly isSecure: boolean;
  readonly userAgent: string | undefined;
  readonly referer: string | undefined;
  /** The wall clock. */
  readonly nowMs: number;
}

export type Conditions = Record<string, readonly string[]>;

/** IPv4 that came over an IPv6 socket is IPv4. */
function addressOf(ip: string): string {
  return ip.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
}

export function conditionsOf(
  facts: Facts,
  region: string,
  { account, tags = {} }: Target,
  requestTags: RequestTags,
): Conditions {
  const { sourceIp, isSecure, userAgent, referer, nowMs } = facts;
  const conditions: Conditions = {
    "aws:currenttime": [new Date(nowMs).toISOString()],
    "aws:epochtime": [String(Math.floor(nowMs / 1_000))],
    "aws:requestedregion": [region],
    "aws:resourceaccount": [account],
    "aws:securetransport": [String(isSecure)],
    "aws:viaawsservice": ["false"],
    "aws:principalisawsservice": ["false"],
  };
  if (sourceIp !== undefined) conditions["aws:sourceip"] = [addressOf(sourceIp)];
  if (userAgent !== undefined) conditions["aws:useragent"] = [userAgent];
  if (referer !== undefined) conditions["aws:referer"] = [referer];
  for (const [key, value] of Object.entries(tags)) {
    conditions[`aws:resourcetag/${key.toLowerCase()}`] = [value];
  }
  const brought = requestTags.tags ?? {};
  for (const [key, value] of Object.entries(brought)) {
    conditions[`aws:requesttag/${key.toLowerCase()}`] = [value];
  }
  const keys = requestTags.keys ?? Object.keys(brought);
  if (keys.length > 0) conditions["aws:tagkeys"] = keys;
  return conditions;
}
