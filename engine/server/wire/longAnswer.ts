/**
 * An answer that takes long to make, as long texts do: a list whose elements are made one by one, when
 * they are asked for, so that whoever writes it can do something else in between. Made by an action
 * whose result has that list and nothing else; pure.
 */
import type { ListShape, Members } from "./schema.ts";

export class LongAnswer {
  /** At least one; to be gone through once. */
  readonly elements: Iterable<object>;

  constructor(elements: Iterable<object>) {
    this.elements = elements;
  }
}

/** The one list that a result of that description has, and its name. */
export function onlyList(result: Members = {}): { name: string; list: ListShape } {
  const [[name, list] = ["", undefined], ...others] = Object.entries(result);
  if (list?.type === "list" && others.length === 0) return { name, list };
  throw new Error("A long answer is one list.");
}
