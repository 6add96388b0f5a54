/** `server`: calls a second of `sluice serve` beside a bare server of node:http. */
import type { Suite } from "./work.ts";

const CONNECTIONS = [1, 4, 16, 64];

export const server: Suite = {
  name: "server",
  about: "requests a second beside bare node:http, 1 to 64 connections, batches of 1 and 10",
  works: () =>
    CONNECTIONS.flatMap((connections) =>
      [1, 10].map((batch) => ({ kind: "server" as const, connections, batch })),
    ),
};
