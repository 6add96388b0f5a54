/**
 * HTTP as the SDK's clients hand it to a request handler, and how its parts become what a server reads of
 * a request: the head as Node would have read it, the body as bytes; and back. Nothing of the SDK is imported.
 */
import type { IncomingHttpHeaders } from "node:http";
import { requestUuid } from "../random.ts";
import type { RequestHead } from "../server/http/inquiry.ts";
import { replyHeaders } from "../server/http/replyHeaders.ts";
import type { LongReply, Reply } from "../server/protocol/protocol.ts";

/** The SDK's HttpRequest. */
export interface SmithyRequest {
  readonly method: string;
  /** "https:". */
  readonly protocol?: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The SDK's HttpResponse. */
export interface SmithyResponse {
  readonly statusCode: number;
  readonly reason?: string;
  /** By names in small letters. */
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/** Whom policies take for the client: this machine. */
const ownAddress = "127.0.0.1";

export function headOf(request: SmithyRequest): RequestHead {
  const { method, protocol, path, query = {} } = request;
  const headers: Record<string, string> = {};
  const rawHeaders: string[] = [];
  const add = (name: string, value: string): void => {
    const key = name.toLowerCase();
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`;
    rawHeaders.push(name, value);
  };
  for (const [name, value] of Object.entries(request.headers)) add(name, String(value));
  // As Node's client does where nobody else has.
  if (headers.host === undefined) add("Host", hostOf(request));
  const fields = queryOf(query);
  return {
    method,
    url: fields === "" ? path : `${path}?${fields}`,
    headers: headers as IncomingHttpHeaders,
    rawHeaders,
    socket: { remoteAddress: ownAddress, encrypted: protocol === "https:" },
  };
}

function hostOf({ hostname, port }: SmithyRequest): string {
  return port === undefined ? hostname : `${hostname}:${port}`;
}

/** In the order and the spelling that the SDK has signed. */
function queryOf(query: Readonly<Record<string, string | string[] | null>>): string {
  return Object.keys(query)
    .toSorted()
    .flatMap((name) => {
      const value = query[name];
      if (value === null || value === undefined) return [encoded(name)];
      const values = Array.isArray(value) ? value : [value];
      return values.map((one) => `${encoded(name)}=${encoded(one)}`);
    })
    .join("&");
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (letter) => {
    return `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

/** The bytes of a body: at once where they are there, and a promise of those of a stream. */
export function bytesOf(body: unknown): Buffer | Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === "string") return Buffer.from(body);
  if (ArrayBuffer.isView(body)) {
    return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  }
  if (body instanceof ArrayBuffer) return Buffer.from(body);
  if (body instanceof Blob) return body.arrayBuffer().then((bytes) => Buffer.from(bytes));
  if (typeof body === "object" && Symbol.asyncIterator in body) {
    return collect(body as AsyncIterable<string | Uint8Array>);
  }
  throw new TypeError("A request's body is text, bytes, a Blob or a stream.");
}

async function collect(stream: AsyncIterable<string | Uint8Array>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** A reply as a client gets it: with the body as bytes. */
export function responseOf(reply: Reply): SmithyResponse & { readonly body: Buffer } {
  const body = Buffer.from(reply.body);
  return { ...responseHead(reply, body.length), body };
}

/** Names of headers are in small letters, as Node's client has them. */
export function responseHead(
  reply: Reply | LongReply,
  bodyBytes: number,
): SmithyResponse & { readonly requestId: string } {
  const requestId = reply.requestId ?? requestUuid();
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(replyHeaders(reply, bodyBytes, requestId))) {
    headers[name.toLowerCase()] = String(value);
  }
  return { statusCode: reply.status, headers, requestId };
}
