/** The headers that every answer has, whatever carries it; those of one reply alone besides. Pure. */
import type { LongReply, Reply } from "../protocol/protocol.ts";

export function replyHeaders(
  reply: Reply | LongReply,
  bodyBytes: number,
  requestId: string,
): Record<string, string | number> {
  const headers: Record<string, string | number> = {
    "x-amzn-RequestId": requestId,
    "Content-Type": reply.contentType,
    "Content-Length": bodyBytes,
  };
  if (reply.headers !== undefined) Object.assign(headers, reply.headers);
  return headers;
}
