/**
 * Assertions: `if (MUST) assert(condition, "what holds");`. The debug build checks them, and one that
 * does not hold ends the call with an error that says what, and in which file and line
 * (bindings/assertion.ts). In the other builds nothing of them remains (must.mjs). They say what a
 * function relies on; a check of what a caller may get wrong is no assertion. Their texts lie in the
 * memory's first page, which nothing else uses.
 */

/** Whether this build checks them: the one that is not optimised. */
export const MUST: bool = ASC_OPTIMIZE_LEVEL === 0;
