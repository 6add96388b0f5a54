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
import { createServer, type Server as HttpServer, type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Broker } from "../../broker/broker.ts";
import { SluiceError } from "../../errors.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import { type Caller, rootOf } from "../../policy/caller.ts";
import { withinRequest } from "../../tracing/request.ts";
import { isMetricsPage, metricsPage } from "../prometheus/page.ts";
import { Requests } from "../prometheus/requests.ts";
import { CborProtocol, isCbor } from "../protocol/cbor.ts";
import { JsonProtocol } from "../protocol/json.ts";
import type { Call, LongReply, Protocol, Reply } from "../protocol/protocol.ts";
import { QueryProtocol } from "../protocol/query.ts";
import type { Answer, Context } from "../wire/context.ts";
import { isTraceHeader } from "../wire/sends.ts";
import { Admission, type AdmissionOptions, checkOneHost } from "./admission.ts";
import { Answered } from "./answered.ts";
import { bearerRefusal } from "./bearer.ts";
import { Connection } from "./connection.ts";
import { corsHeaders, preflightReply } from "./cors.ts";
import { Exchange, type Exchanger } from "./exchange.ts";
import { pageReply } from "./welcome.ts";

/** SDKs keep connections for reuse between polls of 20 s; the server must not close them first. */
const keepAliveMs = 75_000;
/** A request's head, and the whole of it, must have arrived by then; else 408 and close. */
const headMs = 10_000;
const requestMs = 20_000;
/** How often Node looks for requests that are late. */
const checkMs = 1_000;
/** Bytes of a request's head: signatures and session tokens are long, but not longer. */
const headBytes = 16_384;
/** A body of more is read in one turn of the event loop, and what it asks for done in the next. */
const bytesAtOnce = 262_144;
const formType = /^application\/x-www-form-urlencoded/i;
/** How long `close` waits for requests that are being worked on. */
const drainMs = 5_000;

export interface ServerOptions extends AdmissionOptions {
  readonly broker: Broker;
  /** What CloudWatch's actions and GET /metrics answer from; without it they are refused. */
  readonly metrics?: Metrics;
  /** What GET /metrics wants as its bearer token; without it anybody may read it. */
  readonly metricsToken?: string | undefined;
  /** Where to listen; as a name it is one that requests may be sent to. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Told of errors that are this program's fault; the client gets InternalFailure. */
  readonly onFault: (error: unknown) => void;
  /** Told of each answer when it was written. */
  readonly onAnswered?: (answered: Answered) => void;
}

export class Server implements Exchanger {
  readonly #options: ServerOptions;
  readonly #caller: Caller;
  readonly #admission: Admission;
  readonly #http: HttpServer;
  readonly #requests = new Requests();
  readonly #connections = new Map<Socket, Connection>();
  /** Requests that have not ended, on all connections. */
  #exchanges = 0;
  #closing: Promise<void> | undefined;
  #allEnded: (() => void) | undefined;

  /** Resolves once the port is taken; rejects with Node's error (EADDRINUSE, ...). */
  static async listen(options: ServerOptions): Promise<Server> {
    const server = new Server(options);
    await new Promise<void>((resolve, reject) => {
      server.#http.once("error", reject);
      server.#http.listen(options.port, options.host, resolve);
    });
    return server;
  }

  private constructor(options: ServerOptions) {
    this.#options = options;
    this.#caller = rootOf(options.broker.account);
    const { allowOrigins, allowHosts = [] } = options;
    this.#admission = new Admission({ allowOrigins, allowHosts: [...allowHosts, options.host] });
    this.#http = createServer({
      keepAliveTimeout: keepAliveMs,
      headersTimeout: headMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: checkMs,
      maxHeaderSize: headBytes,
    });
    this.#http.on("connection", (socket) => {
      this.#connections.set(socket, new Connection(socket));
      socket.once("close", () => this.#connections.delete(socket));
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

  /** `http://HOST:PORT`, where it listens. */
  get url(): string {
    const { address, port, family } = this.#http.address() as AddressInfo;
    return family === "IPv6" ? `http://[${address}]:${port}` : `http://${address}:${port}`;
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
      const other = pageReply(request, this) ?? this.#otherReply(request);
      if (other !== undefined) {
        exchange.send(other);
        return;
      }
      const { metrics } = this.#options;
      if (metrics !== undefined && isMetricsPage(request.method, request.url ?? "/")) {
        void this.#tell(exchange, metrics);
        return;
      }
      const call = protocol.read(body);
      exchange.call = call;
      this.#admission.checkGet(request, call.name);
      if (body.length <= bytesAtOnce) this.#run(exchange, protocol, call);
      else setImmediate(() => this.#run(exchange, protocol, call));
    } catch (error) {
      this.#refuse(exchange, error, protocol);
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
    const refusal = token === undefined ? undefined : bearerRefusal(token, authorization);
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

  #run(exchange: Exchange, protocol: Protocol, call: Call): void {
    if (exchange.isEnded) return;
    try {
      const context = new RequestContext(this.#options, this.#caller, this, exchange);
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
    await closed;
  }
}

function asRefusal(error: unknown): SluiceError {
  if (error instanceof SluiceError) return error;
  return new SluiceError("InternalFailure", "The server failed; see its log.");
}

/** Reads of the request what an action asks for, and only then: most ask for nothing. */
class RequestContext implements Context {
  readonly broker: Broker;
  readonly metrics: Metrics | undefined;
  readonly caller: Caller;
  readonly tellsAccounts = false;
  readonly #server: Server;
  readonly #exchange: Exchange;

  constructor(options: ServerOptions, caller: Caller, server: Server, exchange: Exchange) {
    this.broker = options.broker;
    this.metrics = options.metrics;
    this.caller = caller;
    this.#server = server;
    this.#exchange = exchange;
  }

  get account(): string {
    return this.caller.account ?? this.broker.account;
  }

  get origin(): string {
    const { host } = this.#exchange.request.headers;
    return host === undefined ? this.#server.url : `http://${host}`;
  }

  get traceHeader(): string | undefined {
    const trace = headerOf(this.#exchange.request, "x-amzn-trace-id");
    return trace !== undefined && isTraceHeader(trace) ? trace : undefined;
  }

  get signal(): AbortSignal {
    return this.#exchange.signal;
  }

  undoUnlessSent(undo: () => Promise<unknown>): void {
    this.#server.undoUnlessSent(this.#exchange, undo);
  }
}

/** A header that has one value; of several that Node joins or lists, the request means none. */
function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}

/**
 * Which protocol a request speaks. CBOR has a path or a header of its own, JSON a target; a form by POST, and any GET, is the query
 * protocol; what tells neither is answered in JSON, which the newer clients read.
 */
function protocolOf(request: IncomingMessage): Protocol {
  const { method, url = "/", headers } = request;
  const smithy = headerOf(request, "smithy-protocol");
  if (method === "POST" && isCbor(url, smithy)) return new CborProtocol(url, smithy);
  const target = headerOf(request, "x-amz-target");
  if (target !== undefined) return new JsonProtocol(target, url);
  const isForm = formType.test(headers["content-type"] ?? "");
  const isQuery = method === "GET" || isForm || /[?&]Action=/.test(url);
  return isQuery
    ? new QueryProtocol({ url, accept: headers.accept })
    : new JsonProtocol(target, url);
}
