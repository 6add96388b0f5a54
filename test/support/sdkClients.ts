/**
 * AWS's own client on a broker of the test's, by each way that there is: over loopback, which is what the
 * others are compared with, by the request handler and by the plugin. Own thread only.
 */
import * as sdk from "@aws-sdk/client-sqs";
import { SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";
import { plugin, requestHandler } from "../../engine/awsSdk/index.ts";
import type { Broker } from "../../engine/broker/broker.ts";

export const ways = ["loopback", "requestHandler", "plugin"] as const;
export type Way = (typeof ways)[number];

/** The ways without a socket. */
export const inProcess = ["requestHandler", "plugin"] as const;

const keys = {
  region: "us-east-1",
  credentials: { accessKeyId: "any", secretAccessKey: "any" },
} as const;

/** `url`: where a server before that broker listens, and what URLs of queues begin with. */
export function sdkClient(
  way: Way,
  { broker, url }: { readonly broker: Broker; readonly url: string },
  config: SQSClientConfig = {},
): SQSClient {
  if (way === "loopback") return new SQSClient({ ...keys, endpoint: url, ...config });
  if (way === "requestHandler") {
    return new SQSClient({
      ...keys,
      endpoint: url,
      requestHandler: requestHandler(broker),
      ...config,
    });
  }
  // Without a region, an endpoint or credentials: it is to need none.
  const client = new SQSClient(config);
  client.middlewareStack.use(plugin(broker, { origin: url }));
  return client;
}

type CommandClass = new (input: object) => sdk.SendMessageCommand;

const classes = new Map<string, unknown>(Object.entries(sdk));

/** The SDK's command for an action, whatever its input is; undefined where the SDK knows no such action. */
export function commandOf(action: string, input: object): sdk.SendMessageCommand | undefined {
  const found = classes.get(`${action}Command`) as CommandClass | undefined;
  return found && new found(input);
}
