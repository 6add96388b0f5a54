/** What a fleet of a run is made of, and what its parts need of it. Types only. */
import type { Law } from "../random/law.ts";
import type { Stream } from "../random/stream.ts";
import type { PlannedFleet } from "../scenario/plan.ts";
import type { Agenda } from "./agenda.ts";
import type { Failures } from "./failures.ts";
import type { Limiter } from "./limiter.ts";
import type { Outlet } from "./outlet.ts";
import type { Pauses } from "./pauses.ts";
import type { Freed } from "./settler.ts";
import type { SimQueue } from "./simQueue.ts";
import type { Timeline } from "./timeline.ts";
import type { Work } from "./work.ts";

export interface FleetParts {
  readonly plan: PlannedFleet;
  readonly queue: SimQueue;
  readonly timeline: Timeline;
  readonly agenda: Agenda;
  readonly law: Law;
  readonly failures: Failures;
  readonly jitter: Stream;
  /** The number of its first lane, and of its first place that belongs to none. */
  readonly first: number;
  readonly shelf: number;
  readonly periodMs: number;
  /** From when on what is measured counts. */
  readonly since: Float64Array;
  readonly freed: Freed;
  /** What its handlings use; undefined for nothing. */
  readonly limiter: Limiter | undefined;
  /** Times of messages' own. */
  readonly work: Work | undefined;
  /** Of its calls that the queue's quota refuses, by place; undefined where no calls are counted. */
  readonly pauses: Pauses | undefined;
  /** Where it sends on to. */
  readonly outlets: readonly Outlet[];
  /** Invokes of its Lambda function; undefined where it is none. */
  readonly invokes: Limiter | undefined;
}

/** What the handling of messages needs of the lanes' fleet. */
export interface LaneHost {
  /** The lane has nothing to do. */
  next(lane: number): void;
  /** The process of this lane dies with all that it holds, and starts again. */
  crash(lane: number): void;
  /** One lane more, or less, has a handler at work. */
  setBusy(more: number): void;
  /** When a lane extends what it holds next. */
  planBeat(lane: number, atMs: number): void;
}
