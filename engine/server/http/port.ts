/**
 * The port that is listened on, its connections and how they end; who answers what comes on it may change
 * (`answers`), so that a server listens before there is a broker to answer from. On the thread that opened it.
 *
 * How it ends. `close` stops listening, closes the connections that idle, and aborts every wait: a long poll
 * then answers at once with no messages, and as an aborted receive takes no message, none is lost. Requests
 * that are being worked on finish, and their answers tell the client that the connection closes. Each
 * exchange reports its own end; when the last one has, or when the deadline has passed (a client that
 * stopped in mid-request), what is left of the connections is cut, and `close` resolves.
 */
import type { Server as HttpServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { SluiceError } from "../../errors.ts";
import type { LongReply, Reply } from "../protocol/protocol.ts";
import { Connection } from "./connection.ts";
import { Exchange, type Exchanger } from "./exchange.ts";
import { makeListener, type Tls } from "./listener.ts";

/** How long `close` waits for requests that are being worked on. */
const drainMs = 5_000;

/** Who makes answers. */
export type Answers = Pick<Exchanger, "answer" | "refusal" | "pageHeaders" | "answered">;

export interface PortOptions {
  /** With it HTTPS is spoken and nothing else. */
  readonly tls?: Tls | undefined;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
}

export class Port implements Exchanger {
  /** Who answers what comes, or is read to its end, from now on. */
  answers: Answers;
  readonly #http: HttpServer;
  readonly #connections = new Map<Socket, Connection>();
  /** Those by TLS that have not met yet are among them. */
  readonly #sockets = new Set<Socket>();
  /** Requests that have not ended, on all connections. */
  #exchanges = 0;
  #url = "";
  #closing: Promise<void> | undefined;
  #allEnded: (() => void) | undefined;

  /** Resolves once the port is taken; rejects with Node's error (EADDRINUSE, ...). */
  static async open(options: PortOptions, answers: Answers): Promise<Port> {
    const opened = new Port(options.tls, answers);
    await new Promise<void>((resolve, reject) => {
      opened.#http.once("error", reject);
      opened.#http.listen(options.port, options.host, resolve);
    });
    const { address, port, family } = opened.#http.address() as AddressInfo;
    const scheme = options.tls === undefined ? "http" : "https";
    opened.#url = `${scheme}://${family === "IPv6" ? `[${address}]` : address}:${port}`;
    return opened;
  }

  private constructor(tls: Tls | undefined, answers: Answers) {
    this.answers = answers;
    this.#http = makeListener(tls, (socket) => {
      this.#connections.set(socket, new Connection(socket));
      socket.once("close", () => this.#connections.delete(socket));
    });
    this.#http.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#http.on("request", (request, response) => {
      const { socket } = request;
      const connection = this.#connections.get(socket);
      // Of what was read at once Node hands on the rest, also when the connection has ended.
      if (connection === undefined || socket.destroyed) return;
      this.#exchanges += 1;
      connection.join(new Exchange(this, connection, request, response));
    });
  }

  /**
   * `http://HOST:PORT`, where it listens; `https` with a certificate. What was in hand when it ceased to
   * listen is answered by it as well.
   */
  get url(): string {
    return this.#url;
  }

  get isDraining(): boolean {
    return this.#closing !== undefined;
  }

  answer(exchange: Exchange, body: Buffer): void {
    this.answers.answer(exchange, body);
  }

  refusal(exchange: Exchange, error: SluiceError): Reply {
    return this.answers.refusal(exchange, error);
  }

  pageHeaders(exchange: Exchange): Readonly<Record<string, string>> | undefined {
    return this.answers.pageHeaders(exchange);
  }

  answered(exchange: Exchange, reply: Reply | LongReply, requestId: string): void {
    this.answers.answered(exchange, reply, requestId);
  }

  ended(): void {
    this.#exchanges -= 1;
    if (this.#exchanges === 0) this.#allEnded?.();
  }

  /** See the head of this file. A second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  async #drain(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    for (const connection of this.#connections.values()) connection.abort();
    await new Promise<void>((resolve) => {
      const deadline = setTimeout(resolve, drainMs);
      this.#allEnded = () => {
        clearTimeout(deadline);
        resolve();
      };
      if (this.#exchanges === 0) this.#allEnded();
    });
    this.#http.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
