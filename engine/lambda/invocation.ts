/**
 * One call of a function: its context, and the end of its time. Runs in the function's thread, which
 * calls one function at a time, as an execution environment of Lambda's does. Time is the machine's,
 * whatever clock the broker has.
 * Sources: Lambda Developer Guide, "Using the Lambda context object to retrieve Node.js function
 * information" and "Troubleshoot execution issues in Lambda" (`Task timed out`).
 */
import { elapsedMs, wallMs } from "../clock.ts";
import type { HandlerContext } from "../consumer/types.ts";
import { randomSecret, randomUuid } from "../random.ts";
import { regionOf } from "./event.ts";
import type { LambdaContext, LambdaHandler, SqsEvent } from "./types.ts";

/** What a thread needs to know of its function. */
export interface FunctionSettings {
  readonly functionName: string;
  readonly timeoutMs: number;
  readonly memoryLimitInMB: string;
}

/** The function took too long: whatever it still does is of no account. */
export class TimedOut extends Error {
  constructor(requestId: string, timeoutMs: number) {
    super(
      `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1_000).toFixed(2)} seconds`,
    );
    this.name = "Sandbox.Timedout";
  }
}

/** As Lambda names a stream of one environment's logs: by day and a text of its own. */
function logStreamName(): string {
  const day = new Date(wallMs()).toISOString().slice(0, 10).replaceAll("-", "/");
  return `${day}/[$LATEST]${Buffer.from(randomSecret(16)).toString("hex")}`;
}

export class Invoker {
  readonly #handler: LambdaHandler;
  readonly #settings: FunctionSettings;
  readonly #shared: Omit<LambdaContext, "awsRequestId" | "getRemainingTimeInMillis">;

  constructor(handler: LambdaHandler, settings: FunctionSettings, sluice: HandlerContext) {
    this.#handler = handler;
    this.#settings = settings;
    const { functionName, memoryLimitInMB } = settings;
    const { account, arn } = sluice.queue;
    this.#shared = {
      functionName,
      functionVersion: "$LATEST",
      invokedFunctionArn: `arn:aws:lambda:${regionOf(arn)}:${account}:function:${functionName}`,
      memoryLimitInMB,
      logGroupName: `/aws/lambda/${functionName}`,
      logStreamName: logStreamName(),
      callbackWaitsForEmptyEventLoop: true,
      sluice,
    };
  }

  /** The function's answer; rejects with what it threw, or with TimedOut. */
  async invoke(event: SqsEvent): Promise<unknown> {
    const { timeoutMs } = this.#settings;
    const awsRequestId = randomUuid();
    const beganMs = elapsedMs();
    const leftMs = (): number => Math.max(0, Math.ceil(timeoutMs - (elapsedMs() - beganMs)));
    const context = { ...this.#shared, awsRequestId, getRemainingTimeInMillis: leftMs };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new TimedOut(awsRequestId, timeoutMs)), timeoutMs);
    });
    try {
      const answered = (async () => this.#handler(event, context))();
      const answer = await Promise.race([answered, late]);
      // No timer runs while a function computes; on AWS it would have been ended.
      if (leftMs() === 0) throw new TimedOut(awsRequestId, timeoutMs);
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }
}
