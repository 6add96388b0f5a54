/**
 * Who asks, as policies know it: made by the server of a request's credential, read by the evaluation
 * of policies and by actions. Nothing of the request that it came with is in it. Types only.
 */
import type { PolicyDocument } from "./document.ts";

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
  /** What aws:userid is. */
  readonly userId: string | undefined;
  /** What aws:username is; users alone have one. */
  readonly username: string | undefined;
  /** Identity policies. */
  readonly policies: readonly PolicyDocument[];
}
