/**
 * Who may ask, while nobody needs credentials: any program that can reach the port, but no web page
 * that a browser happens to show. A page of another origin gives itself away by headers that it
 * can't forge (Origin, Sec-Fetch-Site, Referer); one that pretends to be of this server's origin, by
 * making its own name lead here (DNS rebinding), by the name in Host, and by the one that a trusted proxy
 * says its client has called. Clients other than browsers send none of these but Host. Made once for a server; pure, on its thread.
 */
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { SluiceError } from "../../errors.ts";
import type { Addresses } from "./addresses.ts";
import type { RequestHead } from "./inquiry.ts";

export interface AdmissionOptions {
  /** Origins whose pages may ask, as browsers write them; "*": all. */
  readonly allowOrigins?: readonly string[] | undefined;
  /** Names that Host may have besides; "*.NAME": all names below one; "*": all. */
  readonly allowHosts?: readonly string[] | undefined;
}

const any = "*";
/** Host: a name or an address, an IPv6 one in brackets, and perhaps a port. */
const hostPattern = /^(?:\[([\da-f:.]+)(?:%[^\]\s]*)?\]|([^\s:/?#@[\]\\]+))(?::\d*)?$/i;
const originPattern = /^(https?):\/\/([^/]+)$/i;
const pagePattern = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i;
/** Actions that look and change nothing have such names. */
const lookingPattern = /^(?:Get|List|Peek)/;

export class Admission {
  readonly #origins: ReadonlySet<string>;
  readonly #hosts: ReadonlySet<string>;
  readonly #addresses: Addresses;
  /** The last host that was let in: mostly the next request has it as well. */
  #knownHost: string | undefined;

  constructor({ allowOrigins = [], allowHosts = [] }: AdmissionOptions, addresses: Addresses) {
    this.#origins = new Set(allowOrigins.map((origin) => origin.toLowerCase()));
    const external = addresses.externalHost?.replace(/:\d+$/, "") ?? [];
    this.#hosts = new Set(allowHosts.concat(external).map((host) => bare(host)));
    this.#addresses = addresses;
  }

  /** Throws AccessDenied for a request that a foreign page has made, or may have made. */
  check(request: RequestHead): void {
    const { headers } = request;
    const { host } = headers;
    if (host !== this.#knownHost) {
      if (host !== undefined && !this.#isOurs(host)) throw foreignHost(host);
      this.#knownHost = host;
    }
    const forwarded = this.#addresses.forwardedHost(request);
    if (forwarded !== undefined && !this.#isOurs(forwarded)) throw foreignHost(forwarded);
    const page = pageOf(headers);
    const site = headers["sec-fetch-site"];
    if (page === undefined && site === undefined) return;
    if (page !== undefined && this.mayAsk(page)) return;
    const isOwn = site === undefined || site === "same-origin" || site === "none";
    const own = [host, forwarded, this.#addresses.externalHost];
    if (isOwn && (page === undefined || own.some((one) => isOf(page, one)))) return;
    if (this.#origins.has(any)) return;
    throw foreignPage(page);
  }

  /**
   * Throws AccessDenied for a browser's GET of an action that changes something: any page can make a
   * browser GET, by an image or a link, and so can the browser itself that looks ahead.
   */
  checkGet({ method, headers }: RequestHead, action: string): void {
    if (method !== "GET" || lookingPattern.test(action) || !isBrowsers(headers)) return;
    throw new SluiceError("AccessDenied", `A browser's GET changes nothing; POST ${action}.`);
  }

  /** True for an origin that was allowed by name, or by "*". */
  mayAsk(origin: string): boolean {
    return this.#origins.has(any) || this.#origins.has(origin.toLowerCase());
  }

  #isOurs(host: string): boolean {
    if (this.#hosts.has(any)) return true;
    const [, address, text] = hostPattern.exec(host) ?? [];
    if (address !== undefined) return isIP(address) === 6;
    if (text === undefined) return false;
    const name = bare(text);
    if (isIP(name) === 4 || !name.includes(".")) return true;
    if (name.endsWith(".localhost") || name === "host.docker.internal") return true;
    if (this.#hosts.has(name)) return true;
    const labels = name.split(".");
    return labels.some((_, index) => this.#hosts.has(`*.${labels.slice(index + 1).join(".")}`));
  }
}

/** A name as it is compared: case means nothing, nor does the dot of a full name. */
function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/** Throws MalformedInput: Node takes the first of several, who stands between may take another. */
export function checkOneHost({ rawHeaders }: RequestHead): void {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  if (hosts <= 1) return;
  throw new SluiceError("MalformedInput", `The request has ${hosts} headers Host; one is allowed.`);
}

/** The origin of the page that made a request, as far as it says so. */
function pageOf({ origin, referer }: IncomingHttpHeaders): string | undefined {
  if (origin !== undefined) return origin;
  if (referer === undefined) return undefined;
  return pagePattern.exec(referer)?.[0] ?? "null";
}

/** Whether a page comes from the host that its request goes to, by either scheme. */
function isOf(page: string, host: string | undefined): boolean {
  const [, scheme = "", from] = originPattern.exec(page.toLowerCase()) ?? [];
  if (from === undefined || host === undefined) return false;
  const port = scheme === "https" ? ":443" : ":80";
  const plain = (name: string): string =>
    name.endsWith(port) ? name.slice(0, -port.length) : name;
  return plain(from) === plain(host.toLowerCase());
}

/** What every browser sends, and no SDK does. */
function isBrowsers(headers: IncomingHttpHeaders): boolean {
  const { origin, referer } = headers;
  if (origin !== undefined || referer !== undefined) return true;
  if (headers["sec-fetch-site"] !== undefined || headers["sec-fetch-mode"] !== undefined)
    return true;
  return headers["user-agent"]?.startsWith("Mozilla/") ?? false;
}

function foreignHost(host: string): SluiceError {
  const name = hostPattern.test(host) ? bare(host.replace(/:\d*$/, "")) : "NAME";
  return new SluiceError(
    "AccessDenied",
    `The host ${host} is none of this server's names. If it is one, start the server with ` +
      `--allow-host ${name}; for pages of other origins there is --allow-origin.`,
  );
}

function foreignPage(page: string | undefined): SluiceError {
  return new SluiceError(
    "AccessDenied",
    `A page of ${page ?? "another site"} may not ask. If it may, start the server with ` +
      `--allow-origin ${page ?? "ORIGIN"}; for other names of the server there is --allow-host.`,
  );
}
