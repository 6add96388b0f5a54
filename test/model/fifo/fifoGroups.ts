/**
 * The message groups of the plain-array model: an array of messages a group, and the ready groups in
 * the order they became ready. A group is ready exactly while its first message is.
 */
export interface Message {
  readonly sequence: number;
  readonly sentAtMs: number;
  readonly birth: number;
  group: Group | undefined;
  state: "delayed" | "ready" | "inFlight" | "dead";
  dueMs: number;
  count: number;
  lastReceiveMs: number;
}

export interface Group {
  readonly name: number;
  /** In the order they were sent. */
  readonly chain: Message[];
  isReady: boolean;
}

/** What a group has to give, from `place` in its chain on. */
export interface Rest {
  readonly group: Group | undefined;
  readonly place: number;
}

export class Groups {
  readonly #groups = new Map<number, Group>();
  #ready: Group[] = [];

  all(): Iterable<Group> {
    return this.#groups.values();
  }

  /** The group of this name, a new one where there is none. */
  of(name: number): Group {
    const group = this.#groups.get(name) ?? { name, chain: [], isReady: false };
    this.#groups.set(name, group);
    return group;
  }

  get firstReady(): Group | undefined {
    return this.#ready[0];
  }

  /** Behind a receive's last message: while that one locks its group and the next is visible. */
  rest({ state, group, sequence }: Message): Rest | undefined {
    if (state !== "inFlight" || group === undefined || group.isReady) return undefined;
    const place = group.chain.findIndex((one) => one.sequence === sequence) + 1;
    return group.chain[place]?.state === "ready" ? { group, place } : undefined;
  }

  /** After its first message changed or went: it joins the ready at their end, or leaves them. */
  settle(group: Group): void {
    const first = group.chain[0];
    const opens = first?.state === "ready";
    if (opens && !group.isReady) this.#ready.push(group);
    if (!opens && group.isReady) this.#ready.splice(this.#ready.indexOf(group), 1);
    group.isReady = opens;
    if (first === undefined) this.#groups.delete(group.name);
  }

  /** The order of the ready groups is an index: made again it is that of their first messages. */
  sort(): void {
    const first = (group: Group) => (group.chain[0] as Message).sequence;
    this.#ready.sort((a, b) => first(a) - first(b));
  }

  clear(): void {
    this.#groups.clear();
    this.#ready = [];
  }
}
