/**
 * A broker behind a server that has credentials, in this process: two accounts, each with its root, and
 * as many users and roles as a test wants. One for all tests of a file.
 */
import { afterAll, beforeAll, expect } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { Setting } from "../../../engine/broker/described/setting.ts";
import { Metrics } from "../../../engine/metrics/metrics.ts";
import { credentialsOf } from "../../../engine/server/auth/credentials.ts";
import { readCredentials } from "../../../engine/server/auth/readCredentials.ts";
import { Server } from "../../../engine/server/http/server.ts";
import { Endpoint } from "../../support/endpoint.ts";
import { type Keys, Signing, type SigningOptions } from "../../support/signing.ts";

export const owner = "123456789012";
export const other = "987654321098";

/** As a file of credentials has them, without what is made up. */
export interface Entry {
  readonly account: string;
  readonly user?: string;
  readonly role?: string;
  readonly sessionToken?: string;
  readonly policies?: readonly object[];
}

export interface Guarded {
  readonly broker: Broker;
  readonly server: Server;
  /** Says nothing of itself. */
  readonly nobody: Endpoint;
  /** One of the entries, by its name. */
  as(name: string, options?: SigningOptions): Signing;
}

export function keysOf(name: string, { sessionToken }: Entry): Keys {
  const keys = { accessKeyId: `KEY-${name}`, secretAccessKey: `secret-of-${name}` };
  return { ...keys, ...(sessionToken !== undefined && { sessionToken }) };
}

/** `root` and `stranger` are the roots of the two accounts. */
export function guardedOnce(entries: Readonly<Record<string, Entry>> = {}): () => Guarded {
  const all: Readonly<Record<string, Entry>> = {
    root: { account: owner },
    stranger: { account: other },
    ...entries,
  };
  let guarded: Guarded | undefined;
  const faults: unknown[] = [];
  const endpoints: Endpoint[] = [];
  beforeAll(async () => {
    const broker = await Broker.open({ memoryBytes: 64 * 1_048_576, account: owner });
    const metrics = new Metrics(broker);
    const list = Object.entries(all).map(([name, entry]) => ({ ...keysOf(name, entry), ...entry }));
    const credentials = credentialsOf(
      readCredentials(Setting.of(list, "test"), (_, work) => work()),
    );
    const where = { host: "127.0.0.1", port: 0 };
    const onFault = (error: unknown) => faults.push(error);
    const server = await Server.listen({ broker, metrics, credentials, ...where, onFault });
    const kept = <One extends Endpoint>(endpoint: One): One => {
      endpoints.push(endpoint);
      return endpoint;
    };
    const as = (name: string, options?: SigningOptions): Signing => {
      const entry = all[name];
      if (entry === undefined) throw new Error(`nobody is called ${name}`);
      return kept(new Signing(server.url, keysOf(name, entry), options));
    };
    guarded = { broker, server, nobody: kept(new Endpoint(server.url)), as };
  });
  afterAll(async () => {
    for (const endpoint of endpoints) endpoint.disconnect();
    await guarded?.server.close();
    await guarded?.broker.close();
    expect(faults).toEqual([]);
  });
  return () => {
    if (guarded === undefined) throw new Error("the server has not started");
    return guarded;
  };
}
