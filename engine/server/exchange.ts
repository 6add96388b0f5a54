/**
 * One HTTP request and its answer. Made by the server for each request, on its thread.
 *
 * It collects the body up to a limit, hands it to the server's `answer`, and writes the reply. A
 * body over the limit is read and dropped up to a second limit, so that the client, which is still
 * sending, gets to read its 413 instead of a reset; past that the connection is cut.
 *
 * `signal` is the way out of a wait: it aborts when the client has gone, and when the server
 * drains. It is made when first asked for, because only long polls need it.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { elapsedMs } from "../clock.ts";
import { type ErrorCode, SluiceError } from "../errors.ts";
import { requestUuid } from "../random.ts";
import { corsHeaders } from "./cors.ts";
import type { Call, Reply } from "./protocol.ts";

/**
 * Bytes of a body. A batch of 1 MiB may be six times that on the way: JSON may write every letter
 * as an escape, `\u0041`, and forms write a byte as three characters. The rest is for the names.
 */
export const bodyBytesMax = 7 * 1_048_576;
const droppedBytesMax = 16 * 1_048_576;

/** What an exchange asks of the server that made it. */
export interface Exchanger {
  /** Sees to it that the exchange sends a reply, at once or later. Never throws or rejects. */
  answer(exchange: Exchange, body: Buffer): void;
  /** What the request's protocol makes of an error. */
  refusal(exchange: Exchange, error: SluiceError): Reply;
  /** True once no more requests are wanted on this connection. */
  readonly isDraining: boolean;
  /** Called when the reply was written, with the request's id. */
  answered(exchange: Exchange, reply: Reply, requestId: string): void;
  /** Called once, when the reply is out or the connection is gone. */
  ended(exchange: Exchange): void;
}

function ignore(): void {}

export class Exchange {
  readonly request: IncomingMessage;
  readonly startedMs = elapsedMs();
  /** What the request asked for, once it could be read. */
  call: Call | undefined;
  /** What it was refused with. */
  errorCode: ErrorCode | undefined;
  readonly #response: ServerResponse;
  readonly #server: Exchanger;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #aborter: AbortController | undefined;

  constructor(server: Exchanger, request: IncomingMessage, response: ServerResponse) {
    this.#server = server;
    this.request = request;
    this.#response = response;
    response.on("close", () => this.#close());
    request.on("data", (chunk: Buffer) => this.#take(chunk));
    request.on("end", () => this.#finish());
    // Without a listener a connection that breaks in mid-body would be an uncaught error.
    request.on("error", ignore);
  }

  get signal(): AbortSignal {
    if (this.#aborter === undefined) {
      this.#aborter = new AbortController();
      if (this.#server.isDraining || this.#response.destroyed) this.#aborter.abort();
    }
    return this.#aborter.signal;
  }

  /** Ends a wait, if there is one; the request is then answered with what it has. */
  abort(): void {
    this.#aborter?.abort();
  }

  /** Writes the reply with its headers; `close` ends the connection after it. */
  send(reply: Reply, close = this.#server.isDraining): void {
    if (this.#response.headersSent || this.#response.destroyed) return;
    const { status, body } = reply;
    const requestId = reply.requestId ?? requestUuid();
    const bodyBytes = Buffer.byteLength(body);
    const headers: Record<string, string | number> = {
      "x-amzn-RequestId": requestId,
      "Content-Type": reply.contentType,
      "Content-Length": bodyBytes,
    };
    if (reply.headers !== undefined) Object.assign(headers, reply.headers);
    if (this.request.headers.origin !== undefined) {
      Object.assign(headers, corsHeaders);
    }
    if (close) headers.Connection = "close";
    this.#response.writeHead(status, headers);
    // A text of one byte a character is ASCII, which Node copies faster by the name of Latin-1.
    this.#response.end(body, bodyBytes === body.length ? "latin1" : "utf8");
    this.#server.answered(this, reply, requestId);
  }

  #take(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= bodyBytesMax) this.#chunks.push(chunk);
    else if (this.#bytes <= droppedBytesMax) this.#chunks.length = 0;
    else this.#refuse();
  }

  #finish(): void {
    if (this.#bytes > bodyBytesMax) {
      this.#refuse();
      return;
    }
    const [first] = this.#chunks;
    const isWhole = this.#chunks.length === 1 && first !== undefined;
    const body = isWhole ? first : Buffer.concat(this.#chunks);
    this.#chunks.length = 0;
    this.#server.answer(this, body);
  }

  #refuse(): void {
    const message = `A request body may have ${bodyBytesMax} bytes.`;
    const error = new SluiceError("RequestEntityTooLarge", message);
    this.send(this.#server.refusal(this, error), true);
  }

  #close(): void {
    // After an answer there is no wait to end, and aborting makes an error object for nobody.
    if (!this.#response.writableFinished) this.abort();
    this.#server.ended(this);
  }
}
