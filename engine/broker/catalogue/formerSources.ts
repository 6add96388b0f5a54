/**
 * The names of queues that no longer send their dead letters to a queue, because they were deleted
 * or have another dead-letter queue. A letter knows its source by a number that only the catalogue can
 * turn into a name, and says where it came from for as long as it lives; so its queue keeps the name.
 * A queue that was created again under that name is where a move task brings the dead letter back to.
 * Any thread; a change of the catalogue when a source goes, nothing for a message. Of more than
 * NAMES_MAX sources within a dead letter's longest life the oldest are forgotten, and their dead letters then
 * don't name them any more.
 */
import type { Namesake } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import { numericAttributes } from "../../limits.ts";
import type { BrokerSettings } from "../threads/options.ts";
import { engineSettings } from "./attributes.ts";
import type { Catalogue, Known } from "./catalogue.ts";
import { findByArn } from "./redrive.ts";

const NAMES_MAX = 100;
const LIFE_MS = numericAttributes.messageRetentionPeriod.max * 1_000;

/** Notes the name of `source` in the dead-letter queue that it has or had until now, if any. */
export function keepSourceName(
  catalogue: Catalogue,
  settings: BrokerSettings,
  source: Known,
  now: number,
): void {
  const policy = source.details.attributes.redrivePolicy;
  const target = policy && findByArn(catalogue, settings.region, policy.deadLetterTargetArn);
  if (target === undefined || target.incarnation === source.incarnation) return;
  const { incarnation, name } = source;
  const newest = { incarnation, name, leftAtMs: now };
  try {
    catalogue.change(target, target.name, (known) => {
      const others = known.formerSources.filter(
        (one) => one.incarnation !== incarnation && now - one.leftAtMs < LIFE_MS,
      );
      return {
        entry: { ...known, formerSources: [newest, ...others].slice(0, NAMES_MAX) },
        settings: engineSettings(known.details.attributes, settings, catalogue),
      };
    });
  } catch (error) {
    // A queue that is full of tags, or just deleted, can't keep a name; the source goes all the same.
    if (!(error instanceof SluiceError)) throw error;
  }
}

/** The queues that go by the names of sources that are gone; those were of the same account. */
export function namesakesOf(catalogue: Catalogue, { account, formerSources }: Known): Namesake[] {
  return formerSources.flatMap(({ incarnation: gone, name }) => {
    const namesake = catalogue.find({ account, name });
    return namesake === undefined ? [] : [{ gone, incarnation: namesake.incarnation }];
  });
}
