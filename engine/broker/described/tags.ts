/**
 * A queue's tags: how they travel, and which there may be. Pure functions; called when tags are
 * set. Source: API Reference, TagQueue; Developer Guide, "cost allocation tags".
 */
import { SluiceError } from "../../errors.ts";
import { tags as limits } from "../../limits.ts";
import { quoted } from "./quoted.ts";

type Tags = Readonly<Record<string, string>>;

function invalid(reason: string): SluiceError {
  return new SluiceError("InvalidParameterValue", `A tag is invalid. Reason: ${reason}`);
}

function isAllowed(text: string, maxCharacters: number): boolean {
  // A character beyond U+FFFF has two units, so a text of more than twice as many is too long.
  if (text.length > 2 * maxCharacters || !limits.pattern.test(text)) return false;
  return text.length <= maxCharacters || [...text].length <= maxCharacters;
}

function checkTag(key: string, value: string): void {
  if (key === "" || !isAllowed(key, limits.maxKeyCharacters)) {
    throw invalid(
      `the key ${quoted(key)} is not 1 to ${limits.maxKeyCharacters} letters, digits, ` +
        "spaces and any of _ . : / = + - @",
    );
  }
  if (key.toLowerCase().startsWith(limits.reservedPrefix)) {
    throw invalid(
      `keys that begin with ${limits.reservedPrefix} are reserved; ${quoted(key)} does.`,
    );
  }
  if (!isAllowed(value, limits.maxValueCharacters)) {
    throw invalid(
      `the value ${quoted(value)} of ${quoted(key)} is not at most ${limits.maxValueCharacters} ` +
        "letters, digits, spaces and any of _ . : / = + - @",
    );
  }
}

/** `before` with the tags of `change`, which win; throws where that is more than a queue may have. */
export function mergeTags(before: Tags, change: Tags): Record<string, string> {
  checkCount(Object.keys(change).length);
  const merged = Object.assign(Object.create(null), before, change) as Record<string, string>;
  return checkTags(merged);
}

function checkCount(count: number): void {
  if (count <= limits.maxCount) return;
  throw invalid(`a queue has at most ${limits.maxCount} tags, not ${count}.`);
}

/** The same tags, all of which a queue may have. */
export function checkTags<T extends Tags>(tags: T): T {
  const pairs = Object.entries(tags);
  checkCount(pairs.length);
  for (const [key, value] of pairs) checkTag(key, value);
  return tags;
}

/** `before` without the tags of those keys. */
export function withoutTags(before: Tags, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(before).filter(([key]) => !keys.includes(key)));
}
