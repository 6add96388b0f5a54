/**
 * What an action is told of its request: read of it when an action asks, since most ask for nothing. Made
 * by the server for each request that it could read, on its thread.
 */
import type { Broker } from "../../broker/broker.ts";
import { wallMs } from "../../clock.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import type { Caller } from "../../policy/caller.ts";
import { type Access, unsigned } from "../auth/access.ts";
import type { Facts } from "../auth/conditions.ts";
import type { Call } from "../protocol/protocol.ts";
import type { Context } from "../wire/context.ts";
import { isTraceHeader } from "../wire/sends.ts";
import type { RequestTags, Target } from "../wire/target.ts";
import type { Inquiry, RequestHead } from "./inquiry.ts";

/** What a server lends the contexts of its requests. */
export interface ContextHost {
  readonly broker: Broker;
  readonly metrics: Metrics | undefined;
  /** Undefined where all is open. */
  readonly access: Access | undefined;
  /** What the URLs of queues begin with, for this request. */
  originOf(request: RequestHead): string;
  /** Whether its client speaks TLS. */
  isSecure(request: RequestHead): boolean;
  undoUnlessSent(inquiry: Inquiry, undo: () => Promise<unknown>): void;
}

export class RequestContext implements Context {
  readonly caller: Caller;
  readonly #host: ContextHost;
  readonly #inquiry: Inquiry;
  readonly #call: Call;
  #facts: Facts | undefined;

  constructor(host: ContextHost, inquiry: Inquiry, call: Call, caller: Caller) {
    this.#host = host;
    this.#inquiry = inquiry;
    this.#call = call;
    this.caller = caller;
  }

  get broker(): Broker {
    return this.#host.broker;
  }

  get metrics(): Metrics | undefined {
    return this.#host.metrics;
  }

  get account(): string {
    return this.caller.account ?? this.broker.account;
  }

  get tellsAccounts(): boolean {
    return this.#host.access !== undefined;
  }

  authorise(target: Target, requestTags: RequestTags = {}, action = this.#call.name): void {
    const { access } = this.#host;
    if (access === undefined) return;
    this.#facts ??= this.#readFacts();
    const { caller, origin } = this;
    const { service } = this.#call;
    const asked = { caller, service, action, origin, facts: this.#facts };
    access.authorise(asked, target, requestTags);
  }

  identify(): void {
    if (this.caller.kind === "anonymous") throw unsigned({ ...this.#call, origin: this.origin });
  }

  get origin(): string {
    return this.#host.originOf(this.#inquiry.request);
  }

  get traceHeader(): string | undefined {
    const trace = headerOf(this.#inquiry.request, "x-amzn-trace-id");
    return trace !== undefined && isTraceHeader(trace) ? trace : undefined;
  }

  get signal(): AbortSignal {
    return this.#inquiry.signal;
  }

  undoUnlessSent(undo: () => Promise<unknown>): void {
    this.#host.undoUnlessSent(this.#inquiry, undo);
  }

  #readFacts(): Facts {
    const { request } = this.#inquiry;
    return {
      sourceIp: request.socket.remoteAddress,
      isSecure: this.#host.isSecure(request),
      userAgent: headerOf(request, "user-agent"),
      referer: headerOf(request, "referer"),
      nowMs: wallMs(),
    };
  }
}

/** A header that has one value; of several that Node joins or lists, the request means none. */
export function headerOf(request: RequestHead, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}
