/**
 * Requests as other people's code signs them: @smithy/signature-v4, which AWS's own JavaScript clients
 * use, and aws4. All by one key at one moment.
 */
import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import aws4 from "aws4";
import { atMs, keyId, moment, type Sent, secret } from "./signer.ts";

export const token = "FwoGZXIvYXdzEXAMPLE//token==";
const host = "127.0.0.1:9324";

/** SHA-256 as Smithy wants it, over Node's. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    const bytes = key instanceof ArrayBuffer ? new Uint8Array(key) : key;
    this.#hash = bytes === undefined ? createHash("sha256") : createHmac("sha256", bytes as string);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error("Nobody asks for this.");
  }
}

export interface Plain {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function queryText(query: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(query).map(([name, value]) => {
    return `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`;
  });
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** By @smithy/signature-v4, in headers or in the URL. */
export async function bySmithy(
  { method, path, query = {}, headers = {}, body = "" }: Plain,
  options: { readonly sessionToken?: string; readonly expiresIn?: number } = {},
): Promise<Sent> {
  const { sessionToken, expiresIn } = options;
  const signer = new SignatureV4({
    service: "sqs",
    region: "us-east-1",
    credentials: {
      accessKeyId: keyId,
      secretAccessKey: secret,
      ...(sessionToken !== undefined && { sessionToken }),
    },
    sha256: Sha256,
  });
  const [hostname = "", port] = host.split(":");
  const request = {
    method,
    protocol: "http:",
    hostname,
    port: Number(port),
    path,
    query: { ...query },
    headers: { host, ...headers },
    body,
  };
  const signingDate = new Date(atMs);
  const signed =
    expiresIn === undefined
      ? await signer.sign(request, { signingDate })
      : await signer.presign(request, { signingDate, expiresIn });
  const url = `${path}${queryText(signed.query ?? {})}`;
  return { method, url, headers: Object.entries(signed.headers), body };
}

/** By aws4, in headers or in the URL. */
export function byAws4(
  { method, path, query = {}, headers = {}, body = "" }: Plain,
  options: { readonly sessionToken?: string; readonly signQuery?: boolean } = {},
): Sent {
  const { sessionToken, signQuery = false } = options;
  const dated = signQuery ? { "X-Amz-Date": moment, ...query } : query;
  const request = {
    service: "sqs",
    region: "us-east-1",
    method,
    path: `${path}${queryText(dated)}`,
    headers: { Host: host, ...(signQuery ? {} : { "X-Amz-Date": moment }), ...headers },
    ...(body !== "" && { body }),
    signQuery,
  };
  const signed = aws4.sign(request, {
    accessKeyId: keyId,
    secretAccessKey: secret,
    ...(sessionToken !== undefined && { sessionToken }),
  });
  const sent = Object.entries(signed.headers ?? {}).map(([name, value]) => {
    return [name, String(value)] as const;
  });
  return { method, url: String(signed.path), headers: sent, body };
}

const json = {
  method: "POST",
  path: "/",
  headers: {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "AmazonSQS.SendMessage",
    "x-amzn-query-mode": "true",
    "x-blanks": "  two  words\tand more ",
  },
  body: JSON.stringify({
    QueueUrl: `http://${host}/123456789012/orders`,
    MessageBody: "h\u00e9llo",
  }),
};
const form = {
  method: "POST",
  path: "/123456789012/orders",
  headers: { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" },
  body: "Action=SendMessage&Version=2012-11-05&MessageBody=a%20b%2Bc",
};
const get = {
  method: "GET",
  path: "/123456789012/orders",
  query: {
    Action: "SendMessage",
    MessageBody: "a b+c/d~e*f'(g)!h=&i%25\u00e9",
    Version: "2012-11-05",
  },
};
const odd = { ...get, path: "/123456789012/a%20b/./x/../c+d//e/" };

/** Requests of all kinds, by the words that a test has for them. */
export async function signedByOthers(): Promise<ReadonlyMap<string, Sent>> {
  const temporary = { sessionToken: token };
  return new Map([
    ["Smithy: JSON", await bySmithy(json)],
    ["Smithy: JSON, temporary", await bySmithy(json, temporary)],
    ["Smithy: a form", await bySmithy(form)],
    ["Smithy: GET", await bySmithy(get)],
    ["Smithy: a URL", await bySmithy(get, { expiresIn: 60 })],
    ["Smithy: a URL, temporary", await bySmithy(get, { expiresIn: 604_800, ...temporary })],
    ["Smithy: an odd path", await bySmithy(odd)],
    ["aws4: JSON", byAws4(json)],
    ["aws4: JSON, temporary", byAws4(json, temporary)],
    ["aws4: a form", byAws4(form)],
    ["aws4: GET", byAws4(get)],
    ["aws4: a URL", byAws4(get, { signQuery: true })],
    ["aws4: a URL, temporary", byAws4(get, { signQuery: true, ...temporary })],
    ["aws4: an odd path", byAws4(odd)],
  ]);
}
