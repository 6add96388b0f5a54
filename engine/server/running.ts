/**
 * A broker with its queues, its metrics and the server in front, as one thing that is started, set back and
 * closed: the command `sluice serve` and a program's `serve` have it alike. Made on the thread that asks; one
 * a port.
 *
 * How it ends. `close` has the server drain (see http/server.ts), then the metrics stop, then the broker
 * closes, if it was opened here: one that somebody else opened is his.
 */
import { Broker } from "../broker/broker.ts";
import { makeQueues } from "../broker/described/queues.ts";
import { SluiceError } from "../errors.ts";
import { Metrics } from "../metrics/metrics.ts";
import type { Clock } from "../types.ts";
import type { MakeExtension } from "./http/extension.ts";
import { Server } from "./http/server.ts";
import type { Reports } from "./logger.ts";
import { SettingsError, type Settled } from "./settings/settle.ts";

export interface StartOptions {
  /** One that is there already; it is left open. */
  readonly broker?: Broker | undefined;
  /** Of the broker that is opened. */
  readonly clock?: Clock | undefined;
  /** Makes what answers paths below `/_sluice/`. */
  readonly extension?: MakeExtension | undefined;
}

/** The port could not be taken. */
export class ListenError extends Error {
  /** Node's: EADDRINUSE, EACCES, ... */
  readonly code: string | undefined;

  constructor(host: string, port: number, cause: Error) {
    super(`cannot listen on ${host} port ${port}: ${cause.message}`, { cause });
    this.code = (cause as NodeJS.ErrnoException).code;
  }
}

export class RunningServer implements AsyncDisposable {
  readonly broker: Broker;
  readonly #settled: Settled;
  readonly #metrics: Metrics;
  readonly #server: Server;
  readonly #ownsBroker: boolean;
  #closing: Promise<void> | undefined;
  #reset: Promise<void> = Promise.resolve();

  /**
   * Rejects with SettingsError for what only a broker finds wrong, with ListenError, and with what keeps a
   * broker from opening.
   */
  static async start(
    settled: Settled,
    reports: Reports,
    { broker: given, clock, extension: makeExtension }: StartOptions = {},
  ): Promise<RunningServer> {
    settled.warnings.forEach(reports.onWarning);
    const broker = given ?? (await openBroker(settled, clock));
    try {
      const mistakes = await makeQueues(broker, settled.queues);
      if (mistakes.length > 0) throw new SettingsError(mistakes);
      const { onWarning: onLoss, onFault, onAnswered } = reports;
      const { metricsMemory: memoryBytes, metricsToken } = settled.values;
      const metrics = new Metrics(broker, { memoryBytes, onLoss, onFault });
      const { host, port, allowOrigin: allowOrigins, allowHost: allowHosts } = settled.values;
      const { externalUrl, trustProxy: trustsProxy } = settled.values;
      const { credentials, tls } = settled;
      let running: RunningServer | undefined;
      const reset = async (): Promise<void> => running?.reset();
      const extension = makeExtension?.(broker, { reset });
      const server = await Server.listen({
        ...{ broker, metrics, metricsToken, credentials, tls, extension },
        ...{ host, port, allowOrigins, allowHosts, externalUrl, trustsProxy },
        ...{ onFault, ...(onAnswered && { onAnswered }) },
      }).catch((error: Error) => {
        throw new ListenError(host, port, error);
      });
      metrics.start();
      running = new RunningServer(settled, server, metrics, given === undefined);
      return running;
    } catch (error) {
      if (given === undefined) await broker.close();
      throw error;
    }
  }

  private constructor(settled: Settled, server: Server, metrics: Metrics, ownsBroker: boolean) {
    this.#settled = settled;
    this.broker = server.broker;
    this.#metrics = metrics;
    this.#server = server;
    this.#ownsBroker = ownsBroker;
  }

  /** Where it listens: `http://127.0.0.1:9324`, `https` with a certificate. */
  get url(): string {
    return this.#server.url;
  }

  /**
   * Puts everything back to how it was when the server had started. All queues of the broker go, whoever
   * made them, with their messages, move tasks and what is remembered of sends; whoever waits for one is
   * told QueueDoesNotExist. So do all metrics, and what the rules of 60 seconds remember: a queue that was
   * deleted may be made again at once. Then the queues that were declared at the start are made again,
   * empty, as new queues of the same names. A Queue object from before is that of a queue that is gone.
   * The port, the connections and the broker's clock stay as they are. Resets are done one after the other.
   */
  reset(): Promise<void> {
    const done = this.#reset.then(() => this.#setBack());
    this.#reset = done.catch(() => {});
    return done;
  }

  async #setBack(): Promise<void> {
    await this.broker.reset();
    this.#server.forgetRequests();
    const mistakes = await makeQueues(this.broker, this.#settled.queues);
    this.#metrics.clear();
    if (mistakes.length > 0) throw new SettingsError(mistakes);
  }

  /** See the head of this file. A second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await this.#server.close();
    this.#metrics.stop();
    if (this.#ownsBroker) await this.broker.close();
  }
}

async function openBroker(settled: Settled, clock: Clock | undefined): Promise<Broker> {
  const { memory: memoryBytes, quotas, account, region } = settled.values;
  try {
    return await Broker.open({ memoryBytes, quotas, account, region, ...(clock && { clock }) });
  } catch (error) {
    // The other options were checked when they were read; what a broker may still find wrong is
    // that its records do not fit into the memory.
    if (!(error instanceof SluiceError)) throw error;
    throw new SettingsError([settled.tell("memory", error.message)]);
  }
}
