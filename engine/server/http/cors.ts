/**
 * What lets a program in a browser read this server's answers from a page of another origin (CORS).
 * Which pages may is decided elsewhere (admission.ts); here is what is said to those that may. Pure.
 * Only requests that name an origin get these headers, so other clients pay nothing.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Reply } from "../protocol/protocol.ts";

/** Headers of an answer that a page may read. */
const exposed = "x-amzn-RequestId, x-amzn-query-error";
/** Seconds that a browser remembers the permission: as long as browsers allow. */
const maxAge = "86400";

/** What an answer to a page of `origin` has besides; what is kept of it is for that origin alone. */
export function corsHeaders(origin: string): Readonly<Record<string, string>> {
  return {
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Expose-Headers": exposed,
    Vary: "Origin",
  };
}

/** The answer to a browser that asks whether a page may; without an origin nobody is let in by it. */
export function preflightReply(headers: IncomingHttpHeaders): Reply {
  const wanted = headers["access-control-request-headers"];
  return {
    status: 200,
    body: "",
    contentType: "text/plain",
    headers: {
      "Access-Control-Allow-Methods": "GET, POST",
      // With credentials in Authorization a star would not do, so what is asked for is repeated.
      ...(wanted !== undefined && { "Access-Control-Allow-Headers": wanted }),
      "Access-Control-Max-Age": maxAge,
    },
  };
}
