/**
 * What a test expects of a message, as a check that says where the two differ. Pure.
 *
 * A difference is a path and two values, as `body.order.id: expected 7, found 8`. Of several messages the
 * nearest is the one with the fewest differences.
 */
import { isDeepStrictEqual } from "node:util";
import { SluiceError } from "../errors.ts";
import { nearest } from "../suggestion.ts";
import { shown } from "./shown.ts";
import type { Matcher, MessageShape, SeenMessage } from "./types.ts";

export interface Difference {
  readonly path: string;
  /** As a sentence shows it. */
  readonly expected: string;
  readonly found: string;
}

/** A matcher that was checked. */
export interface Check {
  /** As a sentence shows it. */
  readonly text: string;
  /** Empty where the message matches. */
  differences(message: SeenMessage): readonly Difference[];
}

const members: { readonly [Name in keyof Required<MessageShape>]: true } = {
  body: true,
  messageId: true,
  state: true,
  receiveCount: true,
  messageGroupId: true,
  messageDeduplicationId: true,
  deadLetterQueueSourceArn: true,
  messageAttributes: true,
};

/** Throws InvalidParameterValue for what is no matcher; `call` is who was given it. */
export function checkOf(matcher: Matcher, call: string): Check {
  if (typeof matcher === "function") return { text: nameOf(matcher), ...byFunction(matcher) };
  if (typeof matcher === "string" || matcher instanceof RegExp) {
    return checkOf({ body: matcher }, call);
  }
  if (typeof matcher !== "object" || matcher === null) {
    throw invalid(
      `${call} takes a body's text, a RegExp, an object such as { body: { id: 7 } } or a function, ` +
        `not ${shown(matcher)}.`,
    );
  }
  const unknown = Object.keys(matcher).find((name) => !Object.hasOwn(members, name));
  if (unknown !== undefined) throw unknownMember(unknown, matcher, call);
  return { text: shown(matcher), differences: (message) => differencesOf(matcher, message) };
}

function invalid(text: string): SluiceError {
  return new SluiceError("InvalidParameterValue", text);
}

function unknownMember(name: string, matcher: object, call: string): SluiceError {
  const meant = nearest(name, Object.keys(members));
  const hint =
    meant === undefined ? `{ body: ${shown(matcher)} } looks into a JSON body` : `${meant} is one`;
  return invalid(`A message has no ${name} for ${call} to look at; ${hint}.`);
}

function nameOf(matcher: (message: SeenMessage) => boolean): string {
  return matcher.name === "" || matcher.name === "matcher" ? "the function" : matcher.name;
}

function byFunction(matcher: (message: SeenMessage) => boolean): Pick<Check, "differences"> {
  const failed = [{ path: "", expected: "true of the function", found: "false" }];
  return { differences: (message) => (matcher(message) ? [] : failed) };
}

function differencesOf(shape: MessageShape, message: SeenMessage): Difference[] {
  const found: Difference[] = [];
  for (const name of Object.keys(shape) as (keyof MessageShape)[]) {
    const expected = shape[name];
    if (expected === undefined) continue;
    if (name === "body") compareBody(expected, message.body, found);
    else compare(name, expected, message[name], found);
  }
  return found;
}

/** A text or a pattern is about the body's text, anything else about what it says as JSON. */
function compareBody(expected: unknown, body: string, found: Difference[]): void {
  if (typeof expected === "string" || expected instanceof RegExp) {
    compare("body", expected, body, found);
    return;
  }
  try {
    compare("body", expected, JSON.parse(body), found);
  } catch {
    found.push({ path: "body", expected: shown(expected), found: `no JSON: ${shown(body)}` });
  }
}

function compare(path: string, expected: unknown, actual: unknown, found: Difference[]): void {
  if (expected === undefined) return;
  if (expected instanceof RegExp) {
    // A copy, since one that looks for all keeps the place where it ended.
    if (typeof actual === "string" && new RegExp(expected).test(actual)) return;
  } else if (isObject(expected) && isObject(actual)) {
    for (const [name, value] of Object.entries(expected)) {
      compare(`${path}.${name}`, value, actual[name], found);
    }
    return;
  } else if (
    Array.isArray(expected) &&
    Array.isArray(actual) &&
    expected.length === actual.length
  ) {
    for (const [index, value] of expected.entries()) {
      compare(`${path}[${index}]`, value, actual[index], found);
    }
    return;
  } else if (isDeepStrictEqual(expected, actual)) return;
  found.push({ path, expected: shown(expected), found: shown(actual) });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
