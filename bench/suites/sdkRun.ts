/**
 * Does the work of `sdk`, in the child process: SendMessage by AWS's own client, one call after the other,
 * by the plugin and the request handler to a broker of this process, and over loopback to a `sluice serve`
 * in another. Slices of all three take turns. The SDK is not among what the package needs: it is loaded here.
 */
import { once } from "node:events";
import { plugin, requestHandler } from "../../engine/awsSdk/index.ts";
import { Broker } from "../../engine/index.ts";
import type { Pace } from "../run/pace.ts";
import { startSluice } from "../server/sluice.ts";
import { HANDLER, LOOPBACK, PLUGIN } from "./sdk.ts";
import type { Sampled } from "./work.ts";

const BODY_BYTES = 100;
const SLICE_CALLS = 500;
const WARM_SLICES = 2;
const SLICES_MIN = 5;
const QUEUE = "bench";

type Sdk = typeof import("@aws-sdk/client-sqs");
type Client = InstanceType<Sdk["SQSClient"]>;

async function loadSdk(): Promise<Sdk> {
  try {
    return await import("@aws-sdk/client-sqs");
  } catch (cause) {
    throw new Error("The suite sdk needs @aws-sdk/client-sqs; install it beside sluice.", {
      cause,
    });
  }
}

/** One way, and what was measured of it. */
interface Way {
  readonly client: Client;
  /** Where its queue is, once there is one. */
  url: string | undefined;
  readonly rates: number[];
  cpuNs: number;
}

async function slice(sdk: Sdk, way: Way): Promise<void> {
  const MessageBody = "x".repeat(BODY_BYTES);
  const before = process.cpuUsage();
  const beganMs = performance.now();
  for (let call = 0; call < SLICE_CALLS; call++) {
    await way.client.send(new sdk.SendMessageCommand({ QueueUrl: way.url, MessageBody }));
  }
  way.rates.push((SLICE_CALLS * 1e3) / (performance.now() - beganMs));
  const { user, system } = process.cpuUsage(before);
  way.cpuNs += (user + system) * 1e3;
  await way.client.send(new sdk.PurgeQueueCommand({ QueueUrl: way.url }));
}

function rowOf(transport: string, { rates, cpuNs }: Way): Sampled {
  return {
    case: {
      ...{ type: "standard", quotas: "off", durability: "memory" },
      ...{ transport, bodyBytes: BODY_BYTES, load: "SendMessage" },
    },
    unit: "calls/s",
    samples: rates,
    max: Math.max(...rates),
    cpuNsPerMessage: cpuNs / (rates.length * SLICE_CALLS),
  };
}

export async function doesSdk(pace: Pace): Promise<Sampled[]> {
  const sdk = await loadSdk();
  const sluice = await startSluice();
  const broker = await Broker.open();
  const keys = {
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  } as const;
  const plugged = new sdk.SQSClient({});
  plugged.middlewareStack.use(plugin(broker));
  const clients: readonly (readonly [string, Client])[] = [
    [PLUGIN, plugged],
    [HANDLER, new sdk.SQSClient({ ...keys, requestHandler: requestHandler(broker) })],
    [LOOPBACK, new sdk.SQSClient({ ...keys, endpoint: `http://127.0.0.1:${sluice.port}` })],
  ];
  const ways = new Map<string, Way>(
    clients.map(([name, client]) => [name, { client, url: undefined, rates: [], cpuNs: 0 }]),
  );
  try {
    for (const way of ways.values()) {
      const made = await way.client.send(new sdk.CreateQueueCommand({ QueueName: QUEUE }));
      way.url = made.QueueUrl;
    }
    const untilMs = performance.now() + pace.warmUpMs + pace.windows * pace.windowMs;
    for (let round = 0; round < WARM_SLICES + SLICES_MIN || performance.now() < untilMs; round++) {
      for (const way of ways.values()) await slice(sdk, way);
      if (round >= WARM_SLICES) continue;
      for (const way of ways.values()) {
        way.rates.length = 0;
        way.cpuNs = 0;
      }
    }
    return [...ways].map(([name, way]) => rowOf(name, way));
  } finally {
    for (const { client } of ways.values()) client.destroy();
    const ended = once(sluice.child, "exit");
    sluice.child.kill();
    await Promise.all([ended, broker.close()]);
  }
}
