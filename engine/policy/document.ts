/**
 * A policy that was read and found right: what identities and queues have. Types only; `parse.ts` makes
 * it, `evaluate.ts` reads it. What stands in it is ready for comparison: names in small letters, and of
 * each value a test that what the request has must pass.
 */

/** An identity's policy names no principal; a queue's must. */
export type PolicyKind = "identity" | "queue";

/** The values of a key, in small letters, of a request; undefined or none where it has none. */
export type Lookup = (key: string) => readonly string[] | undefined;

/** Whether a value of the request is what a value of a policy says; policy variables are looked up. */
export type Test = (value: string, lookup: Lookup) => boolean;

export interface PolicyDocument {
  /** What AWS's policy language was when it was written: the older one has no variables. */
  readonly version: "2008-10-17" | "2012-10-17";
  readonly statements: readonly Statement[];
}

/** A list, and whether it names what is meant or what is not. */
export interface Listed<Entry> {
  /** True for NotPrincipal, NotAction, NotResource. */
  readonly isNegated: boolean;
  readonly entries: readonly Entry[];
}

export interface Statement {
  readonly sid: string | undefined;
  readonly isDeny: boolean;
  /** Undefined in an identity's policy, which applies to that identity. */
  readonly principals: Listed<Principal> | undefined;
  /** Tests of an action in small letters. */
  readonly actions: Listed<Test>;
  /** Tests of an ARN. */
  readonly resources: Listed<Test>;
  /** All must be met. */
  readonly conditions: readonly Condition[];
}

export type Principal =
  | { readonly kind: "everybody" }
  /** Twelve digits. */
  | { readonly kind: "account"; readonly account: string }
  /** Of a user, a role or a role's session. */
  | { readonly kind: "arn"; readonly arn: string }
  | { readonly kind: "service"; readonly service: string }
  /** A kind of principal that never calls a broker. */
  | { readonly kind: "stranger" };

export interface Condition {
  /** In small letters. */
  readonly key: string;
  /** The test asks whether the key has a value, and sees no value. */
  readonly isNull: boolean;
  /** Passes where no value fits. */
  readonly isNegated: boolean;
  /** Passes where the key has no value. */
  readonly ifExists: boolean;
  /** Which of a key's several values must pass. */
  readonly of: "any" | "all" | undefined;
  /** One that fits is enough. */
  readonly values: readonly Test[];
}
