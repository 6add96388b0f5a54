/**
 * Queues that come and go while the server is killed, as the recorder knows them: what was answered to be made is
 * there, with its attributes; what was answered to be deleted is not, and nothing is there that nobody made.
 */

interface Known {
  readonly visibilityTimeout: string;
  /** What was answered last, and what was asked for and not answered. */
  isThere: boolean;
  asked: boolean | undefined;
}

const PREFIX = "extra-";
const MANY = 15;

export class Names {
  static readonly prefix = PREFIX;
  readonly #known = new Map<string, Known>();

  get areMany(): boolean {
    return [...this.#known.values()].filter(({ isThere }) => isThere).length > MANY;
  }

  /** A new one is about to be made. */
  make(): { readonly name: string; readonly visibilityTimeout: string } {
    const number = this.#known.size;
    const known: Known = { visibilityTimeout: `${number}`, isThere: false, asked: true };
    this.#known.set(`${PREFIX}${number}`, known);
    return { name: `${PREFIX}${number}`, visibilityTimeout: known.visibilityTimeout };
  }

  /** One that is there, which is about to be deleted. */
  drop(): string | undefined {
    for (const [name, known] of this.#known) {
      if (!known.isThere || known.asked !== undefined) continue;
      known.asked = false;
      return name;
    }
    return undefined;
  }

  /** What was asked for of it last was answered. */
  answered(name: string): void {
    const known = this.#of(name);
    known.isThere = known.asked ?? known.isThere;
    known.asked = undefined;
  }

  visibilityTimeoutOf(name: string): string {
    return this.#of(name).visibilityTimeout;
  }

  /** All that the server lists, while nobody makes or deletes one. */
  listed(names: readonly string[]): void {
    const there = new Set(names);
    for (const name of names) this.#of(name);
    for (const [name, known] of this.#known) {
      const isThere = there.has(name);
      if (isThere !== known.isThere && isThere !== known.asked) {
        throw new Error(`The queue ${name} ${isThere ? "came back" : "is lost"}.`);
      }
      known.isThere = isThere;
      known.asked = undefined;
    }
  }

  #of(name: string): Known {
    const known = this.#known.get(name);
    if (known === undefined) throw new Error(`Nobody made the queue ${name}.`);
    return known;
  }
}
