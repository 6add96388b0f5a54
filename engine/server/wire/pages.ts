/**
 * Lists of queues by pages. A page's token is the last name of the page before, so it stays right
 * when queues come and go. Pages are opt-in: without MaxResults a list ends at 1,000 names and has no
 * token (API Reference, ListQueues and ListDeadLetterSourceQueues). Pure functions.
 */
import { SluiceError } from "../../errors.ts";
import { queueNames } from "../../limits.ts";

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface Page {
  readonly names: readonly string[];
  /** Absent when this is the last page, or pages were not asked for. */
  readonly token?: string;
}

function tokenFor(name: string): string {
  return Buffer.from(name).toString("base64url");
}

function readToken(token: string): string {
  const name = Buffer.from(token, "base64url").toString();
  if (name !== "" && queueNames.pattern.test(name) && tokenFor(name) === token) return name;
  throw new SluiceError("InvalidParameterValue", "Invalid or expired next token.");
}

/** The part of all names that a request asks for, in order of their characters. */
export function pageOf(all: readonly string[], { MaxResults, NextToken }: PageRequest): Page {
  const after = NextToken === undefined ? "" : readToken(NextToken);
  const rest = all.filter((name) => name > after).sort();
  const names = rest.slice(0, MaxResults ?? queueNames.maxListed);
  const last = names.at(-1);
  const hasMore = MaxResults !== undefined && last !== undefined && rest.length > names.length;
  return hasMore ? { names, token: tokenFor(last) } : { names };
}
