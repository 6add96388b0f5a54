/** How values and messages look in the sentences of a failed expectation. Pure. */
import type { SeenCounts, SeenMessage } from "./types.ts";

const CHARACTERS_MAX = 200;
/** Messages that a sentence lists. */
export const LISTED_MAX = 5;

const states = { visible: "visible", inFlight: "in flight", delayed: "delayed" } as const;

/** In one line, cut where it is long. */
export function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : textOf(value);
  const cut = text.length - CHARACTERS_MAX;
  return cut > 0 ? `${text.slice(0, CHARACTERS_MAX)}… (${cut} more characters)` : text;
}

function textOf(value: unknown): string {
  if (value instanceof RegExp) return String(value);
  // JSON writes no RegExp; each is put in behind it, where its mark stands.
  const patterns: string[] = [];
  const json = JSON.stringify(value, (_, one: unknown) => {
    if (!(one instanceof RegExp)) return one;
    return `\u0000${patterns.push(String(one)) - 1}\u0000`;
  });
  return (json ?? String(value)).replace(
    /"\\u0000(\d+)\\u0000"/g,
    (_, index: string) => patterns[Number(index)] as string,
  );
}

export function shownCounts({ visible, inFlight, delayed }: SeenCounts): string {
  return `${visible} visible, ${inFlight} in flight, ${delayed} delayed`;
}

function shownMessage(message: SeenMessage): string {
  const { messageId, state, receiveCount, body, messageGroupId } = message;
  const times = receiveCount === 1 ? "once" : `${receiveCount} times`;
  const group = messageGroupId === undefined ? "" : `, group ${messageGroupId}`;
  return `${messageId} ${states[state]}, received ${times}${group}: ${shown(body)}`;
}

/** The first few, a line each; `count`: how many there are. */
export function shownMessages(messages: readonly SeenMessage[], count = messages.length): string {
  const lines = messages.slice(0, LISTED_MAX).map((message) => `  ${shownMessage(message)}`);
  const more = count - lines.length;
  if (more > 0) lines.push(`  … and ${more} more`);
  return lines.join("\n");
}
