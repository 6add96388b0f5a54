/**
 * Patterns with `*` and `?`, and whether a text fits one. No regular expression is made of a policy's
 * text, and nothing is tried twice: after each character it is known, a bit each, of which beginnings of
 * the pattern the text so far can be. So the time is the product of both lengths over 32, whatever the
 * pattern. Pure.
 *
 * A pattern is a list of tokens: code points, and the four wildcards below zero. Two of these stop at
 * colons, for ARNs, whose parts are between colons.
 */

export type Token = number;

/** `?`: one character, whichever. */
export const ANY = -1;
/** `?` in a part of an ARN: one character that is no colon. */
export const ANY_IN_PART = -2;
/** `*`: any number of characters. */
export const STAR = -3;
/** `*` in a part of an ARN: any number of characters without a colon. */
export const STAR_IN_PART = -4;

const COLON = 58;

/** The code points of a text: as tokens, one that takes the text itself and no other. */
export function codesOf(text: string): Token[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

/** A bit for each beginning of the pattern: the empty one is bit 0. */
type Bits = Uint32Array;

/** What a character that is a colon, or one that is none, does to all beginnings at once. */
interface Step {
  /** Beginnings behind which a `?` stands that takes it. */
  readonly wild: Bits;
  /** Beginnings behind which a star stands that takes it, and that the text still is then. */
  readonly stay: Bits;
}

/** A list of tokens, taken apart. */
export interface Pattern {
  /** Beginnings behind which a character stands, by its code point. */
  readonly exact: ReadonlyMap<number, Bits>;
  readonly colon: Step;
  readonly other: Step;
  /** The whole pattern: how many tokens it has that are no stars. */
  readonly whole: number;
}

function set(bits: Bits, bit: number): void {
  bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
}

export function patternOf(tokens: readonly Token[]): Pattern {
  const length = (tokens.length >>> 5) + 1;
  const exact = new Map<number, Bits>();
  const colon = { wild: new Uint32Array(length), stay: new Uint32Array(length) };
  const other = { wild: new Uint32Array(length), stay: new Uint32Array(length) };
  let at = 0;
  for (const token of tokens) {
    if (token === STAR || token === STAR_IN_PART) {
      set(other.stay, at);
      if (token === STAR) set(colon.stay, at);
      continue;
    }
    if (token >= 0) {
      const bits = exact.get(token) ?? new Uint32Array(length);
      exact.set(token, bits);
      set(bits, at);
    } else {
      set(other.wild, at);
      if (token === ANY) set(colon.wild, at);
    }
    at++;
  }
  return { exact, colon, other, whole: at };
}

/** Replaces the beginnings that the text was by those that it is with one character more. */
function advance(states: Bits, { wild, stay }: Step, exact: Bits | undefined): boolean {
  let carry = 0;
  let some = 0;
  for (let word = 0; word < states.length; word++) {
    const was = states[word] ?? 0;
    const taken = was & ((exact?.[word] ?? 0) | (wild[word] ?? 0));
    const is = (taken << 1) | carry | (was & (stay[word] ?? 0));
    carry = taken >>> 31;
    states[word] = is;
    some |= is;
  }
  return some !== 0;
}

/** Whether the whole text fits. */
export function fits({ exact, colon, other, whole }: Pattern, text: string): boolean {
  const states = new Uint32Array(colon.wild.length);
  set(states, 0);
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (!advance(states, code === COLON ? colon : other, exact.get(code))) return false;
  }
  return (((states[whole >>> 5] ?? 0) >>> (whole & 31)) & 1) === 1;
}
