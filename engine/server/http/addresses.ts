/**
 * By which address a client has called the server: what the URLs of queues begin with, whether it came by
 * TLS, and which host its signature was made for. Without options that is what the request itself says.
 * Behind a proxy the request says how the proxy called the server; what its client did, the proxy tells by
 * `Forwarded` (RFC 7239) or `X-Forwarded-Host` and `X-Forwarded-Proto`. Anybody can send these, so they
 * count only where the server was told to trust them; of several values the first is the client's. Made
 * once for a server; pure, on its thread.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { RequestHead } from "./inquiry.ts";

export interface AddressOptions {
  /** Scheme, host and perhaps port and path, without a slash at its end: what URLs of queues begin with. */
  readonly externalUrl?: string | undefined;
  /** Whether a proxy stands in front that sets, or takes away, all headers of the kind. */
  readonly trustsProxy?: boolean | undefined;
}

/** What a proxy says of its client's request. */
interface Forwarded {
  readonly host?: string | undefined;
  readonly proto?: string | undefined;
}

const nothing: Forwarded = {};
const protos = ["http", "https"];
/** A pair of the first element of Forwarded; a value with a colon wants quotes, and may come without. */
const pairPattern = /\s*([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",;]*))\s*([;,]|$)/y;

export class Addresses {
  /** Of the external URL, perhaps with a port. */
  readonly externalHost: string | undefined;
  readonly #externalUrl: string | undefined;
  readonly #trustsProxy: boolean;

  constructor({ externalUrl, trustsProxy = false }: AddressOptions) {
    this.#externalUrl = externalUrl;
    this.externalHost = externalUrl === undefined ? undefined : new URL(externalUrl).host;
    this.#trustsProxy = trustsProxy;
  }

  /** What the URLs of queues begin with; `url` is where the server listens, for who names no host. */
  originOf(request: RequestHead, url: string): string {
    if (this.#externalUrl !== undefined) return this.#externalUrl;
    const host = this.#forwarded(request).host ?? request.headers.host;
    if (host === undefined) return url;
    return `${this.isSecure(request) ? "https" : "http"}://${host}`;
  }

  /** By TLS, as far as the client is concerned. */
  isSecure(request: RequestHead): boolean {
    const { proto } = this.#forwarded(request);
    return proto === undefined ? request.socket.encrypted === true : proto === "https";
  }

  /** The host that the client has called where a proxy is trusted and says it. */
  forwardedHost(request: RequestHead): string | undefined {
    return this.#forwarded(request).host;
  }

  /**
   * The hosts that a client may have signed, the likeliest first: a proxy may hand on the client's Host or
   * set its own. None but Host itself where nothing was said of a proxy: the request's own will do.
   */
  signedHosts(request: RequestHead): readonly string[] {
    if (this.externalHost === undefined && !this.#trustsProxy) return [];
    const { host } = request.headers;
    const hosts = [this.#forwarded(request).host, this.externalHost, host];
    return [...new Set(hosts.filter((one) => one !== undefined))];
  }

  #forwarded({ headers }: RequestHead): Forwarded {
    if (!this.#trustsProxy) return nothing;
    const own = forwardedIn(headers.forwarded);
    const host = own.host ?? firstOf(headers, "x-forwarded-host");
    const proto = (own.proto ?? firstOf(headers, "x-forwarded-proto"))?.toLowerCase();
    return { host, proto: protos.find((one) => one === proto) };
  }
}

/** The first of the values that proxies have listed one behind the other. */
function firstOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  const [first = ""] = typeof value === "string" ? value.split(",") : [];
  return first.trim() || undefined;
}

/** The first element of Forwarded; of what is no such header nothing is taken. */
function forwardedIn(header: string | undefined): Forwarded {
  if (header === undefined) return nothing;
  const found = new Map<string, string>();
  pairPattern.lastIndex = 0;
  for (;;) {
    const [, name, quoted, plain = "", end] = pairPattern.exec(header) ?? [];
    if (name === undefined) return nothing;
    found.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? plain);
    if (end === "," || end === "") break;
  }
  return { host: found.get("host") || undefined, proto: found.get("proto") || undefined };
}
