/**
 * Who asks, as policies know it: made by the server of a request's credential, read by the evaluation
 * of policies and by actions. Nothing of the request that it came with is in it. Pure.
 */
import type { PolicyDocument } from "./document.ts";

/** What the id of a caller is who has not said who he is. */
export const anonymousId = "anonymous";

/** Who asks. */
export interface Caller {
  readonly kind: "root" | "user" | "role" | "anonymous";
  /** Twelve digits; undefined for anonymous. */
  readonly account: string | undefined;
  /**
   * `arn:aws:iam::123456789012:root`, `…:user/NAME`; a role's session:
   * `arn:aws:sts::123456789012:assumed-role/ROLE/SESSION`. Undefined for anonymous.
   */
  readonly arn: string | undefined;
  /** What aws:PrincipalArn is: `arn:aws:iam::…:role/ROLE` for a role's session; otherwise `arn`. */
  readonly principalArn: string | undefined;
  /** What aws:userid is, and the SenderId of a message: an account's digits, or a made-up id. */
  readonly userId: string;
  /** What aws:username is; users alone have one. */
  readonly username: string | undefined;
  /** Identity policies. */
  readonly policies: readonly PolicyDocument[];
}

/** The account itself. */
export function rootOf(account: string): Caller {
  const arn = `arn:aws:iam::${account}:root`;
  const nobody = { username: undefined, policies: [] };
  return { kind: "root", account, arn, principalArn: arn, userId: account, ...nobody };
}

/** Whoever has not said who he is. */
export const anonymous: Caller = {
  kind: "anonymous",
  account: undefined,
  arn: undefined,
  principalArn: undefined,
  userId: anonymousId,
  username: undefined,
  policies: [],
};
