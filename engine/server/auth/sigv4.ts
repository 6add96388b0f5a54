/**
 * AWS's Signature Version 4, from a request to what its signature must be. Pure. What it costs is two
 * SHA-256 and one HMAC, and some texts put together.
 * Source: AWS Signature Version 4, "Create a signed AWS API request".
 */
import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from "node:crypto";
import { algorithm, type Claim, terminator } from "./claim.ts";
import type { Head } from "./head.ts";

function hmac(key: string | KeyObject, text: string): KeyObject {
  return createSecretKey(createHmac("sha256", key).update(text).digest());
}

/** What signs all requests of a day, a region and a service. */
export function signingKey(
  secret: string,
  { day, region, service }: Pick<Claim, "day" | "region" | "service">,
): KeyObject {
  return hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), terminator);
}

/** Of a body, as the request is signed. */
export function bodyHash(body: Buffer): string {
  return hash("sha256", body);
}

/**
 * The request as it is signed. Every signed header must be there; `host` stands for Host where its client
 * has called the server by another one.
 */
export function canonicalRequest(head: Head, claim: Claim, body: string, host?: string): string {
  const { signedHeaders } = claim;
  let headers = "";
  for (const name of signedHeaders) {
    headers += `${name}:${name === "host" && host !== undefined ? host : head.signedValue(name)}\n`;
  }
  const { method, path, query } = head;
  const names = signedHeaders.join(";");
  return `${method}\n${path}\n${query}\n${headers}\n${names}\n${body}`;
}

export function stringToSign(claim: Claim, canonical: string): string {
  const { moment, day, region, service } = claim;
  const scope = `${day}/${region}/${service}/${terminator}`;
  return `${algorithm}\n${moment}\n${scope}\n${hash("sha256", canonical)}`;
}

/** Hexadecimal digits. */
export function signatureOf(key: KeyObject, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}

/** Takes as long wherever two texts differ; lengths are no secret. */
export function areSame(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}
