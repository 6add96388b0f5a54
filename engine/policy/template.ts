/**
 * Texts of policies with wildcards and variables, as tests of a request's values. `${aws:username}` stands
 * for that key's value, `${aws:username, 'nobody'}` for `nobody` where it has none, and `${*}`, `${?}`
 * and `${$}` for these characters themselves. A value that is put in is text: a `*` in it is no wildcard.
 * Pure; a text without variables is taken apart once.
 * Source: IAM User Guide, "IAM policy elements: Variables and tags".
 */
import type { Lookup, Test } from "./document.ts";
import {
  ANY,
  ANY_IN_PART,
  codesOf,
  fits,
  type Pattern,
  patternOf,
  STAR,
  STAR_IN_PART,
  type Token,
} from "./wildcard.ts";

/** Text in which wildcards are wildcards, text that is nothing but text, or a variable. */
type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "variable"; readonly key: string; readonly fallback: string | undefined };

const VARIABLE = /^([^,]*)(?:,\s*'([^']*)')?$/;

function variableOf(inner: string): Part {
  if (inner === "*" || inner === "?" || inner === "$") return { kind: "literal", text: inner };
  const [, key = inner, fallback] = VARIABLE.exec(inner) ?? [];
  return { kind: "variable", key: key.trim().toLowerCase(), fallback };
}

function partsOf(text: string, hasVariables: boolean): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  while (from < text.length) {
    const begin = hasVariables ? text.indexOf("${", from) : -1;
    const end = begin < 0 ? -1 : text.indexOf("}", begin);
    if (end < 0) break;
    if (begin > from) parts.push({ kind: "text", text: text.slice(from, begin) });
    parts.push(variableOf(text.slice(begin + 2, end)));
    from = end + 1;
  }
  if (from < text.length) parts.push({ kind: "text", text: text.slice(from) });
  return parts;
}

/** A key of several values is no variable; an absent one leaves the text without a meaning. */
function variableValue({ key, fallback }: Part & { kind: "variable" }, lookup: Lookup) {
  const values = lookup(key);
  return values?.length === 1 ? values[0] : fallback;
}

const WILDCARDS: ReadonlyMap<number, number> = new Map([
  [42, STAR],
  [63, ANY],
]);

/** The pattern's tokens; undefined where a variable has no value. */
function tokensOf(parts: readonly Part[], lookup: Lookup): readonly Token[] | undefined {
  const tokens: Token[] = [];
  for (const part of parts) {
    const text = part.kind === "variable" ? variableValue(part, lookup) : part.text;
    if (text === undefined) return undefined;
    const isText = part.kind === "text";
    for (const code of codesOf(text)) tokens.push((isText && WILDCARDS.get(code)) || code);
  }
  return tokens;
}

const COLON = 58;

/** Wildcards that stay between colons, but for a star that ends its part: that one may go on. */
function ofResource(tokens: readonly Token[]): readonly Token[] {
  return tokens.map((token, index) => {
    if (token === ANY) return ANY_IN_PART;
    const next = tokens[index + 1];
    return token === STAR && next !== undefined && next !== COLON ? STAR_IN_PART : token;
  });
}

/** Wildcards that stay in their part of an ARN's six; fewer parts fit no ARN. */
function ofArn(tokens: readonly Token[]): readonly Token[] | undefined {
  let colons = 0;
  const pattern = tokens.map((token) => {
    if (token === COLON) colons++;
    if (colons > 4) return token;
    if (token === ANY) return ANY_IN_PART;
    return token === STAR ? STAR_IN_PART : token;
  });
  return colons < 5 ? undefined : pattern;
}

/** What wildcards reach: the whole text, a resource's parts, the six parts of an ARN. */
export type Reach = "text" | "resource" | "arn";

type Reacher = (tokens: readonly Token[]) => readonly Token[] | undefined;

const reaches: Readonly<Record<Reach, Reacher>> = {
  text: (tokens) => tokens,
  resource: ofResource,
  arn: ofArn,
};

const nothing: Lookup = () => undefined;

/** Whether a value fits a text with wildcards. */
export function likeTest(text: string, reach: Reach, hasVariables: boolean): Test {
  if (text === "*" && reach !== "arn") return () => true;
  const parts = partsOf(text, hasVariables);
  const reached = (lookup: Lookup): readonly Token[] | undefined => {
    const tokens = tokensOf(parts, lookup);
    return tokens && reaches[reach](tokens);
  };
  if (parts.some(({ kind }) => kind === "variable")) {
    return (value, lookup) => {
      const tokens = reached(lookup);
      return tokens !== undefined && fits(patternOf(tokens), value);
    };
  }
  const tokens = reached(nothing);
  if (tokens === undefined) return () => false;
  if (tokens.every((token) => token >= 0)) {
    const literal = tokens.map((code) => String.fromCodePoint(code)).join("");
    return (value) => value === literal;
  }
  const pattern: Pattern = patternOf(tokens);
  return (value) => fits(pattern, value);
}

/** Whether a value is a text, in which wildcards are nothing special. */
export function equalTest(text: string, ignoresCase: boolean, hasVariables: boolean): Test {
  const parts = partsOf(text, hasVariables);
  const folded = (value: string): string => (ignoresCase ? value.toLowerCase() : value);
  return (value, lookup) => {
    let wanted = "";
    for (const part of parts) {
      const text = part.kind === "variable" ? variableValue(part, lookup) : part.text;
      if (text === undefined) return false;
      wanted += text;
    }
    return folded(value) === folded(wanted);
  };
}
