/**
 * The edge cases of the contract that take minutes, 67, 70, 80 and 92, in as much time as they take:
 * over both protocols, against a `sluice serve` of its own or the endpoint that
 * SLUICE_CONFORMANCE_URL names.
 */
import { contract } from "../conformance/contract.ts";
import { deduplication, inFlight, retention } from "../conformance/minutes.ts";

contract("A message's retention", retention);
contract("The window of deduplication", deduplication);
contract("A queue", inFlight);
