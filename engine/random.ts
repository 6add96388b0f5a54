/**
 * The only source of entropy: secrets of a memory, its epoch, ids of requests.
 * A leaf: any layer of engine/ may import it, from any thread. Message ids don't come from here;
 * the engine derives them from a message's birth number and the memory's secret.
 */
import { randomBytes, randomUUID } from "node:crypto";

/** `count` bytes nobody can guess. */
export function randomSecret(count: number): Uint8Array {
  return randomBytes(count);
}

/** A number from 0 to 4,294,967,295. */
export function randomWord(): number {
  return randomBytes(4).readUInt32LE();
}

/** A version 4 UUID in lower case, 36 characters. */
export function randomUuid(): string {
  return randomUUID();
}
