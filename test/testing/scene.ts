/**
 * A broker whose clock stands still, with a server in front of it, and its kit by both ways: in this
 * process, and over HTTP. The tests of this folder run over each.
 */
import { afterEach } from "vitest";
import { Broker, type BrokerOptions, type Queue, VirtualClock } from "../../engine/index.ts";
import { Server } from "../../engine/server/http/server.ts";
import { type TestKit, testing, testingExtension } from "../../engine/testing/index.ts";
import { Endpoint } from "../support/endpoint.ts";

export const faces = ["in this process", "over HTTP"] as const;
export type Face = (typeof faces)[number];

export interface Scene {
  readonly broker: Broker;
  readonly clock: VirtualClock;
  readonly server: Server;
  readonly endpoint: Endpoint;
  readonly kit: TestKit;
}

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function fault(error: unknown): never {
  throw error;
}

export async function sceneOf(face: Face, options: BrokerOptions = {}): Promise<Scene> {
  const clock = new VirtualClock();
  const broker = await Broker.open({ memoryBytes: 64 * 2 ** 20, clock, ...options });
  const server = await Server.listen({
    ...{ broker, host: "127.0.0.1", port: 0, onFault: fault },
    extension: testingExtension(broker),
  });
  const endpoint = new Endpoint(server.url);
  const kit = testing(face === "over HTTP" ? server.url : broker);
  ends.push(async () => {
    endpoint.disconnect();
    await kit.close();
    await server.close();
    await broker.close();
  });
  return { broker, clock, server, endpoint, kit };
}

/** A queue whose messages become dead letters after `maxReceiveCount` receives, and that one. */
export async function withDeadLetters(
  broker: Broker,
  maxReceiveCount: number,
  suffix = "",
): Promise<{ queue: Queue; dead: Queue }> {
  const kind = suffix === "" ? {} : ({ fifoQueue: true } as const);
  const dead = await broker.createQueue(`orders-failed${suffix}`, kind);
  const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount };
  const queue = await broker.createQueue(`orders${suffix}`, { ...kind, redrivePolicy });
  return { queue, dead };
}

/** What a call rejects with. */
export async function refusalOf(call: Promise<unknown>): Promise<Error & { code?: string }> {
  return call.then(
    () => {
      throw new Error("It was not refused.");
    },
    (error: Error) => error,
  );
}
