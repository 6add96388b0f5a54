/** Numbers that threads share, for those above the broker: a simulation's traces. It gives them out alone. */
export { sharedNumbers } from "../../../bindings/index.ts";
