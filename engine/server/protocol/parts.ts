/**
 * Long bodies are gone through in parts of so many bytes, each in a call of its own. One long loop is
 * compiled while it runs, and thrown away at its end, so that the first ten of them take three to five
 * times as long as they should; a short one that is called often is soon compiled for good.
 */
export const partBytes = 4_096;
