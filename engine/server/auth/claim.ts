/**
 * What a request says of its own signature, in its header Authorization or in its URL: read and found
 * whole, not yet believed. Pure. Source: AWS Signature Version 4, "Create a signed AWS API request".
 */

import { clipped } from "../../broker/described/quoted.ts";
import { SluiceError } from "../../errors.ts";
import type { Head } from "./head.ts";

export const algorithm = "AWS4-HMAC-SHA256";
export const terminator = "aws4_request";

export interface Claim {
  readonly accessKeyId: string;
  /** Of the credential's scope, as it stands there: yyyymmdd. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
  /** When it was signed, yyyymmddThhmmssZ. */
  readonly moment: string;
  readonly atMs: number;
  /** In small letters, in the order of the request. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly sessionToken: string | undefined;
  /** For how long a URL holds; undefined for a header. */
  readonly expiresSeconds: number | undefined;
}

/** A URL holds for a week at the most, and as long as a header where it does not say. */
const expiresMax = 604_800;
const expiresDefault = 900;
const momentPattern = /^\d{8}T\d{6}Z$/;
const namesPattern = /^[!#$%&'*+.^_`|~a-z\d-]+(?:;[!#$%&'*+.^_`|~a-z\d-]+)*$/;

export function incomplete(sentence: string): SluiceError {
  return new SluiceError("IncompleteSignature", sentence);
}

/** Undefined for a request that says nothing of a signature. Throws IncompleteSignature. */
export function readClaim(head: Head): Claim | undefined {
  const header = head.header("authorization");
  const isPresigned = head.fields.some(
    ({ name }) => name === "X-Amz-Algorithm" || name === "X-Amz-Signature",
  );
  if (header === undefined) return isPresigned ? claimOfQuery(head) : undefined;
  if (isPresigned) {
    throw incomplete("The request is signed twice, by Authorization and by its URL; use one.");
  }
  return claimOfHeader(head, header);
}

function claimOfHeader(head: Head, header: string): Claim {
  const [, scheme = "", rest = ""] = /^\s*(\S*)\s*(.*)$/s.exec(header) ?? [];
  if (scheme !== algorithm) {
    throw incomplete(`Unsupported Authorization ${clipped(scheme)}: it begins with ${algorithm}.`);
  }
  const parts = new Map<string, string>();
  for (const part of rest.split(",").map((one) => one.trim())) {
    const at = part.indexOf("=");
    const name = part.slice(0, Math.max(0, at));
    if (parts.has(name)) throw incomplete(`Authorization has '${clipped(name)}' more than once.`);
    parts.set(name, part.slice(at + 1));
  }
  const credential = parts.get("Credential");
  const names = parts.get("SignedHeaders");
  const signature = parts.get("Signature");
  const date = head.header("x-amz-date") ?? isoOf(head.header("date"));
  if (!credential || !names || !signature || date === undefined) {
    const missing = ["Credential", "Signature", "SignedHeaders"].filter((name) => !parts.get(name));
    const sentences = missing.map((name) => `Authorization header requires '${name}' parameter.`);
    if (date === undefined) {
      const either = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date'";
      sentences.push(`${either} header.`);
    }
    throw incomplete(sentences.join(" "));
  }
  return claimOf({
    credential,
    names,
    signature,
    moment: date.trim(),
    sessionToken: head.header("x-amz-security-token"),
    expiresSeconds: undefined,
  });
}

function claimOfQuery(head: Head): Claim {
  const one = (name: string, isNeeded = true): string | undefined => {
    const [value, ...others] = head.queryValues(`X-Amz-${name}`);
    if (others.length > 0) throw incomplete(`The URL has 'X-Amz-${name}' more than once.`);
    if (isNeeded && !value) throw incomplete(`The URL must contain 'X-Amz-${name}'.`);
    return value;
  };
  const said = one("Algorithm");
  if (said !== algorithm) throw incomplete(`X-Amz-Algorithm must be ${algorithm}.`);
  const expires = one("Expires", false) ?? String(expiresDefault);
  const expiresSeconds = /^\d{1,6}$/.test(expires) ? Number(expires) : 0;
  if (expiresSeconds < 1 || expiresSeconds > expiresMax) {
    throw incomplete(`X-Amz-Expires must be a whole number of seconds from 1 to ${expiresMax}.`);
  }
  return claimOf({
    credential: one("Credential") ?? "",
    names: one("SignedHeaders") ?? "",
    signature: one("Signature") ?? "",
    moment: one("Date") ?? "",
    sessionToken: one("Security-Token", false),
    expiresSeconds,
  });
}

interface Parts extends Pick<Claim, "signature" | "moment" | "sessionToken" | "expiresSeconds"> {
  readonly credential: string;
  readonly names: string;
}

/** Each member by itself: to take an object apart and spread it costs more than all the rest here. */
function claimOf(parts: Parts): Claim {
  const { credential, names, moment } = parts;
  const elements = credential.split("/");
  if (elements.length !== 5 || elements.includes("")) {
    const form = "exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term";
    throw incomplete(`Credential must have ${form}, got ${clipped(credential)}.`);
  }
  const atMs = msOf(moment);
  if (atMs === undefined) {
    const form = "Date must be in ISO-8601 'basic format', yyyymmddThhmmssZ";
    throw incomplete(`${form}. Got ${clipped(moment)}.`);
  }
  if (!namesPattern.test(names)) {
    const form = "names in small letters with semicolons between them";
    throw incomplete(`SignedHeaders must be ${form}, got ${clipped(names)}.`);
  }
  return {
    accessKeyId: elements[0] as string,
    day: elements[1] as string,
    region: elements[2] as string,
    service: elements[3] as string,
    terminator: elements[4] as string,
    moment,
    atMs,
    signedHeaders: names.split(";"),
    signature: parts.signature,
    sessionToken: parts.sessionToken,
    expiresSeconds: parts.expiresSeconds,
  };
}

/** Undefined for what is no moment: 31 February and 25 o'clock are others. */
function msOf(moment: string): number | undefined {
  if (!momentPattern.test(moment)) return undefined;
  const two = (at: number): number => Number(moment.slice(at, at + 2));
  const [month, day, hour] = [two(4), two(6), two(9)];
  const ms = Date.UTC(Number(moment.slice(0, 4)), month - 1, day, hour, two(11), two(13));
  const read = new Date(ms);
  const isSame = read.getUTCDate() === day && read.getUTCMonth() === month - 1;
  return isSame && hour < 24 && two(11) < 60 && two(13) < 60 ? ms : undefined;
}

/** A header Date, of HTTP's form or of the other one, in the form that is signed. */
function isoOf(date: string | undefined): string | undefined {
  if (date === undefined || momentPattern.test(date.trim())) return date;
  const ms = Date.parse(date);
  return Number.isNaN(ms) ? date : new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, "");
}
