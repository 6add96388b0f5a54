/**
 * Reads TypeScript source as text, just far enough for the house rules: without its comments and
 * literals, and what it imports. No parser: a rule that needs one belongs in biome.
 */

/** Comments, strings, templates and, where an expression can begin, regular expressions. */
const TOKENS =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[=(,:;!&|?{}[]\s*|return\s+)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;

const COMMENTS = /^\/[/*]/;

/**
 * The source with comments blanked and literals emptied. The code inside a template's `${}` is kept,
 * because it runs.
 */
export function withoutLiterals(source: string): string {
  return source.replace(TOKENS, (token) => {
    if (COMMENTS.test(token)) return " ";
    if (!token.startsWith("`")) return '""';
    return [...token.matchAll(/\$\{([^}]*)\}/g)].map((match) => ` ${match[1]} `).join("");
  });
}

/** The source with its comments blanked and everything else as it stands. */
export function withoutComments(source: string): string {
  return source.replace(TOKENS, (token) => (COMMENTS.test(token) ? " " : token));
}

const SPECIFIERS = [
  /\b(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']/g,
  /\bimport\s*["']([^"']+)["']/g,
  /\bimport\s*\(\s*["']([^"']+)["']\s*\)/g,
];

/** What a source file imports or re-exports, as it is written there. */
export function specifiersOf(source: string): string[] {
  const code = withoutComments(source);
  return SPECIFIERS.flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => match[1] ?? ""),
  );
}

/**
 * The files of the repository that the file at `path` imports, as paths from the repository's root.
 * assembly/ writes no extension; the answer has it.
 */
export function importsOf(path: string, source: string): string[] {
  return specifiersOf(source)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => new URL(specifier, `file:///${path}`).pathname.slice(1))
    .map((target) => (/\.\w+$/.test(target) ? target : `${target}.ts`));
}

/** The comment that a file begins with, after a `#!` line; empty where there is none. */
export function headerOf(source: string): string {
  const text = source.replace(/^#![^\n]*\n/, "").trimStart();
  const block = /^\/\*[\s\S]*?\*\//.exec(text)?.[0];
  return block ?? /^(?:\/\/[^\n]*\n)+/.exec(text)?.[0] ?? "";
}
