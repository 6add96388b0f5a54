/**
 * `sluice serve`: opens a broker in this process and puts the SQS endpoint in front of it, until
 * a signal ends it. Runs on the main thread.
 *
 * SIGTERM and SIGINT: the server drains (see server/http/server.ts), then the broker closes, then the
 * process exits with 0. npm hands one Ctrl-C on twice, so a second signal forces the exit only when
 * it comes a second or more after the first.
 */
import { type Command, Option } from "commander";
import { Broker } from "../../broker/broker.ts";
import { type DescribedQueue, makeQueues, rehearse } from "../../broker/described/queues.ts";
import { type SettingError, sentencesOf } from "../../broker/described/settingError.ts";
import { SluiceError } from "../../errors.ts";
import { accounts, regions } from "../../limits.ts";
import { MEMORY_BYTES_DEFAULT, Metrics } from "../../metrics/metrics.ts";
import { type Credentials, credentialsOf } from "../../server/auth/credentials.ts";
import type { Tls } from "../../server/http/listener.ts";
import { Server, type ServerOptions } from "../../server/http/server.ts";
import type { Config, OptionReader } from "../config.ts";
import { Log, type LogFormat, type LogLevel, logFormats, logLevels } from "../log.ts";
import {
  readAccount,
  readAllowedHost,
  readFileName,
  readHost,
  readMemory,
  readOrigin,
  readPort,
  readRegion,
  readThreads,
  readToken,
  refuse,
} from "../options.ts";
import { readTls, TlsError } from "../tls.ts";

interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly memory: number;
  readonly metricsMemory: number;
  readonly metricsToken?: string;
  readonly quotas: "aws" | "throughput" | "off";
  readonly account: string;
  readonly region: string;
  readonly allowOrigin: readonly string[];
  readonly allowHost: readonly string[];
  readonly credentials?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly config?: string;
  readonly logLevel: LogLevel;
  readonly logFormat?: LogFormat;
}

const quotaChoices = ["aws", "throughput", "off"] as const;
const forceableMs = 1_000;

const examples = `Examples:
  sluice serve                          listen on port 9324
  sluice serve --port 0                 listen on a free port, and print it
  sluice serve --memory 512MiB --quotas aws
  sluice serve --config sluice.yaml     with options, queues and credentials from a file
  sluice serve --credentials keys.yaml --tls-cert cert.pem --tls-key key.pem
`;

export function addServe(program: Command): void {
  program
    .command("serve")
    .description("Serve the Amazon SQS protocol, for any SQS client, unchanged.")
    .helpOption("-h, --help", "print this help")
    .addHelpText("before", examples)
    .allowExcessArguments(false)
    .option("--port <number>", "TCP port; 0 picks a free one", readPort, 9324)
    .option("--host <address>", "address to listen on", readHost, "127.0.0.1")
    .addOption(
      new Option("--memory <size>", "memory to reserve; costs nothing until it is used")
        .argParser(readMemory)
        .default(2 ** 31, "2GiB"),
    )
    .addOption(
      new Option("--metrics-memory <size>", "most memory for fifteen days of metrics")
        .argParser(readMemory)
        .default(MEMORY_BYTES_DEFAULT, "64MiB"),
    )
    .option("--metrics-token <token>", "bearer token that /metrics wants", readToken)
    .option(
      "--data <directory>",
      "keep messages on disk (not built yet)",
      refuse("Keeping messages on disk is not built yet; leave --data out."),
    )
    .option("--threads <number>", "threads that listen (only 1 is built yet)", readThreads, 1)
    .addOption(
      new Option("--quotas <set>", "which of AWS's own limits apply")
        .choices(quotaChoices)
        .default("throughput"),
    )
    .option("--account <digits>", "account in URLs and ARNs", readAccount, accounts.default)
    .option("--region <name>", "region in ARNs", readRegion, regions.default)
    .addOption(
      new Option("--allow-origin <origin>", "origin of web pages that may ask; may be repeated")
        .argParser(readOrigin)
        .default([], "none"),
    )
    .addOption(
      new Option("--allow-host <name>", "name that the server goes by, too; may be repeated")
        .argParser(readAllowedHost)
        .default([], "none"),
    )
    .option("--credentials <file>", "who may ask: requests must be signed by them", readFileName)
    .option("--tls-cert <file>", "certificate to serve HTTPS with, PEM", readFileName)
    .option("--tls-key <file>", "its private key, PEM", readFileName)
    .option("--config <file>", "options and queues from a YAML or JSON file; options here win")
    .addOption(
      new Option("--log-level <level>", "how much to log on standard error")
        .choices(logLevels)
        .default("info"),
    )
    .addOption(
      new Option(
        "--log-format <format>",
        "how to log (default: text on a terminal, else json)",
      ).choices(logFormats),
    )
    .action((_options, command: Command) => serve(command));
}

