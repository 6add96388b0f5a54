/** Lambda's event source mapping, in a scenario, with AWS's names. Types only; types.ts says what they are made into. */

/** An SQS queue as an event source of a Lambda function. */
export interface LambdaScaler {
  lambda: Lambda;
}

/**
 * Invokes, as many side by side.
 * @asType integer
 * @minimum 1
 * @maximum 100000
 */
export type Invokes = number;

export interface Lambda {
  /**
   * Invokes side by side, at the most. Default 1250. Not with `provisioned`.
   * @asType integer
   * @minimum 2
   * @maximum 1000
   */
  maximumConcurrency?: number;
  /** The function's own share of the account's invokes. Default: it takes from what others leave. */
  reservedConcurrency?: Invokes;
  /** Of the account, for all functions together. Default 1000. */
  accountConcurrency?: Invokes;
  /**
   * Seconds that a batch is waited for that is not full; of Standard queues alone. Default 0.
   * @minimum 0
   * @maximum 300
   */
  maximumBatchingWindow?: number;
  /**
   * Of the function, in seconds: one that takes longer fails then. Default 900.
   * @exclusiveMinimum 0
   * @maximum 900
   */
  timeout?: number;
  /** Default: Lambda has pollers as it sees fit. */
  provisioned?: ProvisionedPollers;
}

/** Pollers that are there for this source: each has up to ten invokes side by side. */
export interface ProvisionedPollers {
  /**
   * Default 2.
   * @asType integer
   * @minimum 2
   * @maximum 200
   */
  minimumPollers?: number;
  /**
   * Default 200.
   * @asType integer
   * @minimum 2
   * @maximum 10000
   */
  maximumPollers?: number;
}
