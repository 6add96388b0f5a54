/**
 * One request of the SDK's and its reply, without a socket: what an exchange is on one (server/http/).
 * Made by the request handler for each request, on its thread. The reply is a promise, which is kept when
 * the whole answer is there; until then whoever asked can take the request back, and what its action took
 * goes back, too.
 */
import { Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { elapsedMs, wallMs } from "../clock.ts";
import type { ErrorCode } from "../errors.ts";
import type { Inquiry, RequestHead } from "../server/http/inquiry.ts";
import type { Call, LongReply, Reply } from "../server/protocol/protocol.ts";
import { responseHead, type SmithyResponse } from "./smithy.ts";

/** What a delivery asks of the handler that made it. */
export interface Deliverer {
  /** Called when the answer is there, with the request's id. */
  answered(inquiry: Inquiry, reply: Reply | LongReply, requestId: string): void;
}

export class Delivery implements Inquiry {
  readonly request: RequestHead;
  readonly startedMs = elapsedMs();
  call: Call | undefined;
  errorCode: ErrorCode | undefined;
  /** Rejects when the request is taken back. */
  readonly response: Promise<SmithyResponse>;
  readonly #deliverer: Deliverer;
  #resolve: (response: SmithyResponse) => void = nothing;
  #reject: (error: unknown) => void = nothing;
  #isEnded = false;
  #aborter: AbortController | undefined;
  #undo: (() => void) | undefined;

  constructor(deliverer: Deliverer, request: RequestHead) {
    this.#deliverer = deliverer;
    this.request = request;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get signal(): AbortSignal {
    if (this.#aborter === undefined) {
      this.#aborter = new AbortController();
      if (this.#isEnded) this.#aborter.abort();
    }
    return this.#aborter.signal;
  }

  send(reply: Reply): void {
    this.#deliver(reply, Buffer.from(reply.body));
  }

  async sendInTurns(reply: LongReply): Promise<void> {
    const pieces: Buffer[] = [];
    for (const piece of reply.pieces) {
      await nextTurn();
      if (this.#isEnded) return;
      pieces.push(Buffer.from(piece));
    }
    this.#deliver(reply, Buffer.concat(pieces));
  }

  undoUnlessSent(undo: () => void): void {
    if (this.#isEnded) undo();
    else this.#undo = undo;
  }

  /** Takes the request back: nobody gets its answer. Does nothing once that is there. */
  cut(error: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#aborter?.abort();
    this.#undo?.();
    this.#reject(error);
  }

  #deliver(reply: Reply | LongReply, body: Buffer): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { requestId, statusCode, headers } = responseHead(reply, body.length);
    // By which clients set their clocks.
    headers.date = new Date(wallMs()).toUTCString();
    this.#resolve({ statusCode, headers, body: streamOf(body) });
    this.#deliverer.answered(this, reply, requestId);
  }
}

function nothing(): void {}

/** As a socket's answer comes: what reads a stream gets the bytes at once, and their end. */
function streamOf(body: Buffer): Readable {
  return new Readable({
    read() {
      if (body.length > 0) this.push(body);
      this.push(null);
    },
  });
}
