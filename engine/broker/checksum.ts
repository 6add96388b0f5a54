/**
 * The MD5 of a body, as SQS's clients compare it. It costs ten times the queue's work on a short
 * message, so everybody who offers one computes it when it is first read.
 */
import { hash } from "node:crypto";

/** Lower-case hexadecimal MD5; a text's is that of its UTF-8 bytes. */
export function md5(body: string | Uint8Array): string {
  return hash("md5", body);
}
