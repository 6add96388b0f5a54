/**
 * A broker's inside without a journal: queues, move tasks and a keeper on one memory, so that tests hand
 * the keeper's entries from one memory to the next themselves.
 */
import { BATCH_MAX, Engine, Inbox, SECRET_BYTES } from "../../../bindings/index.ts";
import { Catalogue } from "../../../engine/broker/catalogue/catalogue.ts";
import { MoveTasks } from "../../../engine/broker/catalogue/moveTasks.ts";
import { arnOf } from "../../../engine/broker/catalogue/redrive.ts";
import { Acknowledgements } from "../../../engine/broker/durable/acknowledgements.ts";
import { Keeper } from "../../../engine/broker/kept/keeper.ts";
import type { Restored } from "../../../engine/broker/kept/recovered.ts";
import { Queues } from "../../../engine/broker/queues.ts";
import { Member } from "../../../engine/broker/threads/member.ts";
import { settingsOf, sizesOf } from "../../../engine/broker/threads/options.ts";
import { openTiming, publishTime } from "../../../engine/broker/threads/timing.ts";
import { Bell } from "../../../engine/broker/waiting/bell.ts";
import { CapacityWait } from "../../../engine/broker/waiting/capacityWait.ts";
import { Waiting } from "../../../engine/broker/waiting/waiting.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import { randomEpoch, randomSecret } from "../../../engine/random.ts";
import type { BrokerOptions } from "../../../engine/types.ts";

export interface House {
  readonly engine: Engine;
  readonly catalogue: Catalogue;
  readonly queues: Queues;
  readonly moveTasks: MoveTasks;
  readonly keeper: Keeper;
  readonly clock: VirtualClock;
  arn(name: string): string;
}

/** A house in a fresh memory; its keeper has neither read nor restored anything. */
export async function build(options: BrokerOptions = {}, nowMs = 1e12): Promise<House> {
  const sized = { memoryBytes: 64 * 1_048_576, queuesMax: 64, threadsMax: 4, ...options };
  const settings = settingsOf(sized);
  const clock = new VirtualClock(nowMs);
  const timing = openTiming(clock);
  const identity = {
    ...{ secret: randomSecret(SECRET_BYTES), epoch: randomEpoch() },
    isClockVirtual: timing.isVirtual,
  };
  const engine = await Engine.open(sizesOf(sized), identity);
  publishTime(timing, engine);
  const member = new Member(engine, settings, timing);
  const catalogue = new Catalogue(member);
  const arn = (name: string): string => arnOf(settings.region, { account: settings.account, name });
  const bell = new Bell(engine);
  const waiting = new Waiting(member, bell);
  const acknowledgements = new Acknowledgements(member, bell);
  const queues = new Queues(
    {
      ...{ member, catalogue, waiting, acknowledgements, capacity: new CapacityWait() },
      ...{ inbox: new Inbox(BATCH_MAX), arnOfKey: (key) => arnOf(settings.region, key) },
      ...{ arnOf: () => undefined, reclaim: (queue) => void engine.reclaim(queue, 1_000) },
    },
    () => {},
  );
  const { account, region, quotas } = settings;
  const isSixtySecondRuleOn = quotas.sixtySecondRules;
  const keeper = new Keeper(engine, { account, region, isSixtySecondRuleOn });
  const moveTasks = new MoveTasks(member, catalogue);
  return { engine, catalogue, queues, moveTasks, keeper, clock, arn };
}

/** A house as a new journal has it, and the entries that stand at the log's beginning. */
export async function begin(options?: BrokerOptions): Promise<{ house: House; log: Uint8Array[] }> {
  const house = await build(options);
  house.keeper.restore(true);
  return { house, log: house.keeper.conclusions() };
}

/** Writes what has changed to the log. */
export function write({ keeper, clock }: House, log: Uint8Array[]): void {
  const { first, last } = keeper.changes(clock.nowMs());
  log.push(...first, ...last);
}

/** A new house from a log, at the time at which the former one ended. */
export async function rebuild(
  log: readonly Uint8Array[],
  options?: BrokerOptions,
  nowMs?: number,
): Promise<{ house: House; restored: Restored; log: Uint8Array[] }> {
  const house = await build(options, nowMs);
  for (const entry of log) house.keeper.read(entry);
  const restored = house.keeper.restore(false);
  house.queues.recovered(restored.deletions);
  return { house, restored, log: [...log, ...house.keeper.conclusions()] };
}
