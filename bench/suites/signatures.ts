/**
 * `signatures`: what it costs a server with credentials to say whose a request is, beside the bare calls
 * that no verifier goes without: SHA-256 of the body and of the canonical request, and one HMAC.
 */
import type { Suite } from "./work.ts";

export const BODY_BYTES = [64, 65_536] as const;
export const VERIFIED = "a signature, verified";
export const BARE = "its hashes alone";

export const signatures: Suite = {
  name: "signatures",
  about: "to verify a request's signature, beside its two SHA-256 and its HMAC alone",
  works: () => [{ kind: "signatures" }],
};
