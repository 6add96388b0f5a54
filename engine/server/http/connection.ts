/**
 * One connection and the requests on it, in the order they came; made by the server for each socket,
 * on its thread. The first is in work. What a client sends behind it without waiting for the answer
 * (pipelining) stands in line and begins when its turn has come: an action that changes something
 * is never begun for an answer that can't be written yet, and all of them end with the socket.
 *
 * A socket that is not read does not tell of its end, so while a poll waits the socket is read, and
 * what comes stands in line. The line is bounded: when it is full the poll is answered with no
 * messages, as at the end of its wait, and the socket is not read until the line is shorter.
 */
import type { Socket } from "node:net";

/** Requests that may stand behind the one in work, and bytes of their bodies. */
const lineMax = 16;
const lineBytesMax = 1_048_576;

/** A request in line. */
export interface Turn {
  /** Bytes of its body that have come. */
  readonly bytes: number;
  /** Its turn has come. Called once. */
  begin(): void;
  /** Ends its wait, if it waits: it is to be answered at once. */
  abort(): void;
  /** The connection is gone, or its answer is out. Called once. */
  end(): void;
}

export class Connection {
  readonly #socket: Socket;
  readonly #line: Turn[] = [];
  #bytes = 0;
  /** No more requests of this connection are begun. */
  #isOver = false;
  #isStopped = false;
  #isForcing = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    // Node reads on after each request, whoever has paused the socket.
    socket.on("resume", () => this.#onResume());
    // When the client sends no more, Node ends the connection from here as well.
    socket.once("end", () => {
      this.finish();
      this.abort();
    });
    socket.once("close", () => this.#close());
  }

  /** True while a request in work may wait. */
  get mayWait(): boolean {
    return !this.#isOver && !this.#isFull;
  }

  join(turn: Turn): void {
    this.#line.push(turn);
    if (this.#line.length === 1) this.#begin(turn);
    else this.#look();
  }

  /** More of a body has come. */
  took(turn: Turn, bytes: number): void {
    if (turn === this.#line[0]) return;
    this.#bytes += bytes;
    this.#look();
  }

  /** The connection closes after the answer that is written next, if not before. */
  finish(): void {
    this.#isOver = true;
  }

  /** The answer of the first in line is out. */
  leave(turn: Turn): void {
    if (turn !== this.#line[0]) return;
    this.#line.shift();
    turn.end();
    const next = this.#line[0];
    if (next === undefined) return;
    this.#bytes -= next.bytes;
    this.#look();
    this.#begin(next);
  }

  /** Ends the wait of the request in work. */
  abort(): void {
    this.#line[0]?.abort();
  }

  get #isFull(): boolean {
    return this.#line.length > lineMax + 1 || this.#bytes > lineBytesMax;
  }

  #begin(turn: Turn): void {
    if (!this.#isOver) turn.begin();
  }

  #close(): void {
    this.#isOver = true;
    for (const turn of this.#line.splice(0)) turn.end();
  }

  #look(): void {
    if (this.#isFull) {
      this.abort();
      this.#isStopped = true;
      this.#socket.pause();
    } else if (this.#isStopped) {
      this.#isStopped = false;
      this.#socket.resume();
    }
  }

  /**
   * Node has begun to read. To pause a stream that counts as paused stops nothing, so such a stream is
   * resumed first; which is told here once more, a tick later.
   */
  #onResume(): void {
    const isForced = this.#isForcing;
    this.#isForcing = false;
    if (!this.#isStopped) return;
    if (!this.#socket.isPaused()) {
      this.#socket.pause();
    } else if (!isForced) {
      this.#isForcing = true;
      this.#socket.resume();
    }
  }
}
