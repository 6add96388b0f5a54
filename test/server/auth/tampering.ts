/** Tampers with signed requests so many times, and sees each one refused as AWS refuses it. */
import { expect } from "vitest";
import { SluiceError } from "../../../engine/errors.ts";
import { rootOf } from "../../../engine/policy/caller.ts";
import { Authenticator } from "../../../engine/server/auth/authenticator.ts";
import { Credential, credentialsOf } from "../../../engine/server/auth/credentials.ts";
import { Seeded } from "../../support/seeded.ts";
import { type Part, tamper } from "./mutations.ts";
import { signedByOthers, token } from "./oracles.ts";
import { atMs, keyId, rawOf, type Sent, secret } from "./signer.ts";

export const caller = rootOf("123456789012");

/** Knows the key with and without its session token, as one server or another does. */
export function verifiers(): readonly Authenticator[] {
  return [undefined, token].map((sessionToken) => {
    const secrets = { secretAccessKey: secret, sessionToken };
    const credentials = credentialsOf([new Credential(keyId, secrets, caller)]);
    return new Authenticator({ credentials, region: "us-east-1", nowMs: () => atMs });
  });
}

/** The code that a request is refused with; undefined for one whose caller is known or nobody. */
export function refusalOf(authenticator: Authenticator, sent: Sent): string | undefined {
  try {
    authenticator.authenticate(rawOf(sent), Buffer.from(sent.body));
    return undefined;
  } catch (error) {
    if (error instanceof SluiceError) return error.code;
    throw error;
  }
}

const refusals = ["IncompleteSignature", "InvalidClientTokenId", "SignatureDoesNotMatch"];

/** How often each part was tampered with. None may pass. */
export async function tamperWith(times: number, seed: number): Promise<Map<Part, number>> {
  const random = new Seeded(seed);
  const [plain, temporary] = verifiers();
  const requests = [...(await signedByOthers())].map(([words, sent]) => {
    const authenticator = (words.endsWith("temporary") ? temporary : plain) as Authenticator;
    return { authenticator, sent };
  });
  const parts = new Map<Part, number>();
  const passed: unknown[] = [];
  for (let time = 0; time < times; time++) {
    const { authenticator, sent } = random.pick(requests);
    const { part, other } = tamper(sent, random);
    parts.set(part, (parts.get(part) ?? 0) + 1);
    const code = refusalOf(authenticator, other);
    if (code === undefined ? !isNobodys(authenticator, other) : !refusals.includes(code)) {
      passed.push([part, code, sent, other]);
    }
  }
  expect(passed).toEqual([]);
  return parts;
}

/** Without a word of a signature a request is nobody's, which is another caller. */
function isNobodys(authenticator: Authenticator, sent: Sent): boolean {
  return (
    authenticator.authenticate(rawOf(sent), Buffer.from(sent.body)).caller.kind === "anonymous"
  );
}
