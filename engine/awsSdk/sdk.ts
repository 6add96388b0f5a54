/**
 * What of the SDK's middleware is used, as the SDK's clients have it: each of their commands runs through
 * a stack of middleware, whose first step is `initialize`. Types only; nothing of the SDK is imported.
 */
import type { SdkSignal } from "./abort.ts";

/** A command on its way down. */
export interface SdkArgs {
  readonly input: object;
}

/** A command's answer on its way up. */
export interface SdkResult {
  readonly response: unknown;
  readonly output: object;
}

export type SdkNext = (args: SdkArgs) => Promise<SdkResult>;

/** What the SDK's middlewares know of the command besides. */
export interface SdkContext {
  /** "SQSClient". */
  readonly clientName?: string;
  /** "SendMessageCommand". */
  readonly commandName?: string;
  readonly __smithy_context?: {
    /** What the call was given as its `abortSignal`; told by @smithy/core 3.39 and later. */
    readonly abortSignal?: SdkSignal;
    readonly commandInstance?: { readonly middlewareStack?: SdkStack };
  };
}

export type SdkMiddleware = (next: SdkNext, context: SdkContext) => SdkNext;

export interface SdkEntry {
  readonly name?: string;
  readonly step?: "initialize";
  readonly priority?: "low";
  readonly override?: boolean;
}

/** What middlewares are added to. */
export interface SdkTarget {
  add(middleware: SdkMiddleware, entry: SdkEntry): void;
  addRelativeTo(middleware: SdkMiddleware, entry: SdkEntry): void;
}

/** A client's stack, or a command's: it is a plugin itself. */
export interface SdkStack extends SdkTarget {
  applyToStack(target: SdkTarget): void;
}
