/**
 * What an action is given besides its request, and what it may answer. Types only.
 * An action never sees a header, a socket or a status: what it may know of them is here.
 */
import type { Broker } from "../../broker/broker.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import type { Caller } from "../../policy/caller.ts";
import type { RequestTags, Target } from "./target.ts";

export interface Context {
  readonly broker: Broker;
  /** Undefined where the server keeps none. */
  readonly metrics: Metrics | undefined;
  readonly caller: Caller;
  /** Twelve digits: whose queues are meant where a request names no account. */
  readonly account: string;
  /** False where nobody has to say who he is: whichever account a request names then means this one. */
  readonly tellsAccounts: boolean;
  /**
   * Throws AccessDenied unless the caller may do that to this; `action` is the request's own where none is
   * given. Where nobody has to say who he is, everybody may.
   */
  authorise(target: Target, requestTags?: RequestTags, action?: string): void;
  /** Throws MissingAuthenticationToken where the caller has not said who he is and has to. */
  identify(): void;
  /** "http://HOST" as the client addressed this server; queue URLs begin with it. */
  readonly origin: string;
  /** The trace of the HTTP request, for messages that carry none of their own. */
  readonly traceHeader: string | undefined;
  /** Aborts when the client has gone or the server drains; made when it is first asked for. */
  readonly signal: AbortSignal;
  /**
   * For what an action took and its client has to have: `undo` is called once if the answer did not
   * reach the socket whole, because the connection ended before. What it rejects with is a fault.
   */
  undoUnlessSent(undo: () => Promise<unknown>): void;
}

/** An object with wire names, or nothing for an action without a result. */
export type Answer = object | undefined;
