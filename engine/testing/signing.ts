/**
 * Signs the test kit's requests, for a server that has credentials. By the server's own reading of AWS's
 * Signature Version 4, whose answers are known ones. Pure but for the time.
 */
import { wallMs } from "../clock.ts";
import { algorithm, type Claim, terminator } from "../server/auth/claim.ts";
import { Head } from "../server/auth/head.ts";
import {
  bodyHash,
  canonicalRequest,
  signatureOf,
  signingKey,
  stringToSign,
} from "../server/auth/sigv4.ts";

export interface RemoteCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface ToSign {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  readonly credentials: RemoteCredentials;
  readonly region: string;
}

const service = "sqs";

/** The headers that a request needs besides its own; they hold for a quarter of an hour. */
export function signedHeaders({
  method,
  url,
  body,
  credentials,
  region,
}: ToSign): Record<string, string> {
  const moment = new Date(wallMs()).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const { accessKeyId, secretAccessKey } = credentials;
  const day = moment.slice(0, 8);
  const signed = ["host", "x-amz-date"];
  const head = new Head({
    method,
    url: url.pathname + url.search,
    rawHeaders: ["host", url.host, "x-amz-date", moment],
  });
  const claim: Claim = {
    ...{ accessKeyId, day, region, service, terminator, moment, atMs: 0, signedHeaders: signed },
    ...{ signature: "", sessionToken: undefined, expiresSeconds: undefined },
  };
  const text = stringToSign(claim, canonicalRequest(head, claim, bodyHash(Buffer.from(body))));
  const signature = signatureOf(signingKey(secretAccessKey, claim), text);
  const credential = `${accessKeyId}/${day}/${region}/${service}/${terminator}`;
  const authorization = `${algorithm} Credential=${credential}, SignedHeaders=${signed.join(";")}, Signature=${signature}`;
  return { "x-amz-date": moment, authorization };
}
