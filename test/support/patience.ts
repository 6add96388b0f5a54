/**
 * Deadlines that only turn a hang into a failure. Nothing is proven by meeting one, so each is many
 * times what a quiet machine needs, and longer where the machine was found slow at the start
 * (slowness.ts; vitest.config.ts leaves the number in the environment).
 */

/** As long as is sure for what takes a second or two on a quiet machine; of `quietMs` for other things. */
export function patience(quietMs = 60_000): number {
  return Math.ceil(quietMs * Number(process.env.SLUICE_SLOWNESS ?? 1));
}
