/**
 * What `sluice serve` does: a broker in this process with the SQS endpoint in front of it, as `sluice/server`
 * starts them, until a signal ends it, or its journal can't be written any more. Runs on the main thread.
 *
 * SIGTERM and SIGINT: the server drains and the broker closes (see server/running.ts), then the
 * process exits with 0. npm hands one Ctrl-C on twice, so a second signal forces the exit only when
 * it comes a second or more after the first. While a journal is read there is nothing to drain: the
 * first signal ends the process, and the journal is as it was.
 */
import type { Command } from "commander";
import { SettingError } from "../../broker/described/settingError.ts";
import type { RecoveryProgress } from "../../broker/durable/face.ts";
import { VirtualClock, wallMs } from "../../clock.ts";
import type { Credentials } from "../../server/auth/credentials.ts";
import { reportsTo } from "../../server/logger.ts";
import { ListenError, RunningServer, type StartOptions } from "../../server/running.ts";
import type { Durability, Given, OptionName } from "../../server/settings/options.ts";
import { SettingsError, type Settled, settle } from "../../server/settings/settle.ts";
import { Log } from "../log.ts";
import { ProgressLine, recoveryText } from "../progressLine.ts";
import { readEnvironment } from "./environment.ts";
import { flagOf } from "./options.ts";

const forceableMs = 1_000;

/** What stands in the way of starting goes to people, whatever the log is. */
function say(line: string): void {
  process.stderr.write(`sluice: ${line}\n`);
}

export async function serve(command: Command): Promise<void> {
  if (command.getOptionValue("printSchema") === true) return printSchema();
  // Listened for before anybody can know that this process is up.
  const stopped = stopSignal();
  try {
    const said = givenTo(command);
    const environment = readEnvironment(process.env, (name) => said.has(name));
    const { mistakes } = environment;
    const given = new Map<string, Given>([...environment.given, ...said]);
    const config: string | undefined = command.getOptionValue("config") ?? environment.config;
    const settled = await settle({ given, mistakes, nameOf: flagOf, config });
    const { logLevel, logFormat } = settled.values;
    const log = new Log(logLevel, logFormat, process.stderr);
    logWarnings(log);
    for (const sentence of environment.warnings) log.warn(sentence);
    const isTesting = command.getOptionValue("testing") === true;
    const parts = isTesting ? await forTests() : {};
    const running = await start(settled, log, parts, stopped);
    if (running === undefined) process.exit(0);
    const { credentials, values } = settled;
    if (credentials === undefined && !isLoopback(values.host)) warnOfOpenness(values.host, log);
    greet(running.url, settled, log, isTesting);
    const failure = await Promise.race([stopped, running.failed]);
    if (failure !== undefined) {
      log.error(failure.message);
      process.exit(1);
    }
    if (log.format === "text") log.say("sluice is draining");
    else log.info("draining");
    await running.close();
  } catch (error) {
    refuse(error);
    return;
  }
  process.exit(0);
}

/** Undefined where a signal came before it had started. */
async function start(
  settled: Settled,
  log: Log,
  parts: StartOptions,
  stopped: Promise<void>,
): Promise<RunningServer | undefined> {
  const reports = reportsTo(log, settled.values.logLevel);
  if (settled.values.data === undefined) return RunningServer.start(settled, reports, parts);
  const line = new ProgressLine(process.stderr, recoveryText);
  const onRecovery = (progress: RecoveryProgress): void => line.show(progress);
  try {
    return await Promise.race([
      RunningServer.start(settled, reports, { ...parts, onRecovery }),
      stopped.then(() => undefined),
    ]);
  } finally {
    line.clear();
  }
}

/** What editors check configuration files by. */
async function printSchema(): Promise<void> {
  const { configurationSchema } = await import("../../server/settings/configurationSchema.ts");
  process.stdout.write(`${JSON.stringify(configurationSchema(), null, 2)}\n`);
}

/** What a server for tests has besides: a clock that runs and can be moved, and the kit's paths. */
async function forTests(): Promise<StartOptions> {
  const { testingExtension } = await import("../../testing/extension.ts");
  const clock = new VirtualClock(wallMs());
  clock.run();
  return { clock, extension: testingExtension };
}

/** Says what kept the server from starting, and sets the exit code. */
function refuse(error: unknown): void {
  const isWrong = error instanceof SettingsError;
  process.exitCode = isWrong ? 2 : 1;
  if (isWrong) error.sentences.forEach(say);
  else if (error instanceof ListenError) say(error.message);
  else say(`no broker: ${error instanceof Error ? error.message : String(error)}`);
}

/** What the command takes besides the server's options. */
function isNoOption(name: string): boolean {
  return name === "config" || name === "printSchema" || name === "testing";
}

/** What the command line has; what is wrong in it commander has told. */
function givenTo(command: Command): ReadonlyMap<string, Given> {
  const given = new Map<string, Given>();
  for (const option of command.options) {
    const name = option.attributeName();
    if (isNoOption(name) || command.getOptionValueSource(name) !== "cli") continue;
    const value: unknown = command.getOptionValue(name);
    const words = `${flagOf(name as OptionName)} ${value}`;
    const tell = (sentence: string) => new SettingError(0, `${words}: ${sentence}`);
    given.set(name, { value, tell });
  }
  return given;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** In red, where standard error has colours. */
function warnOfOpenness(host: string, log: Log): void {
  log.alarm(
    `Anybody who reaches ${host} may read and delete every message: it is no address of this machine ` +
      "alone, and there are no credentials. See sluice credentials new, and --credentials.",
  );
}

/** Node would print its warnings, and the broker's, as text. */
function logWarnings(log: Log): void {
  process.removeAllListeners("warning");
  process.on("warning", ({ name, message }) => log.warn(message, { name }));
}

const anyWillDo =
  "Any credentials will do: AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any, and any region.";

function signedBy(credentials: Credentials, region: string): string {
  const [first] = credentials.keys();
  const keys = credentials.size === 1 ? `the key ${first}` : `one of ${credentials.size} keys`;
  return `Requests must be signed with ${keys}, for the region ${region}.`;
}

function livesIn(data: string | undefined, durability: Durability = "always"): string {
  if (data === undefined) return "Messages live in this process's memory; they end with it.";
  const survives = durability === "always" ? "" : " of the process, not of the machine";
  return `Queues and messages are kept in ${data}; what is acknowledged survives the end${survives}.`;
}

/** On standard output, wherever that goes and however the log is written. */
function greet(url: string, { values, credentials }: Settled, log: Log, isTesting: boolean): void {
  const { account, region, externalUrl = url } = values;
  process.stdout.write(
    `sluice is listening on ${url}
${livesIn(values.data, values.durability)}
${credentials === undefined ? anyWillDo : signedBy(credentials, region)} Try:
  aws --endpoint-url ${externalUrl} --region ${region} sqs create-queue --queue-name hello
${isTesting ? "Tests may reset it, move its time and break it, by /_sluice/testing/.\n" : ""}`,
  );
  if (log.format === "json") log.info("listening", { url, account, region });
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
