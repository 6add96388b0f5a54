/** What the opener and the threads of a consumer tell each other. Types only. */
import type { LedgerShare } from "../broker/messages/ledger.ts";
import type { BrokerHandle } from "../types.ts";
import type { ErrorShape } from "./errorShape.ts";

/** What a thread is given; it ends when its work has. */
export interface Task {
  readonly handle: BrokerHandle;
  readonly port: BrokerHandle["port"];
  readonly ledger: LedgerShare;
  /** The queue's name, and whose it is. */
  readonly queue: string;
  readonly account: string;
  /** Of the queue: one made later under the same name is another. */
  readonly incarnation: number;
  readonly href: string;
  readonly work: WorkSettings;
  readonly data: unknown;
  readonly catchesOutput: boolean;
}

/** Of a consumer's settings those that its loops need. */
export interface WorkSettings {
  readonly batch: number;
  readonly concurrency: number;
  readonly visibilityTimeout: number | undefined;
  readonly heartbeat: boolean;
  readonly recycleAfter: number;
  readonly hasBackoff: boolean;
  readonly hasOwnLoop: boolean;
  readonly carries: number | undefined;
}

/** A handler failed. `number` names the message in its thread's hands. */
export interface Failure {
  readonly messageId: string;
  readonly error: ErrorShape;
  readonly number: number;
  readonly receiveCount: number;
}

/** What is to become of a failed message; undefined: it comes back when its timeout is over. */
export interface BackoffAnswer {
  readonly number: number;
  readonly seconds: number | undefined;
}

/** What a thread tells the opener. */
export type Report =
  | { readonly kind: "began"; readonly threadId: number }
  | { readonly kind: "ready" }
  /** The handler's module can't be used: no other thread could either. */
  | { readonly kind: "unusable"; readonly error: ErrorShape }
  /** The module's close threw. */
  | { readonly kind: "closeFailed"; readonly error: ErrorShape }
  /** It has done what it was to do before it is replaced, and ends itself. */
  | { readonly kind: "recycled" }
  | { readonly kind: "failed"; readonly failures: readonly Failure[] }
  | { readonly kind: "printed"; readonly stream: "stdout" | "stderr"; readonly text: string };

/** What the opener tells a thread. */
export type Order =
  | { readonly kind: "stop" }
  | { readonly kind: "backoff"; readonly answers: readonly BackoffAnswer[] };

/** How a thread's work came to its end in good order. */
export type End =
  | { readonly kind: "stopped" | "recycle" | "unusable" }
  /** The queue or the broker is gone. */
  | { readonly kind: "lost"; readonly error: ErrorShape };
