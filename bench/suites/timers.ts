/**
 * `timers`: what visibility timeouts and delays cost beside a million others that are armed, half of
 * them of messages in flight and half of delayed ones, and beside none.
 */
import type { Suite } from "./work.ts";

export const timers: Suite = {
  name: "timers",
  about: "to arm, cancel, re-arm and expire, beside 1,000,000 armed timers and beside none",
  works: () => [
    { kind: "timers", armed: 0 },
    { kind: "timers", armed: 1_000_000 },
  ],
};
