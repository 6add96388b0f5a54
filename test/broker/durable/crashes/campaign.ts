/**
 * Many crashes (crashing.ts): lives by seed, each of their images judged, and on some of them next lives, up to
 * three. Throws at the first that is wrong, with its seed and all that is wrong about it.
 */
import { Seeded } from "../../../support/seeded.ts";
import { emptyOrigin, type Image, type Life, live, type Plan, sizesOf } from "./crashing.ts";
import { judge, next } from "./judging.ts";

export interface Extent {
  readonly steps: number;
  /** The chance that a call of the disk is where the broker crashes. */
  readonly crashes: number;
  /** The chance that a life goes on from an image. */
  readonly nextLives: number;
  /** The share of them that is looked at thoroughly. */
  readonly thorough: number;
  /** Crashes to judge. */
  readonly most: number;
}

export interface Tally {
  crashes: number;
  torn: number;
  lives: number;
  calls: number;
  cleaned: number;
  readonly counts: Record<string, number>;
}

const LIVES_MAX = 3;

export class Campaign {
  readonly tally: Tally = { crashes: 0, torn: 0, lives: 0, calls: 0, cleaned: 0, counts: {} };
  readonly #extent: Extent;

  constructor(extent: Extent) {
    this.#extent = extent;
  }

  get #isDone(): boolean {
    return this.tally.crashes >= this.#extent.most;
  }

  /** A broker from its first start on, and what comes of its crashes. */
  async run(seed: number): Promise<void> {
    const random = new Seeded(seed);
    const plan: Plan = {
      ...{ seed: random.between(0, 2 ** 31), steps: this.#extent.steps },
      keeping: {
        ...{ isRelaxed: random.chance(0.25), sizes: sizesOf(random.pick([7, 7, 3])) },
        slowSyncMs: random.pick([0, Number.POSITIVE_INFINITY]),
      },
      crashes: this.#extent.crashes,
    };
    const life = await this.#note(live(plan, emptyOrigin(seed)), `seed ${seed}`);
    await this.#judgeAll(life.images, random, 1);
  }

  async #note(living: Promise<Life>, name: string): Promise<Life> {
    const life = await living;
    if (life.problems.length > 0) throw new Error(`${name}: ${life.problems.join("\n")}`);
    const { tally } = this;
    tally.lives += 1;
    tally.calls += life.calls;
    tally.cleaned += life.cleaned;
    for (const [what, times] of Object.entries(life.counts)) {
      tally.counts[what] = (tally.counts[what] ?? 0) + times;
    }
    return life;
  }

  async #judgeAll(images: readonly Image[], random: Seeded, depth: number): Promise<void> {
    for (const image of images) {
      if (this.#isDone) return;
      this.tally.crashes += 1;
      const isThorough = random.chance(this.#extent.thorough);
      const verdict = await judge(image, random, isThorough).catch((error: unknown) => {
        throw new Error(image.name, { cause: error });
      });
      if (verdict.isTorn) this.tally.torn += 1;
      if (verdict.problems.length > 0) {
        throw new Error(`${image.name}:\n${verdict.problems.slice(0, 20).join("\n")}`);
      }
      if (depth >= LIVES_MAX || !random.chance(this.#extent.nextLives)) continue;
      const plan: Plan = {
        ...image.plan,
        ...{ seed: random.between(0, 2 ** 31), steps: random.pick([0, 0, 10, 40]) },
        crashes: 0.3,
      };
      const life = await this.#note(live(plan, next(image, verdict)), image.name);
      await this.#judgeAll(life.images, random, depth + 1);
    }
  }
}
