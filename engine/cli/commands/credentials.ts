/**
 * `sluice credentials`: makes what clients sign with. What was made goes to standard output, once; nothing
 * keeps it. Runs on the main thread.
 */
import type { Command } from "commander";
import { accounts } from "../../limits.ts";
import { randomAccessKey } from "../../random.ts";
import { readAccount } from "../../server/settings/readers.ts";
import { argumentOf, readRole, readUser } from "../options.ts";

interface NewOptions {
  readonly account: string;
  readonly user?: string;
  readonly role?: string;
  readonly profile?: string;
  readonly json?: boolean;
}

const newExamples = `Examples:
  sluice credentials new > credentials.yaml                  then: sluice serve --credentials credentials.yaml
  sluice credentials new --account 123456789012 --user alice
  sluice credentials new --role reader --profile sluice
  sluice credentials new --json | jq -r .secretAccessKey
`;

export function addCredentials(program: Command): void {
  const group = program
    .command("credentials")
    .description("Make what clients sign their requests with.")
    .helpOption("-h, --help", "print this help")
    .addHelpText("before", newExamples)
    .helpCommand(false)
    .allowExcessArguments(false);
  group
    .command("new")
    .description(
      "Make a pair of keys, and print its entry for the file and the lines for the AWS CLI.",
    )
    .helpOption("-h, --help", "print this help")
    .addHelpText("before", newExamples)
    .allowExcessArguments(false)
    .option(
      "--account <digits>",
      "account that it belongs to",
      argumentOf(readAccount),
      accounts.default,
    )
    .option("--user <name>", "user that signs with it (default: the account's root)", readUser)
    .option(
      "--role <name>",
      "role whose session signs with it; may have :SESSION behind it",
      readRole,
    )
    .option("--profile <name>", "profile of the AWS CLI in the lines for it", readUser)
    .option("--json", "print the entry as JSON")
    .action((options: NewOptions, command: Command) => makeNew(options, command));
}

/** What a user or a role may do until somebody has written a policy: all that is of queues. */
const allOfQueues = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["sqs:*", "cloudwatch:*"], Resource: "*" }],
};

function makeNew(options: NewOptions, command: Command): void {
  const { account, user, role, profile, json } = options;
  if (user !== undefined && role !== undefined) {
    command.error("error: --user and --role name one caller; leave one of the two out.", {
      exitCode: 2,
    });
  }
  const { accessKeyId, secretAccessKey } = randomAccessKey();
  const who = { ...(user !== undefined && { user }), ...(role !== undefined && { role }) };
  const isRoot = user === undefined && role === undefined;
  const policies = isRoot ? {} : { policies: [allOfQueues] };
  const entry = { accessKeyId, secretAccessKey, account, ...who, ...policies };
  if (json === true) {
    process.stdout.write(`${JSON.stringify(entry, null, 2)}\n`);
    return;
  }
  const behind = profile === undefined ? "" : ` --profile ${profile}`;
  const lines = [
    `# aws configure set aws_access_key_id ${accessKeyId}${behind}`,
    `# aws configure set aws_secret_access_key ${secretAccessKey}${behind}`,
    "credentials:",
    `  - accessKeyId: ${accessKeyId}`,
    `    secretAccessKey: ${secretAccessKey}`,
    `    account: "${account}"`,
    ...Object.entries(who).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}`),
    ...(isRoot ? [] : ["    policies:", `      - ${JSON.stringify(allOfQueues)}`]),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  process.stderr.write(
    "The secret is shown once and kept nowhere. The two lines behind # are for the AWS CLI; the rest is " +
      "for sluice serve --config or --credentials FILE.\n",
  );
}
