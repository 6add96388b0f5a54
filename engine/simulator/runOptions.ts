/** How runs are made, as a program says it. Types only. */
import type { Progress } from "./progress.ts";

export interface RunOptions {
  /** Threads that simulate runs, 1 to the machine's processors (default). One run needs one. */
  readonly threads?: number | undefined;
  /** Ends the simulation: what was simulated by then is the outcome, which says so. */
  readonly signal?: AbortSignal | undefined;
  /** Told how far it is, some times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}
