/**
 * A client's text inside an error's text: in quotation marks, and not more of it than tells which
 * one is meant, since a request may have megabytes. Pure.
 */
const shownCharacters = 100;

export function quoted(text: string): string {
  if (text.length <= shownCharacters) return `"${text}"`;
  return `"${clipped(text)}"`;
}

/** The same without the marks, as AWS writes "Value VALUE for parameter". */
export function clipped(text: string): string {
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}...`;
}
