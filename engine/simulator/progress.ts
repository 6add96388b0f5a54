/** How far a simulation is: what `onProgress` is called with. */

export interface Progress {
  /** Of all runs together, from 0 to 1. */
  readonly share: number;
  /** Messages sent by now, in all runs. */
  readonly messages: number;
}
