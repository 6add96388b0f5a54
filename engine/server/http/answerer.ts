/**
 * From a request that was read to its reply: who asks, what he asks for, what the action answers, and the
 * pages that no action makes. It knows no socket: `Server` (server.ts) listens and draws its requests from
 * connections, `RequestHandler` (engine/awsSdk/) has them from the AWS SDK in this process; both answer by
 * this, so bytes and errors are the same. One for each of them, on its thread.
 *
 * Nothing that a request says ends the process, and nothing keeps the thread for long: what a large one
 * says is read in one turn of the event loop and done in another, and a large answer is made in many.
 */
import type { Broker } from "../../broker/broker.ts";
import { errorShape, SluiceError } from "../../errors.ts";
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
import { Addresses, type AddressOptions } from "./addresses.ts";
import { Admission, type AdmissionOptions, checkOneHost } from "./admission.ts";
import { Answered } from "./answered.ts";
import { bearerRefusal } from "./bearer.ts";
import { corsHeaders, preflightReply } from "./cors.ts";
import { type Extension, isOwned, isReserved, nothingThere, refused } from "./extension.ts";
import type { Inquiry, RequestHead } from "./inquiry.ts";
import { type ContextHost, RequestContext } from "./requestContext.ts";
import { protocolOf } from "./speaks.ts";
import { pageReply } from "./welcome.ts";

/** A body of more is read in one turn of the event loop, and what it asks for done in the next. */
const bytesAtOnce = 262_144;

export interface AnswererOptions extends AdmissionOptions, AddressOptions {
  readonly broker: Broker;
  /** What CloudWatch's actions and GET /metrics answer from; without it they are refused. */
  readonly metrics?: Metrics | undefined;
  /** What GET /metrics wants as its bearer token; without it anybody may read it. */
  readonly metricsToken?: string | undefined;
  /** Who may ask; without them everybody may everything. */
  readonly credentials?: Credentials | undefined;
  /** Answers paths below `/_sluice/`, all of which are 404 without it. */
  readonly extension?: Extension | undefined;
  /** Told of errors that are this program's fault; the client gets InternalFailure. */
  readonly onFault: (error: unknown) => void;
  /** Told of each answer when it was written. */
  readonly onAnswered?: ((answered: Answered) => void) | undefined;
}

export abstract class Answerer implements ContextHost {
  readonly access: Access | undefined;
  readonly #options: AnswererOptions;
  /** Everybody, where all is open. */
  readonly #caller: Caller;
  readonly #admission: Admission;
  readonly #addresses: Addresses;
  readonly #requests = new Requests();

  constructor(options: AnswererOptions) {
    this.#options = options;
    this.#caller = rootOf(options.broker.account);
    this.#addresses = new Addresses(options);
    this.#admission = new Admission(options, this.#addresses);
    const { credentials, broker } = options;
    if (credentials !== undefined) {
      this.access = new Access({ credentials, region: broker.region });
    }
  }

  /** `http://HOST:PORT` or `https://HOST:PORT`, where a request that names no host was sent. */
  abstract get url(): string;

  originOf(request: RequestHead): string {
    return this.#addresses.originOf(request, this.url);
  }

  isSecure(request: RequestHead): boolean {
    return this.#addresses.isSecure(request);
  }

  get broker(): Broker {
    return this.#options.broker;
  }

  get metrics(): Metrics | undefined {
    return this.#options.metrics;
  }

