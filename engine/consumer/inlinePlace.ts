/**
 * The place of a consumer that runs in the opener's own thread, so that debuggers, coverage and test
 * runners see the handler as any other code. The same loops, the same ledger; nothing can end it but
 * its own work.
 */
import type { Broker } from "../broker/broker.ts";
import type { LedgerRow } from "../broker/messages/ledger.ts";
import type { Queue } from "../types.ts";
import type { PlaceEnd } from "./place.ts";
import type { Order, Report, WorkSettings } from "./words.ts";
import { ConsumerWorker } from "./worker.ts";

export interface InlineHost {
  readonly broker: Broker;
  readonly queue: Queue;
  readonly href: string;
  readonly data: unknown;
  readonly settings: WorkSettings;
  readonly load: (() => Promise<object>) | undefined;
  readonly hear: (report: Report) => void;
}

export class InlinePlace {
  readonly index = 0;
  readonly row: LedgerRow;
  readonly #host: InlineHost;
  #worker: ConsumerWorker | undefined;
  #isReady = false;

  constructor(host: InlineHost, row: LedgerRow) {
    this.#host = host;
    this.row = row;
  }

  /** The opener's own. */
  readonly threadId = 0;

  get eventLoopUtilization(): number {
    return performance.eventLoopUtilization().utilization;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  async live(): Promise<PlaceEnd> {
    const { hear, ...host } = this.#host;
    const tell = (report: Report): void => {
      if (report.kind === "ready") this.#isReady = true;
      hear(report);
    };
    const hasSteward = host.broker.startSteward();
    const worker = new ConsumerWorker({
      ...host,
      row: this.row,
      tell,
      port: undefined,
      hasSteward,
    });
    this.#worker = worker;
    try {
      return { how: "ended", end: await worker.run() };
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      return { how: "died", error, exitCode: undefined };
    } finally {
      this.#isReady = false;
      this.#worker = undefined;
    }
  }

  /** Nothing to forget: its thread stays the same. */
  forget(): void {}

  tell(order: Order): void {
    this.#worker?.obey(order);
  }
}
