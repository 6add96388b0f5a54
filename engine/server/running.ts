/**
 * A broker with its queues, its metrics and the server in front, as one thing that is started, set back and
 * closed: the command `sluice serve` and a program's `serve` have it alike. Made on the thread that asks; one
 * a port.
 *
 * Where messages are kept in a directory the port is listened on first: who asks while the journal is
 * read is told how far that is, and to try again.
 *
 * How it ends. `close` has the server drain (see http/port.ts), then the metrics stop, then the broker
 * closes, if it was opened here: one that somebody else opened is his.
 */
import { Broker } from "../broker/broker.ts";
import { makeQueues } from "../broker/described/queues.ts";
import { durableOf, type TellProgress, watchRecovery } from "../broker/durable/face.ts";
import { SluiceError } from "../errors.ts";
import { Metrics } from "../metrics/metrics.ts";
import type { BrokerOptions, Clock } from "../types.ts";
import type { MakeExtension } from "./http/extension.ts";
import { Port } from "./http/port.ts";
import { Server } from "./http/server.ts";
import { Starting } from "./http/starting.ts";
import type { Reports } from "./logger.ts";
import { SettingsError, type Settled } from "./settings/settle.ts";

export interface StartOptions {
  /** One that is there already; it is left open. */
  readonly broker?: Broker | undefined;
  /** Of the broker that is opened. */
  readonly clock?: Clock | undefined;
  /** Makes what answers paths below `/_sluice/`. */
  readonly extension?: MakeExtension | undefined;
  /** Told how far the journal of `data` has been read. */
  readonly onRecovery?: TellProgress | undefined;
  /** Shown what the broker is about to be opened with: a test gives it another disk. */
  readonly onOpening?: ((options: BrokerOptions) => void) | undefined;
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
    start: StartOptions = {},
  ): Promise<RunningServer> {
    const { broker: given, extension: makeExtension } = start;
    settled.warnings.forEach(reports.onWarning);
    const starting = new Starting();
    const tell: TellProgress = (progress) => {
      starting.tell(progress);
      start.onRecovery?.(progress);
    };
    const isKept = given === undefined && settled.values.data !== undefined;
    const opened = isKept ? await openPort(settled, starting) : undefined;
    let broker = given;
    try {
      broker ??= await openBroker(settled, start, tell);
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
        ...{ host, port, allowOrigins, allowHosts, externalUrl, trustsProxy, opened },
        ...{ onFault, ...(onAnswered && { onAnswered }) },
      }).catch((error: Error) => {
        throw new ListenError(host, port, error);
      });
      metrics.start();
      running = new RunningServer(settled, server, metrics, given === undefined);
      return running;
    } catch (error) {
      await opened?.close();
      if (given === undefined) await broker?.close();
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
   * Resolves with what has ended the broker where its journal could not be written any more; nothing that it
   * has not acknowledged by then is. Never resolves else.
   */
  get failed(): Promise<Error> {
    return durableOf(this.broker)?.failed ?? new Promise<Error>(() => {});
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

/** Listens, and has those who ask told that it starts. */
async function openPort({ values, tls }: Settled, starting: Starting): Promise<Port> {
  const { host, port } = values;
  return Port.open({ host, port, tls }, starting).catch((error: Error) => {
    throw new ListenError(host, port, error);
  });
}

async function openBroker(
  settled: Settled,
  { clock, onOpening }: StartOptions,
  tell: TellProgress,
): Promise<Broker> {
  const { memory: memoryBytes, quotas, account, region, data, durability } = settled.values;
  const options: BrokerOptions = {
    ...{ memoryBytes, quotas, account, region },
    ...(clock && { clock }),
    ...(data !== undefined && { directory: data, durability: durability ?? "always" }),
  };
  watchRecovery(options, tell);
  onOpening?.(options);
  try {
    return await Broker.open(options);
  } catch (error) {
    // The other options were checked when they were read; what a broker may still find wrong is that its
    // records do not fit into the memory, or that the directory is that of another account.
    if (!(error instanceof SluiceError) || error.code === "InternalFailure") throw error;
    const option = error.cause instanceof RangeError || data === undefined ? "memory" : "data";
    throw new SettingsError([settled.tell(option, error.message)]);
  }
}
