/**
 * One HTTP request and its answer. Made by the server for each request, on its thread.
 *
 * It collects the body up to a limit, hands it to the server's `answer` when it is the first of its
 * connection, and writes the reply. A body over the limit is read and dropped up to a second limit,
 * so that the client, which is still sending, gets to read its 413 instead of a reset; past that
 * the connection is cut.
 *
 * `signal` is the way out of a wait: it aborts when the client has gone, when too much stands in line
 * behind it, and when the server drains. It is made when first asked for, because only long polls
 * need it. What must be undone when the answer did not reach the socket is told by `undoUnlessSent`.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { elapsedMs } from "../../clock.ts";
import type { ErrorCode, SluiceError } from "../../errors.ts";
import { requestUuid } from "../../random.ts";
import type { Call, LongReply, Reply } from "../protocol/protocol.ts";
import { bodyBytesMax, bodyTooLarge } from "./bodyLimit.ts";
import type { Connection, Turn } from "./connection.ts";
import type { Inquiry } from "./inquiry.ts";
import { replyHeaders } from "./replyHeaders.ts";

/** A body of so many is no longer read. */
const droppedBytesMax = 16 * 1_048_576;

/** What an exchange asks of the server that made it. */
export interface Exchanger {
  /** Sees to it that the exchange sends a reply, at once or later. Never throws or rejects. */
  answer(exchange: Exchange, body: Buffer): void;
  /** What the request's protocol makes of an error. */
  refusal(exchange: Exchange, error: SluiceError): Reply;
  /** True once no more requests are wanted on this connection. */
  readonly isDraining: boolean;
  /** What goes back to a page of another origin besides. */
  pageHeaders(exchange: Exchange): Readonly<Record<string, string>> | undefined;
  /** Called when the reply was written, with the request's id. */
  answered(exchange: Exchange, reply: Reply | LongReply, requestId: string): void;
  /** Called once, when the reply is out or the connection is gone. */
  ended(): void;
}

function ignore(): void {}

export class Exchange implements Inquiry, Turn {
  readonly request: IncomingMessage;
  readonly startedMs = elapsedMs();
  call: Call | undefined;
  errorCode: ErrorCode | undefined;
  readonly #response: ServerResponse;
  readonly #server: Exchanger;
  readonly #connection: Connection;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #isBegun = false;
  /** The body is here, or more of it than anybody wants. */
  #isRead = false;
  #isEnded = false;
  #aborter: AbortController | undefined;
  #undo: (() => void) | undefined;

  constructor(
    server: Exchanger,
    connection: Connection,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    this.#server = server;
    this.#connection = connection;
    this.request = request;
    this.#response = response;
    response.on("close", () => connection.leave(this));
    request.on("data", (chunk: Buffer) => this.#take(chunk));
    request.on("end", () => this.#finish());
    // Without a listener a connection that breaks in mid-body would be an uncaught error.
    request.on("error", ignore);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The connection is gone, or the answer is out. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  get signal(): AbortSignal {
    if (this.#aborter === undefined) {
      this.#aborter = new AbortController();
      const mayWait = this.#connection.mayWait && !this.#isEnded && !this.#server.isDraining;
      if (!mayWait) this.#aborter.abort();
    }
    return this.#aborter.signal;
  }

  begin(): void {
    this.#isBegun = true;
    this.#work();
  }

  /** Ends a wait, if there is one; the request is then answered with what it has. */
  abort(): void {
    this.#aborter?.abort();
  }

  send(reply: Reply, close = this.#server.isDraining): void {
    if (this.#response.headersSent || this.#isEnded) return;
    const { body } = reply;
    const bodyBytes = Buffer.byteLength(body);
    const requestId = this.#writeHead(reply, bodyBytes, close);
    // A text of one byte a character is ASCII, which Node copies faster by the name of Latin-1.
    this.#response.end(body, bodyBytes === body.length ? "latin1" : "utf8");
    this.#server.answered(this, reply, requestId);
  }

  async sendInTurns(reply: LongReply): Promise<void> {
    const pieces: Buffer[] = [];
    let bodyBytes = 0;
    for (const piece of reply.pieces) {
      // To make bytes of a text is work as well, and goes with the next piece, which is mostly empty.
      await nextTurn();
      if (this.#isEnded) return;
      const bytes = Buffer.from(piece);
      pieces.push(bytes);
      bodyBytes += bytes.length;
    }
    const requestId = this.#writeHead(reply, bodyBytes, this.#server.isDraining);
    for (const piece of pieces) this.#response.write(piece);
    this.#response.end();
    this.#server.answered(this, reply, requestId);
  }

  /** Returns the request's id. */
  #writeHead(reply: Reply | LongReply, bodyBytes: number, close: boolean): string {
    const requestId = reply.requestId ?? requestUuid();
    const headers = replyHeaders(reply, bodyBytes, requestId);
    if (this.request.headers.origin !== undefined) {
      Object.assign(headers, this.#server.pageHeaders(this));
    }
    if (close) {
      headers.Connection = "close";
      this.#connection.finish();
    }
    this.#response.writeHead(reply.status, headers);
    return requestId;
  }

  undoUnlessSent(undo: () => void): void {
    if (this.#isEnded) {
      undo();
      return;
    }
    this.#undo = undo;
    // In front of Node's own listener, which may destroy the socket. Node says that an answer is
    // finished also when writing it failed, or the socket was destroyed with bytes left to write.
    const { socket } = this.request;
    this.#response.prependOnceListener("finish", () => {
      if (socket.errored === null && !socket.destroyed) this.#undo = undefined;
    });
  }

  end(): void {
    this.#isEnded = true;
    // After an answer there is no wait to end, and aborting makes an error object for nobody.
    if (!this.#response.headersSent) this.abort();
    this.#undo?.();
    this.#server.ended();
  }

  #take(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= bodyBytesMax) this.#chunks.push(chunk);
    else this.#chunks.length = 0;
    if (this.#bytes > droppedBytesMax) this.#finish();
    else this.#connection.took(this, chunk.length);
  }

  #finish(): void {
    this.#isRead = true;
    this.#work();
  }

  #work(): void {
    if (!this.#isBegun || !this.#isRead || this.#isEnded) return;
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
    this.send(this.#server.refusal(this, bodyTooLarge()), true);
  }
}
