/**
 * Text from outside, made harmless where it is written: a queue's name may contain anything. Pure;
 * every writer of this folder passes what it is given through one of these.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Characters that no XML file may contain, nor a terminal be sent. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/gu;

/** On one line, with a space for every character that is none to print. */
export function printable(text: string): string {
  return text.replace(CONTROLS, " ");
}

/** For text and quoted attributes of HTML and SVG. */
export function escapeMarkup(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** For a cell of a Markdown table: as it stands, and on one line. */
export function escapeMarkdown(text: string): string {
  return printable(text).replace(/[\\|`*_<>[\]]/g, "\\$&");
}

/** JSON inside of a script element: nothing in it can end the element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/</g, "\\u003c");
}
