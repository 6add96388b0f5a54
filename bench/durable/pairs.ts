/**
 * What all stores are asked alike: so many senders, each of which sends a message and takes the oldest one out, and
 * waits for either until it is durable, again and again. One pair is a message sent and a message deleted.
 */
export interface Store {
  readonly name: string;
  /** Sends one, of `body`, and takes the oldest out; resolves when both are durable. */
  pair(body: Uint8Array): Promise<void>;
  /** Puts so many in before the clock runs. */
  fill(count: number, body: Uint8Array): Promise<void>;
  /** Bytes given to the disk so far; undefined: it does not say. */
  diskBytes(): number | undefined;
  /** Syncs so far and how long they took together, or commits where it does not say. */
  syncs(): Syncs | undefined;
  close(): Promise<void>;
}

export interface Syncs {
  readonly count: number;
  readonly ms: number;
}

export interface Outcome {
  readonly store: string;
  readonly senders: number;
  readonly pairsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** p99 in times of a sync. */
  readonly p99Syncs: number | undefined;
  readonly writtenPerByte: number | undefined;
}

export const BODY_BYTES = 1_024;

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export async function measure(
  store: Store,
  {
    senders,
    ms,
    warmUpMs,
    filled,
  }: { senders: number; ms: number; warmUpMs: number; filled: number },
): Promise<Outcome> {
  const body = Buffer.alloc(BODY_BYTES, "abcdefghijklmnopqrstuvwxyz");
  if (filled > 0) await store.fill(filled, body);
  await run(store, body, senders, warmUpMs);
  const [bytes, syncs] = [store.diskBytes(), store.syncs()];
  const beganMs = performance.now();
  const taken = await run(store, body, senders, ms);
  const tookMs = performance.now() - beganMs;
  const sorted = taken.sort((one, other) => one - other);
  const p99Ms = at(sorted, 0.99);
  const written = since(store.diskBytes(), bytes);
  const syncMs = meanMs(store.syncs(), syncs);
  return {
    ...{ store: store.name, senders, pairsPerSecond: (sorted.length / tookMs) * 1e3 },
    ...{ p50Ms: at(sorted, 0.5), p99Ms },
    p99Syncs: syncMs === undefined ? undefined : p99Ms / syncMs,
    writtenPerByte: written === undefined ? undefined : written / (sorted.length * BODY_BYTES),
  };
}

function since(now: number | undefined, before: number | undefined): number | undefined {
  return now === undefined || before === undefined ? undefined : now - before;
}

/** How long a sync takes: that is not how far apart they are where they overlap. */
function meanMs(now: Syncs | undefined, before: Syncs | undefined): number | undefined {
  if (now === undefined || before === undefined) return undefined;
  return (now.ms - before.ms) / (now.count - before.count);
}

/** How long each pair took that ended in time. */
async function run(store: Store, body: Uint8Array, senders: number, ms: number): Promise<number[]> {
  const untilMs = performance.now() + ms;
  const taken: number[] = [];
  const sender = async (): Promise<void> => {
    for (;;) {
      const beganMs = performance.now();
      if (beganMs >= untilMs) return;
      await store.pair(body);
      taken.push(performance.now() - beganMs);
    }
  };
  await Promise.all(Array.from({ length: senders }, sender));
  return taken;
}
