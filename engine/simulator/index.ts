/**
 * The entry point `sluice/simulator`: what a program imports to simulate a scenario. It gives out what
 * other files make and does nothing itself.
 */
export type { Cost, PriceBook, RequestTier, TransferTier } from "./cost.ts";
export type { QueueLoad } from "./load.ts";
export type { Progress } from "./progress.ts";
export { advise } from "./questions/advise.ts";
export { compare } from "./questions/compare.ts";
export { readVary } from "./questions/grid.ts";
export { sweep } from "./questions/sweep.ts";
export type {
  Advice,
  AdvisedField,
  AdviseOptions,
  CellValues,
  CompareOptions,
  Comparison,
  Difference,
  Figure,
  Goal,
  GoalResult,
  Knob,
  Sweep,
  SweepCell,
  SweepOptions,
  Value,
  VariedValue,
  Vary,
} from "./questions/types.ts";
export type {
  CallName,
  Calls,
  ConsumerResult,
  ConsumerSeries,
  Distribution,
  Estimate,
  InvokesResult,
  Level,
  ProducerResult,
  QueueResult,
  QueueSeries,
  ResourceResult,
  ResourceSeries,
  ScalingResult,
  Speed,
} from "./result.ts";
export type { Arrivals } from "./scenario/arrivals.ts";
export type { Autoscaler, Schedule, StepScaling, TargetTracking } from "./scenario/autoscaler.ts";
export type {
  Failure,
  Fleet,
  GrowingBackoff,
  Heartbeat,
  Outage,
  Restarts,
} from "./scenario/fleet.ts";
export type { Hpa, HpaBehavior, Keda, KedaJobs } from "./scenario/kubernetes.ts";
export type { Lambda, ProvisionedPollers } from "./scenario/lambda.ts";
export type { Law } from "./scenario/laws.ts";
export type { Duplicates, Groups, Producer, Sizes } from "./scenario/producer.ts";
export type { QueueAttributes, RedriveAllowPolicy, RedrivePolicy } from "./scenario/queue.ts";
export type { Resource } from "./scenario/resource.ts";
export type { Cooldown, Metric, Scaling } from "./scenario/scaling.ts";
export { ScenarioError } from "./scenario/scenarioError.ts";
export type { ColumnName, Trace, TraceFormat } from "./scenario/trace.ts";
export type {
  Backlog,
  CostOptions,
  Horizon,
  Precision,
  Scenario,
  Warmup,
} from "./scenario/types.ts";
export { type SimulateOptions, simulate, UnstableError } from "./simulate.ts";
export type { SimulationResult } from "./simulationResult.ts";
