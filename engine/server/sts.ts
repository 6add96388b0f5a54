/**
 * The part of AWS's Security Token Service that shares the port: who am I. Terraform's provider
 * asks before anything else. Query protocol only, as STS speaks no other.
 * Source: STS API Reference 2011-06-15, GetCallerIdentity.
 */
import { SluiceError } from "../errors.ts";
import type { Action } from "./action.ts";
import { getCallerIdentity } from "./actions/getCallerIdentity.ts";

/** Throws InvalidAction for all that STS does besides. */
export function findStsAction(name: string | undefined): Action {
  if (name === "GetCallerIdentity") return getCallerIdentity;
  throw new SluiceError("InvalidAction", `${name} is not an action of STS that is here.`);
}
