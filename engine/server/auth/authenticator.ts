/**
 * Who has signed a request: from its head and its body to a caller, by AWS's Signature Version 4, with
 * AWS's errors. Nothing of the body is read before: it is hashed as it came. One for a server, on its
 * thread; it keeps no request.
 *
 * Checked in the order of cost: what the request says of its signature, its scope, its time, its key, and
 * the signature last. The service of the scope is compared when the request was read, which tells it.
 */
import { wallMs } from "../../clock.ts";
import { SluiceError } from "../../errors.ts";
import { anonymous, type Caller } from "../../policy/caller.ts";
import { type Claim, readClaim, terminator } from "./claim.ts";
import type { Credentials } from "./credentials.ts";
import { Head, type RawHead } from "./head.ts";
import { SigningKeys } from "./signingKeys.ts";
import { areSame, bodyHash, canonicalRequest, signatureOf, stringToSign } from "./sigv4.ts";

/** How far a client's clock may be off, and for how long a signature in a header holds. */
const skewMs = 15 * 60_000;
/** STS's endpoint for all regions signs as this one. */
const globalRegion = "us-east-1";
/** A header that changes what is asked for: signed wherever it is there. */
const target = "x-amz-target";

export interface AuthenticatorOptions {
  readonly credentials: Credentials;
  /** Of the scope. */
  readonly region: string;
  /** The wall clock, which is what clients sign by. */
  readonly nowMs?: () => number;
}

/** A request's caller, and what its signature was made for. */
export interface Signed {
  readonly caller: Caller;
  /** As the scope has it; undefined for nobody. */
  readonly service: string | undefined;
}

const nobody: Signed = { caller: anonymous, service: undefined };

function mismatch(sentence: string): SluiceError {
  return new SluiceError("SignatureDoesNotMatch", sentence);
}

function unknownToken(): SluiceError {
  const sentence = "The security token included in the request is invalid.";
  return new SluiceError("InvalidClientTokenId", sentence);
}

export class Authenticator {
  readonly #credentials: Credentials;
  readonly #region: string;
  readonly #nowMs: () => number;
  readonly #keys = new SigningKeys();

  constructor({ credentials, region, nowMs = wallMs }: AuthenticatorOptions) {
    this.#credentials = credentials;
    this.#region = region;
    this.#nowMs = nowMs;
  }

  /**
   * Throws IncompleteSignature, InvalidClientTokenId or SignatureDoesNotMatch; a request that says nothing
   * of a signature is anonymous. `hosts` are those by which its client may have called the server, the
   * likeliest first; none: the request's own.
   */
  authenticate(raw: RawHead, body: Buffer, hosts: readonly string[] = []): Signed {
    const head = new Head(raw);
    const claim = readClaim(head);
    if (claim === undefined) return nobody;
    this.#checkScope(claim);
    this.#checkTime(claim);
    checkHeaders(head, claim);
    const credential = this.#credentials.get(claim.accessKeyId);
    if (!credential?.hasToken(claim.sessionToken)) throw unknownToken();
    const key = credential.withSecret((secret) => this.#keys.of(claim, secret));
    const hashed = bodyHash(body);
    const [likeliest, ...others] = hosts;
    const canonical = canonicalRequest(head, claim, hashed, likeliest);
    const text = stringToSign(claim, canonical);
    const isBy = (one: string): boolean => areSame(claim.signature, signatureOf(key, one));
    const isRight =
      isBy(text) ||
      others.some((host) => isBy(stringToSign(claim, canonicalRequest(head, claim, hashed, host))));
    if (!isRight) throw wrong(canonical, text);
    return { caller: credential.caller, service: claim.service };
  }

  #checkScope({ day, moment, region, service, terminator: end }: Claim): void {
    if (day !== moment.slice(0, 8)) {
      const from = `'${day}' != '${moment.slice(0, 8)}', from '${moment}'`;
      const what = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date";
      throw mismatch(`${what} from HTTP: ${from}.`);
    }
    if (end !== terminator) {
      throw mismatch(
        `Credential should be scoped with a valid terminator: '${terminator}', not '${end}'.`,
      );
    }
    const isGlobal = service === "sts" && region === globalRegion;
    if (region === this.#region || isGlobal) return;
    throw mismatch(
      `Credential should be scoped to a valid region, not '${region}'; this one is '${this.#region}'.`,
    );
  }

  #checkTime({ moment, atMs, expiresSeconds }: Claim): void {
    const nowMs = this.#nowMs();
    const holdsMs = expiresSeconds === undefined ? skewMs : expiresSeconds * 1_000;
    const minutes = skewMs / 60_000;
    if (atMs > nowMs + skewMs) {
      const edge = `${isoOf(nowMs + skewMs)} (${isoOf(nowMs)} + ${minutes} min.)`;
      throw mismatch(`Signature not yet current: ${moment} is still later than ${edge}`);
    }
    if (nowMs <= atMs + holdsMs) return;
    const back = expiresSeconds === undefined ? `${minutes} min.` : `${expiresSeconds} s`;
    const edge = `${isoOf(nowMs - holdsMs)} (${isoOf(nowMs)} - ${back})`;
    throw mismatch(`Signature expired: ${moment} is now earlier than ${edge}`);
  }
}

/** Throws where the signature is for another service than the one that was asked. */
export function checkService({ service }: Signed, asked: string): void {
  if (service === undefined || service === asked) return;
  throw mismatch(
    `Credential should be scoped to correct service: '${asked}', not to '${service}'.`,
  );
}

/** What must be signed is, and what is signed is there. */
function checkHeaders(head: Head, { signedHeaders }: Claim): void {
  if (!signedHeaders.includes("host")) {
    throw mismatch("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  }
  if (head.header(target) !== undefined && !signedHeaders.includes(target)) {
    throw mismatch("'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
  }
  const absent = signedHeaders.find((name) => head.header(name) === undefined);
  if (absent !== undefined) throw mismatch(`The signed header '${absent}' is not in the request.`);
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, "");
}

function wrong(canonical: string, text: string): SluiceError {
  const sentence =
    "The request signature we calculated does not match the signature you provided. Check your AWS " +
    "Secret Access Key and signing method. Consult the service documentation for details.";
  const should = `The Canonical String for this request should have been\n'${canonical}'`;
  return mismatch(`${sentence}\n\n${should}\n\nThe String-to-Sign should have been\n'${text}'\n`);
}
