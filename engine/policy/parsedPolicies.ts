/**
 * Policies of queues by their text, read once: a queue's policy is asked at every request, and its
 * text changes seldom. Bounded; the text that was read longest ago goes first. One a server.
 */
import type { PolicyDocument } from "./document.ts";
import { parsePolicy } from "./parse.ts";
import { PolicyError } from "./policyError.ts";

/** More queues than this with different policies, asked in turn, have theirs read again. */
const TEXTS_MAX = 1_000;

/**
 * What a text stands for that is no policy, which a program can store: nobody may anything, until the
 * account's root has mended it.
 */
const denyAll = parsePolicy(
  {
    Version: "2012-10-17",
    Statement: { Effect: "Deny", Principal: "*", Action: "*", Resource: "*" },
  },
  "queue",
);

export class ParsedPolicies {
  readonly #documents = new Map<string, PolicyDocument>();

  /** Undefined where a queue has no policy. */
  of(text: string | undefined): PolicyDocument | undefined {
    if (text === undefined || text === "") return undefined;
    const known = this.#documents.get(text);
    if (known !== undefined) return known;
    if (this.#documents.size >= TEXTS_MAX) {
      const [oldest] = this.#documents.keys();
      if (oldest !== undefined) this.#documents.delete(oldest);
    }
    const document = readOrDeny(text);
    this.#documents.set(text, document);
    return document;
  }
}

function readOrDeny(text: string): PolicyDocument {
  try {
    return parsePolicy(text, "queue");
  } catch (error) {
    if (error instanceof PolicyError) return denyAll;
    throw error;
  }
}
