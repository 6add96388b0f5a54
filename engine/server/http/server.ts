/**
 * The SQS endpoint: node:http in front of a broker that this thread has open. Parse, check, call.
 *
 * Ways in: any path takes POST with AWS JSON 1.0, and POST or GET of the query protocol; GET / says
 * what this is, GET /health answers 200 while the server takes requests, GET /metrics is for Prometheus; OPTIONS tells browsers
 * that they may ask. What can't be read in time, or is too large, is refused and its connection closed;
 * nothing a client sends ends the process, and nothing keeps the thread for long: what a large request
 * says is read in one turn of the event loop and done in another, and a large answer is made in many.
 *
 * How it ends. `close` is called once, by whoever opened the server (the command line: on SIGTERM
 * or SIGINT), before it closes the broker. It stops listening, closes the connections that idle,
 * and aborts every wait: a long poll then answers at once with no messages, and as an aborted
 * receive takes no message, none is lost. Requests that are being worked on finish, and their
 * answers tell the client that the connection closes. Each exchange reports its own end; when the
 * last one has, or when the deadline has passed (a client that stopped in mid-request), what is
 * left of the connections is cut, and `close` resolves.
 */
import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Broker } from "../../broker/broker.ts";
import { SluiceError } from "../../errors.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import { type Caller, rootOf } from "../../policy/caller.ts";
import { withinRequest } from "../../tracing/request.ts";
import { Access, unsigned } from "../auth/access.ts";
import { checkService, type Signed } from "../auth/authenticator.ts";
import type { Credentials } from "../auth/credentials.ts";
import { isMetricsPage, metricsPage } from "../prometheus/page.ts";
import { Requests } from "../prometheus/requests.ts";
import { JsonProtocol } from "../protocol/json.ts";
import type { Call, LongReply, Protocol, Reply } from "../protocol/protocol.ts";
import { sqs } from "../service.ts";
import type { Answer } from "../wire/context.ts";
import { Admission, type AdmissionOptions, checkOneHost } from "./admission.ts";
import { Answered } from "./answered.ts";
import { bearerRefusal } from "./bearer.ts";
import { Connection } from "./connection.ts";
import { corsHeaders, preflightReply } from "./cors.ts";
import { Exchange, type Exchanger } from "./exchange.ts";
import { makeListener, type Tls } from "./listener.ts";
import { type ContextHost, originOf, RequestContext } from "./requestContext.ts";
import { protocolOf } from "./speaks.ts";
import { pageReply } from "./welcome.ts";

/** A body of more is read in one turn of the event loop, and what it asks for done in the next. */
const bytesAtOnce = 262_144;
/** How long `close` waits for requests that are being worked on. */
const drainMs = 5_000;

export interface ServerOptions extends AdmissionOptions {
  readonly broker: Broker;
  /** What CloudWatch's actions and GET /metrics answer from; without it they are refused. */
  readonly metrics?: Metrics;
  /** What GET /metrics wants as its bearer token; without it anybody may read it. */
  readonly metricsToken?: string | undefined;
  /** Who may ask; without them everybody may everything. */
  readonly credentials?: Credentials | undefined;
  /** With it the server speaks HTTPS and nothing else. */
  readonly tls?: Tls | undefined;
  /** Where to listen; as a name it is one that requests may be sent to. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Told of errors that are this program's fault; the client gets InternalFailure. */
  readonly onFault: (error: unknown) => void;
  /** Told of each answer when it was written. */
  readonly onAnswered?: (answered: Answered) => void;
}

export class Server implements Exchanger, ContextHost {
  readonly access: Access | undefined;
  readonly #options: ServerOptions;
  /** Everybody, where all is open. */
  readonly #caller: Caller;
  readonly #admission: Admission;
  readonly #http: HttpServer;
  readonly #requests = new Requests();
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
    this.#options = options;
    this.#caller = rootOf(options.broker.account);
    const { allowOrigins, allowHosts = [] } = options;
    this.#admission = new Admission({ allowOrigins, allowHosts: [...allowHosts, options.host] });
    const { credentials, broker, tls } = options;
    if (credentials !== undefined) {
      this.access = new Access({ credentials, region: broker.region });
    }
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

  get isDraining(): boolean {
    return this.#closing !== undefined;
  }

  get broker(): Broker {
    return this.#options.broker;
  }