/** What stands in the way of starting goes to people, whatever the log is. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function serve(command: Command): Promise<void> {
  // Listened for before anybody can know that this process is up.
  const stopped = stopSignal();
  const configured = await configure(command);
  if (configured === undefined) return;
  const { queues, credentials } = configured;
  const options = command.opts<ServeOptions>();
  const log = new Log(options.logLevel, options.logFormat, process.stderr);
  const tls = tlsOf(options);
  if (tls === "wrong") return;
  logWarnings(log);
  const broker = await open(options, queues);
  if (broker === undefined) return;
  const metrics = new Metrics(broker, {
    memoryBytes: options.metricsMemory,
    onLoss: (sentence) => log.write("warn", sentence),
    onFault: faultsTo(log),
  });
  let server: Server;
  try {
    const { host, port, allowOrigin: allowOrigins, allowHost: allowHosts } = options;
    const where = { host, port, allowOrigins, allowHosts };
    const measures = { metrics, metricsToken: options.metricsToken };
    const who = { credentials, tls };
    server = await Server.listen({ broker, ...measures, ...where, ...who, ...reports(log) });
  } catch (error) {
    say(`sluice: cannot listen on ${options.host} port ${options.port}: ${messageOf(error)}`);
    process.exitCode = 1;
    await broker.close();
    return;
  }
  metrics.start();
  if (credentials === undefined && !isLoopback(options.host)) warnOfOpenness(options.host, log);
  greet(server.url, options, log, credentials);
  await stopped;
  if (log.format === "text") log.say("sluice is draining");
  else log.write("info", "draining");
  await server.close();
  metrics.stop();
  await broker.close();
  process.exit(0);
}

/** What files say besides options. */
interface Configured {
  readonly queues: readonly DescribedQueue[];
  /** Undefined where nobody has to say who he is. */
  readonly credentials: Credentials | undefined;
}

/**
 * What the configuration file says, if there is one, whose options are set where the command line has
 * none, and the file of credentials. Undefined, with the exit code set and the mistakes said, when
 * something is wrong.
 */
async function configure(command: Command): Promise<Configured | undefined> {
  const { config: file, credentials: keys } = command.opts<ServeOptions>();
  if (file === undefined && keys === undefined) return { queues: [], credentials: undefined };
  const { outOfReach, readConfig, readCredentialsFile } = await import("../config.ts");
  const nothing: Config = {
    options: new Map(),
    queues: [],
    credentials: undefined,
    mistakes: [],
  };
  const config = file === undefined ? nothing : readConfig(file, readersOf(command));
  for (const [name, value] of config.options) {
    if (command.getOptionValueSource(name) === "cli") continue;
    command.setOptionValueWithSource(name, value, "config");
  }
  const { credentials: keysFile, account, region } = command.opts<ServeOptions>();
  const own = keysFile === undefined ? config : readCredentialsFile(keysFile);
  const { queues } = config;
  const mistakes = own === config ? [...config.mistakes] : [...config.mistakes, ...own.mistakes];
  const isOpen = own.credentials === undefined && own.mistakes.length === 0;
  if (isOpen) mistakes.push(...outOfReach(queues, account));
  if (mistakes.length === 0) {
    return { queues, credentials: own.credentials && credentialsOf(own.credentials) };
  }
  tell([...mistakes, ...(await rehearse(queues, { account, region }))]);
  return undefined;
}

/** The options of the command, as a file may set them. */
function readersOf(command: Command): ReadonlyMap<string, OptionReader> {
  return new Map(
    command.options
      .filter((option) => option.attributeName() !== "config")
      .map((option) => [
        option.attributeName(),
        {
          isList: Array.isArray(option.defaultValue),
          read: (text: string, before?: unknown): unknown => option.parseArg?.(text, before),
        },
      ]),
  );
}

