/**
 * A request that was read, and the way its reply takes; whatever carries them, a socket (exchange.ts) or
 * a call in this process (engine/awsSdk/). All that answers, and the contexts of actions, know this and
 * no more. Types only.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { ErrorCode } from "../../errors.ts";
import type { RawHead } from "../auth/head.ts";
import type { Call, LongReply, Reply } from "../protocol/protocol.ts";

/** What of an IncomingMessage a server reads. */
export interface RequestHead extends RawHead {
  readonly headers: IncomingHttpHeaders;
  readonly socket: Peer;
}

/** Who is at the other end. */
export interface Peer {
  readonly remoteAddress?: string | undefined;
  /** True by TLS. */
  readonly encrypted?: boolean | undefined;
}

export interface Inquiry {
  readonly request: RequestHead;
  /** When its head was here, by elapsedMs(). */
  readonly startedMs: number;
  /** What the request asked for, once it could be read. */
  call: Call | undefined;
  /** What it was refused with. */
  errorCode: ErrorCode | undefined;
  /** Nobody waits for the reply any more, or it is out. */
  readonly isEnded: boolean;
  /** Aborts when nobody waits any more, and when waits are to end; made when it is first asked for. */
  readonly signal: AbortSignal;
  /** Writes the reply with its headers; `close` ends the connection after it, if there is one. */
  send(reply: Reply, close?: boolean): void;
  /**
   * Makes a long reply, of which other requests have their turn between two pieces, and writes it when
   * it is all there. Rejects with what the making throws; nothing is written then.
   */
  sendInTurns(reply: LongReply): Promise<void>;
  /** Calls `undo` once if the answer does not reach the client whole: when that is known, or now. */
  undoUnlessSent(undo: () => void): void;
}
