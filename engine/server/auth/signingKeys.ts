/**
 * The signing keys that were made lately, so that a request costs one HMAC and not five. A key holds for
 * a day, a region and a service; only those of credentials that are known are made. Bounded: the one made
 * longest ago goes. One for a server, on its thread.
 */
import type { KeyObject } from "node:crypto";
import type { Claim } from "./claim.ts";
import { signingKey } from "./sigv4.ts";

/** Two days, three services and a few regions for some hundred credentials. */
export const keysMax = 1_024;

export class SigningKeys {
  readonly #keys = new Map<string, KeyObject>();

  get size(): number {
    return this.#keys.size;
  }

  of(claim: Claim, secret: string): KeyObject {
    const name = `${claim.accessKeyId}/${claim.day}/${claim.region}/${claim.service}`;
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const key = signingKey(secret, claim);
    if (this.#keys.size >= keysMax) {
      for (const oldest of this.#keys.keys()) {
        this.#keys.delete(oldest);
        break;
      }
    }
    this.#keys.set(name, key);
    return key;
  }
}
