/**
 * Queue URLs: made from the host that the client used, and resolved by their path alone.
 * Clients keep a queue's URL and send it back from wherever they are, so the host in it means
 * nothing; AWS accepts a bare queue name as well. People and older clients write the same URL with
 * blanks around it, slashes doubled or at its end, and a query string behind it; other emulators
 * have `/queue/` before the name. All of them find the queue, as a QueueUrl and as a request's path.
 */
import { accounts } from "../../limits.ts";
import type { Context } from "./context.ts";
import { ownerMeant } from "./owners.ts";

/** Scheme and host. */
const originPattern = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;
/** What stands before a name where no account does. */
const plainPrefix = "queue";
/** Many times the longest URL of a queue; what is longer is not taken apart. */
const urlCharactersMax = 2_048;

/** Where a URL leads: the two last segments of its path. */
interface Address {
  readonly name: string;
  /** Before the name; empty where there is nothing. */
  readonly before: string;
}

function addressOf(url: string): Address | undefined {
  if (url.length > urlCharactersMax) return undefined;
  const path = url
    .trim()
    .replace(originPattern, "")
    .replace(/[?#].*$/s, "");
  const segments = path.split("/").filter((segment) => segment.trim() !== "");
  const name = segments.at(-1);
  if (name === undefined) return undefined;
  return { name: decoded(name).trim(), before: (segments.at(-2) ?? "").trim() };
}

/** A client may write any letter of a path as a percent sign and its number. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/**
 * The queue's URL in a request's path, with or without a query string; undefined for a path that
 * means no queue: only a name behind an account or behind `queue` does.
 */
export function queueOfPath(url: string): string | undefined {
  const address = addressOf(url);
  if (address === undefined) return undefined;
  const { name, before } = address;
  if (accounts.pattern.test(before)) return `/${before}/${name}`;
  return before === plainPrefix ? `/${name}` : undefined;
}

/** The name that a QueueUrl ends in; undefined where it has none. */
export function queueNameOf(url: string): string | undefined {
  return addressOf(url)?.name;
}

/** `http://HOST/ACCOUNT/NAME`. */
export function queueUrl(origin: string, account: string, name: string): string {
  return `${origin}/${account}/${name}`;
}

/**
 * Whose queue a QueueUrl means, and its name: the last segment, and the account before it, where there
 * is one. Not whether it is there; an absent, empty or meaningless URL names nothing.
 */
export function addressedBy(
  context: Pick<Context, "account" | "tellsAccounts">,
  url: string | undefined,
): { readonly account: string; readonly name: string } {
  const { name, before } = addressOf(url ?? "") ?? { name: "", before: "" };
  const said = accounts.pattern.test(before) ? before : undefined;
  return { account: ownerMeant(context, said), name };
}
