/**
 * Digests of bodies: the MD5 that SQS's clients compare, and the SHA-256 by which a FIFO queue knows
 * a body again. Each costs ten times the queue's work on a short message, so everybody who offers an
 * MD5 computes it when it is first read.
 */
import { hash } from "node:crypto";

/** Lower-case hexadecimal MD5; a text's is that of its UTF-8 bytes. */
export function md5(body: string | Uint8Array): string {
  return hash("md5", body);
}

/** Lower-case hexadecimal SHA-256; a text's is that of its UTF-8 bytes. */
export function sha256(body: string | Uint8Array): string {
  return hash("sha256", body);
}
