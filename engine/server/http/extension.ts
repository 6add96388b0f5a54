/**
 * Paths below `/_sluice/` that somebody above the server answers, such as the test kit. A server has one
 * or none; what it does not own there is 404, so that nothing is taken for a queue's path. Types, and which
 * paths those are; pure.
 */
import type { Broker } from "../../broker/broker.ts";
import type { Reply } from "../protocol/protocol.ts";

/** What nobody but an extension answers. */
const reserved = "/_sluice/";

export interface ExtensionRequest {
  readonly method: string;
  /** With what stands behind the question mark. */
  readonly path: string;
  readonly body: Buffer;
}

/** Where there are credentials it is asked by the account's root alone. */
export interface Extension {
  /** What its paths begin with. */
  readonly prefix: string;
  /** Rejects for faults of this program's alone. */
  answer(request: ExtensionRequest): Promise<Reply>;
}

/** For a broker whose server is about to listen; `reset` is that of the server. */
export type MakeExtension = (
  broker: Broker,
  server: { readonly reset: () => Promise<void> },
) => Extension;

export function isReserved(url: string): boolean {
  return url.startsWith(reserved) || url === reserved.slice(0, -1);
}

export function isOwned(extension: Extension | undefined, url: string): extension is Extension {
  if (extension === undefined) return false;
  return url.startsWith(extension.prefix) || url === extension.prefix.slice(0, -1);
}

export function nothingThere(): Reply {
  return refused(404, "NotFound", "There is nothing here. Tests want a server with --testing.");
}

/** What paths of an extension answer to what can't be. */
export function refused(status: number, code: string, message: string): Reply {
  const body = JSON.stringify({ error: { code, message } });
  return { status, body, contentType: "application/json" };
}
