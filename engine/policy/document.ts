/** A policy that was read and found right: what identities and queues have. Types only. */

export interface PolicyDocument {
  /** What AWS's policy language was when it was written. */
  readonly version: "2008-10-17" | "2012-10-17";
}
