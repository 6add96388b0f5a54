/**
 * An answer that takes long to make, as long texts do: a list whose elements are made one by one, when
 * they are asked for, so that whoever writes it can do something else in between. Made by an action
 * whose result has that list, and behind it nothing but texts; pure.
 */
import type { ListShape, Loose, Members } from "./schema.ts";

export class LongAnswer {
  /** At least one; to be gone through once. */
  readonly elements: Iterable<object>;
  /** The texts behind the list, by their names. */
  readonly others: Loose;

  constructor(elements: Iterable<object>, others: Loose = {}) {
    this.elements = elements;
    this.others = others;
  }
}

/** The one list that a result of that description has, its name, and what stands behind it. */
export function onlyList(result: Members = {}): { name: string; list: ListShape; rest: Members } {
  const [[name, list] = ["", undefined], ...others] = Object.entries(result);
  if (list?.type === "list" && others.every(([, { type }]) => type === "string")) {
    return { name, list, rest: Object.fromEntries(others) };
  }
  throw new Error("A long answer is one list and texts.");
}
