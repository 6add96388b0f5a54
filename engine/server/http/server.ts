/**
 * The SQS endpoint: node:http in front of a broker that this thread has open. What answers is answerer.ts.
 *
 * Ways in: any path takes POST with AWS JSON 1.0, and POST or GET of the query protocol; GET / says
 * what this is, GET /health answers 200 while the server takes requests, GET /metrics is for Prometheus; OPTIONS tells browsers
 * that they may ask. What can't be read in time, or is too large, is refused and its connection closed;
 * nothing a client sends ends the process.
 *
 * How it ends. `close` is called once, by whoever opened the server (../running.ts), before it closes the
 * broker. It stops listening, closes the connections that idle, and aborts every wait: a long poll then answers at once with no messages, and as an aborted
 * receive takes no message, none is lost. Requests that are being worked on finish, and their
 * answers tell the client that the connection closes. Each exchange reports its own end; when the
 * last one has, or when the deadline has passed (a client that stopped in mid-request), what is
 * left of the connections is cut, and `close` resolves.
 */
import type { Server as HttpServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Answerer, type AnswererOptions } from "./answerer.ts";
import { Connection } from "./connection.ts";
import { Exchange, type Exchanger } from "./exchange.ts";
import { makeListener, type Tls } from "./listener.ts";

/** How long `close` waits for requests that are being worked on. */
const drainMs = 5_000;

export interface ServerOptions extends AnswererOptions {
  /** With it the server speaks HTTPS and nothing else. */
  readonly tls?: Tls | undefined;
  /** Where to listen; as a name it is one that requests may be sent to. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
}

export class Server extends Answerer implements Exchanger {
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
  static async listen(options: ServerOptions): Promise<Server> {
    const server = new Server(options);
    await new Promise<void>((resolve, reject) => {
      server.#http.once("error", reject);
      server.#http.listen(options.port, options.host, resolve);
    });
    const { address, port, family } = server.#http.address() as AddressInfo;
    const scheme = options.tls === undefined ? "http" : "https";
    server.#url = `${scheme}://${family === "IPv6" ? `[${address}]` : address}:${port}`;
    return server;
  }

  private constructor(options: ServerOptions) {
    super({ ...options, allowHosts: [...(options.allowHosts ?? []), options.host] });
    this.#http = makeListener(options.tls, (socket) => {
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

  get isDraining(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * `http://HOST:PORT`, where it listens; `https` with a certificate. What was in hand when it ceased to
   * listen is answered by it as well.
   */
  get url(): string {
    return this.#url;
  }

  /** See the head of this file. A second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  ended(): void {
    this.#exchanges -= 1;
    if (this.#exchanges === 0) this.#allEnded?.();
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
