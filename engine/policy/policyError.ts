/**
 * What is wrong with a policy, and where in it; and the readers of what stands everywhere in one: an
 * object of known members, a text or a list of texts. Pure; they throw `PolicyError` and nothing else.
 */
import { suggestion } from "../suggestion.ts";

/** A policy that is none. The message begins with the place in it, or is about the whole. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  /** `Statement[0].Action`; empty for the whole document. */
  readonly path: string;

  constructor(path: string, reason: string) {
    super(path === "" ? `it ${reason}` : `${path} ${reason}`);
    this.path = path;
  }
}

export type Members = Readonly<Record<string, unknown>>;

export function readObject(value: unknown, path: string): Members {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Members;
  throw new PolicyError(path, "is no JSON object.");
}

/** An object that has no members but these. */
export function readMembers(value: unknown, path: string, names: readonly string[]): Members {
  const members = readObject(value, path);
  for (const name of Object.keys(members)) {
    if (names.includes(name)) continue;
    const near = suggestion(name, names) || `; there may be ${names.join(", ")}.`;
    throw new PolicyError(path, `has the unknown member ${shown(name)}${near}`);
  }
  return members;
}

const SHOWN_CHARACTERS = 60;

/** A text of the policy inside a sentence. */
export function shown(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
  return JSON.stringify(cut);
}

/** Each value of one or a list of them, with its path. */
export function readList(value: unknown, path: string): readonly (readonly [unknown, string])[] {
  if (!Array.isArray(value)) return [[value, path]];
  if (value.length === 0) throw new PolicyError(path, "is an empty list.");
  return value.map((one, index) => [one, `${path}[${index}]`] as const);
}

/** What a reader makes of each text of one or a list of them. */
export function readTexts<T>(
  value: unknown,
  path: string,
  read: (text: string, path: string) => T,
): readonly T[] {
  return readList(value, path).map(([one, place]) => {
    if (typeof one !== "string") throw new PolicyError(place, "is no text.");
    return read(one, place);
  });
}
