/**
 * `sluice health`: whether a server takes requests, in one line and as an exit code, for health checks of
 * containers. Asks GET /health once; a certificate is not verified where the server is on this machine, for
 * it is asked nothing secret there.
 */
import { request as requestPlain } from "node:http";
import { request as requestByTls } from "node:https";
import type { Command } from "commander";
import { optionOf } from "../../server/settings/options.ts";
import { readExternalUrl } from "../../server/settings/readers.ts";
import { argumentOf } from "../options.ts";
import { readEnvironment } from "../serve/environment.ts";

/** Longer, and it is not healthy. */
const patienceMs = 5_000;

const examples = `Examples:
  sluice health                                 of a server on this machine, at SLUICE_PORT or 9324
  sluice health --url https://sqs.example.com
`;

export function addHealth(program: Command): void {
  program
    .command("health")
    .description("Say whether a server takes requests; exit code 0 if so, else 1.")
    .helpOption("-h, --help", "print this help")
    .addHelpText("before", examples)
    .allowExcessArguments(false)
    .option("--url <url>", "where it listens", argumentOf<string>(readExternalUrl))
    .action(({ url = urlHere() }: { readonly url?: string }) => tell(url));
}

/** Where the environment would have a server of this machine listen. */
function urlHere(): string {
  const { given } = readEnvironment(process.env, () => false);
  const port = given.get("port")?.value ?? optionOf("port").default;
  const host = String(given.get("host")?.value ?? optionOf("host").default);
  // Who listens at all addresses does so at this one.
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const scheme = given.has("tlsCert") ? "https" : "http";
  return `${scheme}://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

async function tell(url: string): Promise<void> {
  try {
    const { status, text } = await ask(`${url}/health`);
    if (status !== 200) throw new Error(reasonOf(status, text));
    process.stdout.write(`${url} takes requests\n`);
  } catch (error) {
    process.stderr.write(`sluice: ${url} takes no requests: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

/** What keeps it from taking requests. */
function reasonOf(status: number, text: string): string {
  const said = /"status":"recovering","readBytes":(\d+),"allBytes":(\d+)/.exec(text);
  if (said === null) return `it answers ${status}`;
  const share = Number(said[1]) / Math.max(1, Number(said[2]));
  return `it reads its journal, and is at ${Math.floor(share * 100)} %`;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function ask(url: string): Promise<Answer> {
  const { protocol, hostname } = new URL(url);
  const isHere = /^(?:localhost|\[::1\]|127(?:\.\d+){3})$/.test(hostname);
  const options = { rejectUnauthorized: !isHere, signal: AbortSignal.timeout(patienceMs) };
  const send = protocol === "https:" ? requestByTls : requestPlain;
  return new Promise((resolve, reject) => {
    send(url, options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      response.once("error", reject);
      response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
    })
      .once("error", reject)
      .end();
  });
}