  /** Sees to it that the inquiry sends a reply, at once or later. Never throws or rejects. */
  answer(inquiry: Inquiry, body: Buffer): void {
    const { request } = inquiry;
    const protocol = protocolOf(request);
    try {
      checkOneHost(request);
    } catch (error) {
      this.#refuse(inquiry, error, protocol, true);
      return;
    }
    try {
      const other = pageReply(
        request,
        this.#options.externalUrl ?? this.url,
        this.access === undefined,
      );
      const reply = other ?? this.#otherReply(request);
      if (reply !== undefined) {
        inquiry.send(reply);
        return;
      }
      const { metrics, extension } = this.#options;
      if (isOwned(extension, request.url ?? "/")) {
        void this.#extend(inquiry, extension, body);
        return;
      }
      if (metrics !== undefined && isMetricsPage(request.method, request.url ?? "/")) {
        void this.#tell(inquiry, metrics);
        return;
      }
      const signed = this.#signed(request, body);
      const inTurn = body.length > bytesAtOnce ? setImmediate : atOnce;
      // To hash a large body is a turn's work as well; where nothing is signed it is not hashed.
      const inOwnTurn = this.access === undefined ? atOnce : inTurn;
      inOwnTurn(() => {
        const call = this.#read(inquiry, protocol, body, signed);
        if (call !== undefined) inTurn(() => this.#run(inquiry, protocol, call, signed.caller));
      });
    } catch (error) {
      this.#refuse(inquiry, error, protocol);
    }
  }

  /** Throws what signatures are refused with. */
  #signed(request: RequestHead, body: Buffer): Signed {
    if (this.access === undefined) return { caller: this.#caller, service: undefined };
    return this.access.authenticate(request, body, this.#addresses.signedHosts(request));
  }

  /** Undefined for what was refused. */
  #read(inquiry: Inquiry, protocol: Protocol, body: Buffer, signed: Signed): Call | undefined {
    const { request } = inquiry;
    try {
      const call = protocol.read(body);
      inquiry.call = call;
      this.#admission.checkGet(request, call.name);
      checkService(signed, call.service.signingName);
      return call;
    } catch (error) {
      // Who has not said who he is, is told no more than that, whatever he has asked for.
      const isUnsigned = signed.caller.kind === "anonymous" && error instanceof SluiceError;
      const service = inquiry.call?.service ?? sqs;
      const told = isUnsigned ? unsigned({ service, origin: this.originOf(request) }) : error;
      this.#refuse(inquiry, told, protocol);
      return undefined;
    }
  }

  refusal(inquiry: Inquiry, error: SluiceError, protocol = protocolOf(inquiry.request)): Reply {
    inquiry.errorCode = error.code;
    return protocol.error(error);
  }

  pageHeaders({ request }: Inquiry): Readonly<Record<string, string>> | undefined {
    const { origin } = request.headers;
    const mayRead = origin !== undefined && this.#admission.mayAsk(origin);
    return mayRead ? corsHeaders(origin) : undefined;
  }

  answered(inquiry: Inquiry, { status }: Reply | LongReply, requestId: string): void {
    const answered = new Answered(inquiry, status, requestId);
    if (this.#options.metrics !== undefined) this.#requests.note(answered);
    this.#options.onAnswered?.(answered);
  }

  /** Counts requests from none again. */
  forgetRequests(): void {
    this.#requests.forget();
  }

  /** What nobody but `undo` itself tells of, the log does. */
  undoUnlessSent(inquiry: Inquiry, undo: () => Promise<unknown>): void {
    inquiry.undoUnlessSent(() => void undo().catch(this.#options.onFault));
  }

  async #tell(inquiry: Inquiry, metrics: Metrics): Promise<void> {
    const { metricsToken: token } = this.#options;
    const { authorization } = inquiry.request.headers;
    const isOpen = token === undefined && this.access === undefined;
    const refusal = isOpen ? undefined : bearerRefusal(token, authorization);
    try {
      inquiry.send(refusal ?? (await metricsPage(metrics, this.#requests)));
    } catch (error) {
      this.#refuse(inquiry, error, protocolOf(inquiry.request));
    }
  }

  async #extend(inquiry: Inquiry, extension: Extension, body: Buffer): Promise<void> {
    const { method = "GET", url: path = "/" } = inquiry.request;
    try {
      this.#checkRoot(inquiry.request, body);
      inquiry.send(await extension.answer({ method, path, body }));
    } catch (error) {
      if (!(error instanceof SluiceError))
        this.#refuse(inquiry, error, protocolOf(inquiry.request));
      else {
        inquiry.errorCode = error.code;
        inquiry.send(refused(errorShape(error.code).status, error.code, error.message));
      }
    }
  }

  /** Throws, where there are credentials, for whoever is not the root of the broker's account. */
  #checkRoot(request: RequestHead, body: Buffer): void {
    if (this.access === undefined) return;
    const signed = this.#signed(request, body);
    const { kind, account } = signed.caller;
    if (kind === "anonymous") throw unsigned({ service: sqs, origin: this.originOf(request) });
    checkService(signed, sqs.signingName);
    if (kind === "root" && account === this.broker.account) return;
    const text = `Only the root of account ${this.broker.account} may ask here.`;
    throw new SluiceError("AccessDenied", text);
  }

  /** The answers that no action gives. Throws for who may not ask. */
  #otherReply(request: RequestHead): Reply | undefined {
    this.#admission.check(request);
    const { method, url = "/" } = request;
    if (isReserved(url)) {
      if (!isOwned(this.#options.extension, url)) return nothingThere();
      return method === "OPTIONS" ? preflightReply(request.headers) : undefined;
    }
    if (method === "POST" || method === "GET") return undefined;
    if (method === "OPTIONS") return preflightReply(request.headers);
    const error = new SluiceError("InvalidAction", `There is nothing to ${method} here; use POST.`);
    return { ...new JsonProtocol(undefined).error(error), status: 405 };
  }

  #run(inquiry: Inquiry, protocol: Protocol, call: Call, caller: Caller): void {
    if (inquiry.isEnded) return;
    try {
      const context = new RequestContext(this, inquiry, call, caller);
      const answer = withinRequest(inquiry.request.headers, () =>
        call.action.run(context, call.input),
      );
      void this.#settle(inquiry, protocol, call, answer);
    } catch (error) {
      this.#refuse(inquiry, error, protocol);
    }
  }

  async #settle(
    inquiry: Inquiry,
    protocol: Protocol,
    call: Call,
    answer: Answer | Promise<Answer>,
  ): Promise<void> {
    try {
      const reply = protocol.answer(call, await answer);
      if ("pieces" in reply) await inquiry.sendInTurns(reply);
      else inquiry.send(reply);
    } catch (error) {
      this.#refuse(inquiry, error, protocol);
    }
  }

  #refuse(inquiry: Inquiry, error: unknown, protocol: Protocol, close?: boolean): void {
    if (!(error instanceof SluiceError)) this.#options.onFault(error);
    inquiry.send(this.refusal(inquiry, asRefusal(error), protocol), close);
  }
}

function atOnce(work: () => void): void {
  work();
}

function asRefusal(error: unknown): SluiceError {
  if (error instanceof SluiceError) return error;
  return new SluiceError("InternalFailure", "The server failed; see its log.");
}
