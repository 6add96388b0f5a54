/**
 * What lets a program in a browser talk to this server from a page of another origin (CORS). Any
 * origin may, as with SQS: what protects a queue are credentials, not where a page came from.
 * Pure. Only requests that name an origin get these headers, so other clients pay nothing.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Reply } from "./protocol.ts";

const anyOrigin = { "Access-Control-Allow-Origin": "*" };
/** Headers of an answer that a page may read. */
const exposed = "x-amzn-RequestId, x-amzn-query-error";
/** Seconds that a browser remembers the permission: as long as browsers allow. */
const maxAge = "86400";

/** What an answer to a page has besides. */
export const corsHeaders: Readonly<Record<string, string>> = {
  ...anyOrigin,
  "Access-Control-Expose-Headers": exposed,
};

/** The answer to a browser that asks whether it may. */
export function preflightReply(headers: IncomingHttpHeaders): Reply {
  const wanted = headers["access-control-request-headers"];
  return {
    status: 200,
    body: "",
    contentType: "text/plain",
    headers: {
      ...anyOrigin,
      "Access-Control-Allow-Methods": "GET, POST",
      // With credentials in Authorization a star would not do, so what is asked for is repeated.
      ...(wanted !== undefined && { "Access-Control-Allow-Headers": wanted }),
      "Access-Control-Max-Age": maxAge,
    },
  };
}