  get metrics(): Metrics | undefined {
    return this.#options.metrics;
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

  answer(exchange: Exchange, body: Buffer): void {
    const { request } = exchange;
    const protocol = protocolOf(request);
    try {
      checkOneHost(request);
    } catch (error) {
      this.#refuse(exchange, error, protocol, true);
      return;
    }
    try {
      const other = pageReply(request, this.url, this.access === undefined);
      const reply = other ?? this.#otherReply(request);
      if (reply !== undefined) {
        exchange.send(reply);
        return;
      }
      const { metrics } = this.#options;
      if (metrics !== undefined && isMetricsPage(request.method, request.url ?? "/")) {
        void this.#tell(exchange, metrics);
        return;
      }
      const signed = this.#signed(request, body);
      const inTurn = body.length > bytesAtOnce ? setImmediate : atOnce;
      // To hash a large body is a turn's work as well; where nothing is signed it is not hashed.
      const inOwnTurn = this.access === undefined ? atOnce : inTurn;
      inOwnTurn(() => {
        const call = this.#read(exchange, protocol, body, signed);
        if (call !== undefined) inTurn(() => this.#run(exchange, protocol, call, signed.caller));
      });
    } catch (error) {
      this.#refuse(exchange, error, protocol);
    }
  }

  /** Throws what signatures are refused with. */
  #signed(request: IncomingMessage, body: Buffer): Signed {
    return this.access?.authenticate(request, body) ?? { caller: this.#caller, service: undefined };
  }

  /** Undefined for what was refused. */
  #read(exchange: Exchange, protocol: Protocol, body: Buffer, signed: Signed): Call | undefined {
    const { request } = exchange;
    try {
      const call = protocol.read(body);
      exchange.call = call;
      this.#admission.checkGet(request, call.name);
      checkService(signed, call.service.signingName);
      return call;
    } catch (error) {
      // Who has not said who he is, is told no more than that, whatever he has asked for.
      const isUnsigned = signed.caller.kind === "anonymous" && error instanceof SluiceError;
      const service = exchange.call?.service ?? sqs;
      const told = isUnsigned ? unsigned({ service, origin: originOf(request, this.url) }) : error;
      this.#refuse(exchange, told, protocol);
      return undefined;
    }
  }

  refusal(exchange: Exchange, error: SluiceError, protocol = protocolOf(exchange.request)): Reply {
    exchange.errorCode = error.code;
    return protocol.error(error);
  }

  pageHeaders({ request }: Exchange): Readonly<Record<string, string>> | undefined {
    const { origin } = request.headers;
    const mayRead = origin !== undefined && this.#admission.mayAsk(origin);
    return mayRead ? corsHeaders(origin) : undefined;
  }

  answered(exchange: Exchange, { status }: Reply | LongReply, requestId: string): void {
    const answered = new Answered(exchange, status, requestId);
    if (this.#options.metrics !== undefined) this.#requests.note(answered);
    this.#options.onAnswered?.(answered);
  }

  ended(): void {
    this.#exchanges -= 1;
    if (this.#exchanges === 0) this.#allEnded?.();
  }

  /** What nobody but `undo` itself tells of, the log does. */
  undoUnlessSent(exchange: Exchange, undo: () => Promise<unknown>): void {
    exchange.undoUnlessSent(() => void undo().catch(this.#options.onFault));
  }

  async #tell(exchange: Exchange, metrics: Metrics): Promise<void> {
    const { metricsToken: token } = this.#options;
    const { authorization } = exchange.request.headers;
    const isOpen = token === undefined && this.access === undefined;
    const refusal = isOpen ? undefined : bearerRefusal(token, authorization);
    try {
      exchange.send(refusal ?? (await metricsPage(metrics, this.#requests)));
    } catch (error) {
      this.#refuse(exchange, error, protocolOf(exchange.request));
    }
  }

  /** The answers that no action gives. Throws for who may not ask. */
  #otherReply(request: IncomingMessage): Reply | undefined {
    this.#admission.check(request);
    const { method } = request;
    if (method === "POST" || method === "GET") return undefined;
    if (method === "OPTIONS") return preflightReply(request.headers);
    const error = new SluiceError("InvalidAction", `There is nothing to ${method} here; use POST.`);
    return { ...new JsonProtocol(undefined).error(error), status: 405 };
  }

  #run(exchange: Exchange, protocol: Protocol, call: Call, caller: Caller): void {
    if (exchange.isEnded) return;
    try {
      const context = new RequestContext(this, exchange, call, caller);
      const answer = withinRequest(exchange.request.headers, () =>
        call.action.run(context, call.input),
      );
      void this.#settle(exchange, protocol, call, answer);
    } catch (error) {
      this.#refuse(exchange, error, protocol);
    }
  }

  async #settle(
    exchange: Exchange,
    protocol: Protocol,
    call: Call,
    answer: Answer | Promise<Answer>,
  ): Promise<void> {
    try {
      const reply = protocol.answer(call, await answer);
      if ("pieces" in reply) await exchange.sendInTurns(reply);
      else exchange.send(reply);
    } catch (error) {
      this.#refuse(exchange, error, protocol);
    }
  }

  #refuse(exchange: Exchange, error: unknown, protocol: Protocol, close?: boolean): void {
    if (!(error instanceof SluiceError)) this.#options.onFault(error);
    exchange.send(this.refusal(exchange, asRefusal(error), protocol), close);
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

function atOnce(work: () => void): void {
  work();
}

function asRefusal(error: unknown): SluiceError {
  if (error instanceof SluiceError) return error;
  return new SluiceError("InternalFailure", "The server failed; see its log.");
}
