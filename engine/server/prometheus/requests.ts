/**
 * How many requests were answered, by action and by outcome, and how long they took: counted as they are
 * answered, in numbers alone. One a server, on its thread. Actions and error codes are words of tables,
 * so that there are only so many of them, whatever clients send.
 */
import type { Answered } from "../http/answered.ts";

/** Upper bounds in seconds: of quick answers, and of long polls, which last up to 20. */
export const boundsSeconds = [
  0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20.5,
] as const;

/** What stands for an action where a request named none that there is, and for an error where there is none. */
const noAction = "none";
const noError = "OK";

export class ActionTally {
  /** How many answers by their code; "OK" where all was well. */
  readonly codes = new Map<string, number>();
  /** How many took so long and not less, a place for each bound and one for all above. */
  readonly buckets: Float64Array = new Float64Array(boundsSeconds.length + 1);
  seconds = 0;
}

export class Requests {
  readonly byAction = new Map<string, ActionTally>();

  /** Pages, which are no requests of a service, are not counted. */
  note({ action, errorCode, durationMs }: Answered): void {
    if (action === undefined && errorCode === undefined) return;
    const tally = this.#of(action ?? noAction);
    const code = errorCode ?? noError;
    tally.codes.set(code, (tally.codes.get(code) ?? 0) + 1);
    const seconds = durationMs / 1_000;
    tally.seconds += seconds;
    let bucket = 0;
    while (bucket < boundsSeconds.length && seconds > (boundsSeconds[bucket] as number)) bucket++;
    (tally.buckets[bucket] as number) += 1;
  }

  forget(): void {
    this.byAction.clear();
  }

  #of(action: string): ActionTally {
    let tally = this.byAction.get(action);
    if (tally === undefined) {
      tally = new ActionTally();
      this.byAction.set(action, tally);
    }
    return tally;
  }
}
