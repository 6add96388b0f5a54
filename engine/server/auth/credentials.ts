/**
 * The credentials that a server knows, by their access key. What is secret in one is shown by nothing: no
 * property, no JSON, no inspection has it. Made when a server starts; nothing changes them.
 */
import type { Caller } from "../../policy/caller.ts";
import { areSame } from "./sigv4.ts";

export interface Secrets {
  readonly secretAccessKey: string;
  /** Of temporary credentials; requests must bring it along. */
  readonly sessionToken?: string | undefined;
}

export class Credential {
  readonly accessKeyId: string;
  /** Whoever signs with it. */
  readonly caller: Caller;
  readonly #secrets: Secrets;

  constructor(accessKeyId: string, secrets: Secrets, caller: Caller) {
    this.accessKeyId = accessKeyId;
    this.caller = caller;
    this.#secrets = secrets;
  }

  /** For the making of a signing key, and nothing else. */
  withSecret<Made>(make: (secret: string) => Made): Made {
    return make(this.#secrets.secretAccessKey);
  }

  /** Whether the token is this credential's, or none where it has none. */
  hasToken(token: string | undefined): boolean {
    const { sessionToken } = this.#secrets;
    if (token === undefined || sessionToken === undefined) return token === sessionToken;
    return areSame(token, sessionToken);
  }
}

export type Credentials = ReadonlyMap<string, Credential>;

/** By their access keys, each of which may be there once. */
export function credentialsOf(list: readonly Credential[]): Credentials {
  return new Map(list.map((credential) => [credential.accessKeyId, credential]));
}
