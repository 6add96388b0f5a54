/**
 * A server in the test's own process, whose broker has a clock that stands still until a test moves
 * it: minutes pass in milliseconds, for whoever asks over HTTP. Own thread only.
 */
import { afterAll, beforeAll } from "vitest";
import { Broker } from "../../engine/broker/broker.ts";
import { VirtualClock } from "../../engine/clock.ts";
import { Server } from "../../engine/server/http/server.ts";
import { Endpoint } from "./endpoint.ts";

export interface Clocked {
  readonly url: string;
  readonly broker: Broker;
  pass(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** With all of AWS's quotas. What the server calls its own fault is thrown by `stop`. */
export async function startClocked(): Promise<Clocked> {
  const clock = new VirtualClock();
  const broker = await Broker.open({ clock, quotas: "aws" });
  const faults: unknown[] = [];
  const onFault = (error: unknown) => {
    faults.push(error);
  };
  const server = await Server.listen({ broker, host: "127.0.0.1", port: 0, onFault });
  return {
    url: server.url,
    broker,
    pass: (seconds) => clock.advance(seconds * 1_000),
    stop: async () => {
      await server.close();
      await broker.close();
      if (faults.length > 0) throw faults[0];
    },
  };
}

/** Such a server as the endpoint that a file's tests speak to. */
export class ClockedEndpoint extends Endpoint {
  readonly #clocked: Clocked;

  constructor(clocked: Clocked) {
    super(clocked.url);
    this.#clocked = clocked;
  }

  pass(seconds: number): Promise<void> {
    return this.#clocked.pass(seconds);
  }
}

/** One server for all tests of a file that let time pass; the returned function gives it to a test. */
export function clockedOnce(): () => ClockedEndpoint {
  let clocked: Clocked | undefined;
  let endpoint: ClockedEndpoint | undefined;
  beforeAll(async () => {
    clocked = await startClocked();
    endpoint = new ClockedEndpoint(clocked);
  });
  afterAll(async () => {
    endpoint?.disconnect();
    await clocked?.stop();
  });
  return () => {
    if (endpoint === undefined) throw new Error("the server has not started");
    return endpoint;
  };
}
