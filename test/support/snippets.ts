/** Reads the code blocks of a page, for tests that run what the documents show. Pure. */

/** A code block, and what the block of text behind it says that it prints. */
export interface Snippet {
  readonly language: string;
  readonly text: string;
  readonly prints: string | undefined;
}

/** Blocks of a page that are code; pictures stand alone and are none. */
export function snippetsOf(page: string): Snippet[] {
  const fences = /^```(\w+)\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```$)?/gm;
  return [...page.matchAll(fences)]
    .map(([, language = "", text = "", prints]) => ({ language, text, prints }))
    .filter(({ language }) => language !== "text");
}
