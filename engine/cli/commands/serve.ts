/**
 * `sluice serve`: opens a broker in this process and puts the SQS endpoint in front of it, until
 * a signal ends it. Runs on the main thread.
 *
 * SIGTERM and SIGINT: the server drains (see server/server.ts), then the broker closes, then the
 * process exits with 0. npm hands one Ctrl-C on twice, so a second signal forces the exit only when
 * it comes a second or more after the first.
 */
import { type Command, Option } from "commander";
import { Broker } from "../../broker/broker.ts";
import { SluiceError } from "../../errors.ts";
import { Server } from "../../server/server.ts";
import {
  readAccount,
  readHost,
  readMemory,
  readPort,
  readRegion,
  readThreads,
  refuse,
} from "../options.ts";

interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly memory: number;
  readonly quotas: "aws" | "throughput" | "off";
  readonly account: string;
  readonly region: string;
}

const quotaChoices = ["aws", "throughput", "off"] as const;
const forceableMs = 1_000;

const examples = `Examples:
  sluice serve                          listen on port 9324
  sluice serve --port 0                 listen on a free port, and print it
  sluice serve --memory 512MiB --quotas aws
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
    .option("--account <digits>", "account in URLs and ARNs", readAccount, "000000000000")
    .option("--region <name>", "region in ARNs", readRegion, "us-east-1")
    .option(
      "--config <file>",
      "read options from a file (not built yet)",
      refuse("Reading options from a file is not built yet; leave --config out."),
    )
    .action(serve);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function serve(options: ServeOptions): Promise<void> {
  // Listened for before anybody can know that this process is up.
  const stopped = stopSignal();
  const broker = await open(options);
  if (broker === undefined) return;
  let server: Server;
  try {
    const onFault = (error: unknown) => say(error instanceof Error ? `${error.stack}` : `${error}`);
    server = await Server.listen({ broker, host: options.host, port: options.port, onFault });
  } catch (error) {
    say(`sluice: cannot listen on ${options.host} port ${options.port}: ${messageOf(error)}`);
    process.exitCode = 1;
    await broker.close();
    return;
  }
  greet(server.url, options);
  await stopped;
  say("sluice is draining");
  await server.close();
  await broker.close();
  process.exit(0);
}

/** Undefined, with the exit code set and the reason said, when the options open no broker. */
async function open(options: ServeOptions): Promise<Broker | undefined> {
  const { memory, quotas, account, region } = options;
  try {
    return await Broker.open({ memoryBytes: memory, quotas, account, region });
  } catch (error) {
    // The other options were checked when they were read; what a broker may still find wrong is
    // that its records do not fit into the memory.
    const isRefused = error instanceof SluiceError;
    const which = isRefused ? `--memory ${memory} (bytes)` : "no broker";
    say(`sluice: ${which}: ${messageOf(error)}`);
    process.exitCode = isRefused ? 2 : 1;
    return undefined;
  }
}

function greet(url: string, options: ServeOptions): void {
  process.stdout.write(`sluice is listening on ${url}\n`);
  say("Messages live in this process's memory; they end with it.");
  say("Any credentials will do. Try:");
  say(`  aws --endpoint-url ${url} --region ${options.region} sqs create-queue --queue-name hello`);
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
