/**
 * Sluice's server, from a program: what `import { serve } from "sluice/server"` gives. The command `sluice
 * serve` is made of the same. docs/SERVER.md shows how it is used.
 *
 * @example
 * await using server = await serve({ queues: { orders: {} } });
 * console.log(server.url);
 */
export type { Fields, Logger, LogLevel } from "./logger.ts";
export { ListenError, type RunningServer } from "./running.ts";
export { type ServeOptions, serve } from "./serve.ts";
export type { CredentialObject, QueueObject } from "./settings/shapes.ts";
