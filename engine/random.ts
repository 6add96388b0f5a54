/**
 * The only source of entropy: secrets of a memory, its epoch, ids of requests.
 * A leaf: any layer of engine/ may import it, from any thread. Message ids don't come from here;
 * the engine derives them from a message's birth number and the memory's secret.
 */

/** Loaded when it is wanted: a start waits for what the journal's thread loads, and that mostly needs none of this. */
function crypto(): typeof import("node:crypto") {
  return process.getBuiltinModule("node:crypto");
}

/** `count` bytes nobody can guess. */
export function randomSecret(count: number): Uint8Array {
  return crypto().randomBytes(count);
}

/** A number from 0 to 4,294,967,295. */
export function randomWord(): number {
  return crypto().randomBytes(4).readUInt32LE();
}

/** Letters that no shell and no URL minds, and no command line takes for an option. */
const KEY_LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
/** As long as IAM's keys; this prefix is none of AWS's. */
const KEY_PREFIX = "SLUICE";
const KEY_RANDOM = 14;
const SECRET_RANDOM = 40;

function randomLetters(count: number): string {
  return [...crypto().randomBytes(count)].map((byte) => KEY_LETTERS[byte & 31]).join("");
}

/** A pair of keys to sign with, of 20 and of 40 letters and digits; the second nobody can guess. */
export function randomAccessKey(): { accessKeyId: string; secretAccessKey: string } {
  const accessKeyId = KEY_PREFIX + randomLetters(KEY_RANDOM).toUpperCase();
  return { accessKeyId, secretAccessKey: randomLetters(SECRET_RANDOM) };
}

/** A version 4 UUID in lower case, 36 characters. */
export function randomUuid(): string {
  return crypto().randomUUID();
}

/** Two hexadecimal digits of every byte. */
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** What the ids of the next 2^32 requests have in common: 28 characters, and a word. */
let requestPrefix = "";
let requestWord = 0;
/** How many of them were given; all, before the first. */
let requestCount = 2 ** 32;

/**
 * A request's id: a version 4 UUID in lower case, 36 characters, unlike any other's. No secret: who
 * knows one can tell the next. Costs a quarter of `randomUuid`.
 */
export function requestUuid(): string {
  if (requestCount === 2 ** 32) {
    requestPrefix = crypto().randomUUID().slice(0, 28);
    requestWord = randomWord();
    requestCount = 0;
  }
  // An odd factor leads through all 2^32 words, and neighbours don't look alike.
  const word = Math.imul(requestCount, 0x9e3779b1) ^ requestWord;
  requestCount += 1;
  const high = `${DIGITS[word >>> 24]}${DIGITS[(word >>> 16) & 255]}`;
  return `${requestPrefix}${high}${DIGITS[(word >>> 8) & 255]}${DIGITS[word & 255]}`;
}

/**
 * The number of a memory. Receipt handles begin with its lowest byte, in base64url: below 128, so that
 * none begins with "-", which command lines take for an option.
 */
export function randomEpoch(): number {
  return (randomWord() & ~0x80) >>> 0;
}