/** Certificate and key; the mistake said, and the exit code set, where they are wrong. */
function tlsOf({ tlsCert, tlsKey }: ServeOptions): Tls | undefined | "wrong" {
  try {
    return readTls(tlsCert, tlsKey);
  } catch (error) {
    if (!(error instanceof TlsError)) throw error;
    say(`sluice: ${error.message}`);
    process.exitCode = 2;
    return "wrong";
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** In red, where standard error has colours. */
function warnOfOpenness(host: string, log: Log): void {
  log.warn(
    `Anybody who reaches ${host} may read and delete every message: it is no address of this machine ` +
      "alone, and there are no credentials. See sluice credentials new, and --credentials.",
  );
}

/** Says what is wrong with the file, and sets the exit code. */
function tell(mistakes: readonly SettingError[]): void {
  for (const sentence of sentencesOf(mistakes)) say(`sluice: ${sentence}`);
  process.exitCode = 2;
}

/** Undefined, with the exit code set and the reason said, when it can't be. */
async function open(
  options: ServeOptions,
  queues: readonly DescribedQueue[],
): Promise<Broker | undefined> {
  const { memory, quotas, account, region } = options;
  let broker: Broker;
  try {
    broker = await Broker.open({ memoryBytes: memory, quotas, account, region });
  } catch (error) {
    // The other options were checked when they were read; what a broker may still find wrong is
    // that its records do not fit into the memory.
    const isRefused = error instanceof SluiceError;
    const which = isRefused ? `--memory ${memory} (bytes)` : "no broker";
    say(`sluice: ${which}: ${messageOf(error)}`);
    process.exitCode = isRefused ? 2 : 1;
    return undefined;
  }
  const mistakes = await makeQueues(broker, queues);
  if (mistakes.length === 0) return broker;
  tell(mistakes);
  await broker.close();
  return undefined;
}

/** Writes down what is this program's fault. */
function faultsTo(log: Log): (error: unknown) => void {
  return (error) => {
    const stack = error instanceof Error ? error.stack : undefined;
    log.write("error", messageOf(error), { stack });
  };
}

/** What the server tells, as records. Requests that went well are for debugging only. */
function reports(log: Log): Pick<ServerOptions, "onFault" | "onAnswered"> {
  return {
    onFault: faultsTo(log),
    onAnswered: (answered) => {
      const level = levelOf(answered.status);
      if (!log.has(level)) return;
      const { requestId, action, queue, status, errorCode, durationMs } = answered;
      const fields = { requestId, action, queue, status, errorCode };
      log.write(level, "request", { ...fields, durationMs: Math.round(durationMs * 1e3) / 1e3 });
    },
  };
}

function levelOf(status: number): "error" | "warn" | "info" | "debug" {
  if (status === 503) return "warn";
  if (status >= 500) return "error";
  return status >= 400 ? "info" : "debug";
}

/** Node would print its warnings, and the broker's, as text. */
function logWarnings(log: Log): void {
  process.removeAllListeners("warning");
  process.on("warning", ({ name, message }) => log.write("warn", message, { name }));
}

const anyWillDo =
  "Any credentials will do: AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any, and any region.";

function signedBy(credentials: Credentials, { region }: ServeOptions): string {
  const [first] = credentials.keys();
  const keys = credentials.size === 1 ? `the key ${first}` : `one of ${credentials.size} keys`;
  return `Requests must be signed with ${keys}, for the region ${region}.`;
}

/** On standard output, wherever that goes and however the log is written. */
function greet(
  url: string,
  options: ServeOptions,
  log: Log,
  credentials: Credentials | undefined,
): void {
  const words = `--endpoint-url ${url} --region ${options.region}`;
  process.stdout.write(
    `sluice is listening on ${url}
Messages live in this process's memory; they end with it.
${credentials === undefined ? anyWillDo : signedBy(credentials, options)} Try:
  aws ${words} sqs create-queue --queue-name hello
`,
  );
  if (log.format === "text") return;
  log.write("info", "listening", { url, account: options.account, region: options.region });
}

/** Resolves at the first signal, and arranges for what a second one does. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let isForceable = false;
    let isStopping = false;
    const onSignal = () => {
      if (isForceable) process.exit(1);
      if (isStopping) return;
      isStopping = true;
      setTimeout(() => {
        isForceable = true;
      }, forceableMs).unref();
      resolve();
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}
