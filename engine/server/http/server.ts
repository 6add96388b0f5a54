/**
 * The SQS endpoint: a port (port.ts) in front of a broker that this thread has open. What answers is
 * answerer.ts.
 *
 * Ways in: any path takes POST with AWS JSON 1.0, and POST or GET of the query protocol; GET / says
 * what this is, GET /health answers 200 while the server takes requests, GET /metrics is for Prometheus; OPTIONS tells browsers
 * that they may ask. What can't be read in time, or is too large, is refused and its connection closed;
 * nothing a client sends ends the process.
 *
 * `close` is called once, by whoever opened the server (../running.ts), before it closes the broker: the
 * port drains.
 */
import { Answerer, type AnswererOptions } from "./answerer.ts";
import { Port, type PortOptions } from "./port.ts";
import { Starting } from "./starting.ts";

export interface ServerOptions extends AnswererOptions, PortOptions {
  /** One that listens already, as the other options say; the server has it from now on. */
  readonly opened?: Port | undefined;
}

export class Server extends Answerer {
  readonly #port: Port;

  /** Resolves once the port is taken; rejects with Node's error (EADDRINUSE, ...). */
  static async listen(options: ServerOptions): Promise<Server> {
    const port = options.opened ?? (await Port.open(options, new Starting()));
    const server = new Server(options, port);
    port.answers = server;
    return server;
  }

  private constructor(options: ServerOptions, port: Port) {
    // As a name the host is one that requests may be sent to.
    super({ ...options, allowHosts: [...(options.allowHosts ?? []), options.host] });
    this.#port = port;
  }

  get url(): string {
    return this.#port.url;
  }

  /** A second call waits for the first. */
  close(): Promise<void> {
    return this.#port.close();
  }
}
