/**
 * Patterns with `*` and `?`, and whether a text fits one. No regular expression is made of a policy's
 * text: the states that a pattern can be in after each character are counted up side by side, so the
 * time is bounded by the product of both lengths, whatever the pattern. Pure.
 *
 * A pattern is a list of tokens: code points, and the four wildcards below zero. Two of these stop at
 * colons, for ARNs, whose parts are between colons.
 */

export type Pattern = readonly number[];

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
export function codesOf(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

const isStar = (token: number | undefined): boolean => token === STAR || token === STAR_IN_PART;

/** The same pattern in fewer tokens: of stars in a row one is left, the one that takes more. */
export function shortened(tokens: Pattern): Pattern {
  const short: number[] = [];
  for (const token of tokens) {
    const last = short.at(-1);
    if (!isStar(token) || !isStar(last)) short.push(token);
    else if (token === STAR) short[short.length - 1] = STAR;
  }
  return short;
}

/** Whether the token takes this character and stays (a star), or lets it by (all others). */
function takes(token: number, code: number): boolean {
  if (token >= 0) return token === code;
  return token === ANY || token === STAR || code !== COLON;
}

/**
 * Adds the state "all tokens before this one have had their characters", and the one behind a star,
 * which may have none. States come in ascending order, so a repeated one is among the last two.
 */
function reach(states: number[], pattern: Pattern, state: number): void {
  if (states.at(-1) !== state && states.at(-2) !== state) states.push(state);
  if (isStar(pattern[state])) reach(states, pattern, state + 1);
}

/** Whether the whole text fits. The pattern has no two stars in a row (`shortened`). */
export function fits(pattern: Pattern, text: string): boolean {
  let states: number[] = [];
  reach(states, pattern, 0);
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const next: number[] = [];
    for (const state of states) {
      const token = pattern[state];
      if (token === undefined || !takes(token, code)) continue;
      reach(next, pattern, isStar(token) ? state : state + 1);
    }
    if (next.length === 0) return false;
    states = next;
  }
  return states.at(-1) === pattern.length;
}
