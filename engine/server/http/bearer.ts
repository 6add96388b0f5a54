/**
 * Who may read a page that wants a token. Compared in a time that does not depend on where two tokens
 * differ. Pure.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Reply } from "../protocol/protocol.ts";

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/**
 * Undefined where the header Authorization has the token; else the answer to who has not. Where there is no
 * token nobody has it.
 */
export function bearerRefusal(
  token: string | undefined,
  authorization: string | undefined,
): Reply | undefined {
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1] ?? "";
  if (token !== undefined && timingSafeEqual(digestOf(given), digestOf(token))) return undefined;
  return {
    status: 401,
    body: "This page wants the server's --metrics-token: Authorization: Bearer TOKEN\n",
    contentType: "text/plain; charset=utf-8",
    headers: { "WWW-Authenticate": 'Bearer realm="metrics"' },
  };
}
