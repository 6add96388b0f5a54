/**
 * `sluice serve` as it is typed: its options and its help. The server is loaded when one is asked for
 * (serve/serve.ts), so that no other command, and no command line that is wrong, waits for that.
 */
import type { Command } from "commander";
import { addServeOptions } from "../serve/options.ts";

const examples = `Examples:
  sluice serve                          listen on port 9324
  sluice serve --port 0                 listen on a free port, and print it
  sluice serve --memory 512MiB --quotas aws
  sluice serve --data ./queues          keep queues and messages in a directory
  sluice serve --config sluice.yaml     with options, queues and credentials from a file
  sluice serve --credentials keys.yaml --tls-cert cert.pem --tls-key key.pem
`;

const behind = `
Each option may be a variable of the environment instead, SLUICE_LOG_LEVEL for --log-level, or stand in the
file, as logLevel. An option here goes before the environment, and that before the file.
`;

export function addServe(program: Command): void {
  const command = program
    .command("serve")
    .description("Serve the Amazon SQS protocol, for any SQS client, unchanged.")
    .helpOption("-h, --help", "print this help")
    .addHelpText("before", examples)
    .addHelpText("after", behind)
    .allowExcessArguments(false);
  addServeOptions(command);
  command.action(async (_options, own: Command) => {
    const { serve } = await import("../serve/serve.ts");
    await serve(own);
  });
}
