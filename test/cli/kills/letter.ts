/**
 * What the recorder (ledger.ts) knows of one message that was sent, by its body: what was asked for, what was
 * answered, and all of it as a story, for who must find out how it got lost.
 */

/** What is asked for and not answered yet, or was when the server died. */
export interface Intent {
  /** Seconds of a change of visibility; undefined: a removal. */
  readonly seconds: number | undefined;
  readonly handle: Handle | undefined;
  readonly life: number;
}

/** While it lasts nobody else is given the message. */
export interface Hold {
  readonly life: number;
  /** It survives the server. */
  readonly isKept: boolean;
}

/** What it can be deleted and hidden by. */
export interface Handle {
  readonly queue: string;
  readonly text: string;
  readonly life: number;
}

export class Letter {
  readonly key: string;
  readonly group: string | undefined;
  /** Rises with each of a place's: in a group, in the order of the sends. */
  readonly number: number;
  /** When it was first asked to be sent, by the machine's clock. */
  readonly begunMs = performance.now();
  /** The life in which it was asked to be sent last. */
  sentIn = 0;
  /** The moment of the answer, or of a receive that can't be forgotten. */
  sentAt: number | undefined;
  messageId: string | undefined;
  sequence: bigint | undefined;
  intent: Intent | undefined;
  removedAt: number | undefined;
  hold: Hold | undefined;
  handle: Handle | undefined;
  /** The life in which it was made visible, when nobody was given it since. */
  releasedIn: number | undefined;
  wasReceived = false;
  /** How often something was asked for with a handle of it. */
  intents = 0;
  /** Whether it was sent is not known, and nobody sends it again. */
  isGivenUp = false;
  /** It was looked for then, and not found. */
  isAbsent = false;
  readonly #fillBytes: number;
  readonly #story: string[] = [];

  constructor(name: string, group: string | undefined, number: number, fillBytes: number) {
    this.key = `${name}/${group ?? ""}/${number}`;
    this.group = group;
    this.number = number;
    this.#fillBytes = fillBytes;
  }

  get body(): string {
    return `${this.key} ${"x".repeat(this.#fillBytes)}`;
  }

  get isRemoving(): boolean {
    return this.intent !== undefined && this.intent.seconds === undefined;
  }

  tell(event: string): void {
    this.#story.push(event);
  }

  /** To be thrown. */
  fault(sentence: string): Error {
    return new Error(`${this.key} ${sentence}:\n  ${this.#story.join("\n  ")}`);
  }
}

/** A group's letters that are not known to be gone, in the order of their sends. */
export interface Group {
  readonly letters: Letter[];
  /** The last one whose sending was answered, and the last that was received. */
  answered: Letter | undefined;
  received: Letter | undefined;
  /** The last one that was sent and removed. */
  removed: Letter | undefined;
}

/** A queue, or two between which messages move. */
export class Place {
  readonly name: string;
  readonly queues: readonly string[];
  readonly isFifo: boolean;
  readonly letters = new Map<string, Letter>();
  /** Not known to be gone. */
  readonly live = new Set<Letter>();
  readonly groups = new Map<string, Group>();
  /** Whether its queues have been answered to be there. */
  isMade = false;
  /** The last life in which a receive was not answered, which may have hidden anything. */
  unansweredIn = 0;
  #number = 0;

  constructor(name: string, queues: readonly string[]) {
    this.name = name;
    this.queues = queues;
    this.isFifo = name.endsWith(".fifo");
  }

  /** A letter that is about to be sent. */
  compose(group: string | undefined, fillBytes: number): Letter {
    this.#number += 1;
    const letter = new Letter(this.name, group, this.#number, fillBytes);
    this.letters.set(letter.key, letter);
    this.live.add(letter);
    if (group !== undefined) this.group(group).letters.push(letter);
    return letter;
  }

  group(name: string): Group {
    const known = this.groups.get(name);
    if (known !== undefined) return known;
    const fresh: Group = {
      ...{ letters: [], answered: undefined },
      ...{ received: undefined, removed: undefined },
    };
    this.groups.set(name, fresh);
    return fresh;
  }

  /** Whose body that is. */
  of(body: string): Letter | undefined {
    return this.letters.get(body.slice(0, body.indexOf(" ")));
  }

  /** It is gone. */
  forget(letter: Letter): void {
    this.live.delete(letter);
    if (letter.group === undefined) return;
    const group = this.group(letter.group);
    group.letters.splice(group.letters.indexOf(letter), 1);
    if (letter.removedAt !== undefined && letter.sentAt !== undefined) group.removed = letter;
  }

  /** Letters that somebody has a handle of, and nothing is asked for. */
  inHand(): Letter[] {
    return [...this.live].filter(
      ({ handle, intent }) => handle !== undefined && intent === undefined,
    );
  }

  /** How many there are at the least and at the most. */
  bounds(): { readonly least: number; readonly most: number } {
    const sure = [...this.live].filter((letter) => mustBeThere(letter));
    return { least: sure.length, most: this.live.size };
  }
}

/** Sending it was answered, and nobody asked to remove it. */
export function mustBeThere({ sentAt, removedAt, isRemoving }: Letter): boolean {
  return sentAt !== undefined && removedAt === undefined && !isRemoving;
}
