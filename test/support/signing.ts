/** An endpoint that wants signatures, as one of its callers speaks to it: every request is signed. */

import { createHash } from "node:crypto";
import { sign } from "../server/auth/signer.ts";
import { Endpoint, type RawRequest } from "./endpoint.ts";
import type { Answer } from "./wire.ts";

/** What somebody signs with. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SigningOptions {
  readonly region?: string;
  /** In the scope; default `sqs`. */
  readonly service?: string;
  /** How far this caller's clock is off, in milliseconds. */
  readonly offMs?: number;
}

export class Signing extends Endpoint {
  readonly #keys: Keys;
  readonly #options: SigningOptions;

  constructor(url: string, keys: Keys, options: SigningOptions = {}) {
    super(url);
    this.#keys = keys;
    this.#options = options;
  }

  override send(raw: RawRequest): Promise<Answer> {
    return super.send(this.signed(raw));
  }

  /** The request with what signs it. */
  signed(raw: RawRequest): RawRequest {
    const { method = "POST", path = "/", headers = {}, body = "" } = raw;
    const { accessKeyId, secretAccessKey, sessionToken } = this.#keys;
    const { region = "us-east-1", service = "sqs", offMs = 0 } = this.#options;
    const moment = new Date(Date.now() + offMs).toISOString().replace(/[-:]|\.\d{3}/g, "");
    const all: Record<string, string> = {
      ...headers,
      Host: new URL(this.url).host,
      "X-Amz-Date": moment,
      ...(sessionToken !== undefined && { "X-Amz-Security-Token": sessionToken }),
    };
    const lines = Object.entries(all)
      .map(([name, value]) => `${name.toLowerCase()}:${value.trim().replace(/\s+/g, " ")}\n`)
      .sort();
    const names = lines.map((line) => line.slice(0, line.indexOf(":"))).join(";");
    const [at = "", query = ""] = path.split("?");
    const pairs = query === "" ? [] : query.split("&").sort();
    const hash = createHash("sha256").update(body).digest("hex");
    const canonical = `${method}\n${at}\n${pairs.join("&")}\n${lines.join("")}\n${names}\n${hash}`;
    const scope = { accessKeyId, secretAccessKey, moment, region, service };
    const credential = `${accessKeyId}/${moment.slice(0, 8)}/${region}/${service}/aws4_request`;
    const Authorization =
      `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, ` +
      `Signature=${sign(canonical, scope)}`;
    return { ...raw, headers: { ...all, Authorization } };
  }
}
