/**
 * A plain event-list program of a Standard queue and its consumers, written for the tests and sharing
 * nothing with the simulator: own random numbers, own queue, objects for all. What the simulator is held
 * against where no formula is exact. Slow, and short enough to be read in one go.
 */

export interface PlainModel {
  /** Seconds from one message to the next; how long a handling takes. */
  readonly gap: (random: () => number) => number;
  readonly service: (random: () => number) => number;
  readonly consumers: number;
  /** Messages of a receive, handled one after another. */
  readonly batch: number;
  /** Visibility timeout, in seconds. */
  readonly timeout: number;
  /** Seconds between polls that find nothing; 0: a consumer that waits is told at once. */
  readonly pause: number;
  readonly messages: number;
  readonly warmup: number;
}

export interface PlainResult {
  readonly wait: number;
  readonly sojourn: number;
  /** Receives of a message. */
  readonly receives: number;
  /** Handlings whose message was deleted already. */
  readonly vain: number;
}

interface Message {
  readonly sentAt: number;
  readonly isMeasured: boolean;
  receives: number;
  isGone: boolean;
  isWaiting: boolean;
}

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Mulberry32: 32 bits of state, good enough for a second opinion. */
export function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function exponentialOf(mean: number): (random: () => number) => number {
  return (random) => -mean * Math.log(1 - random());
}

/** Two branches of the same share of the mean each. */
export function hyperexponentialOf(mean: number, cv: number): (random: () => number) => number {
  const first = (1 + Math.sqrt((cv * cv - 1) / (cv * cv + 1))) / 2;
  return (random) => {
    const share = random() < first ? first : 1 - first;
    return (-mean / (2 * share)) * Math.log(1 - random());
  };
}

/** By Box and Muller. */
export function lognormalOf(mean: number, cv: number): (random: () => number) => number {
  const variance = Math.log(1 + cv * cv);
  return (random) => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const normal = radius * Math.cos(2 * Math.PI * random());
    return mean * Math.exp(Math.sqrt(variance) * normal - variance / 2);
  };
}

class Agenda {
  readonly #heap: Happening[] = [];
  #order = 0;
  now = 0;

  at(at: number, run: () => void): void {
    const heap = this.#heap;
    heap.push({ at, order: this.#order++, run });
    for (let index = heap.length - 1; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!isBefore(heap[index], heap[parent])) break;
      swap(heap, index, parent);
      index = parent;
    }
  }

  next(): boolean {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return false;
    if (heap.length > 0) heap[0] = last;
    for (let index = 0; ; ) {
      let least = index;
      if (isBefore(heap[2 * index + 1], heap[least])) least = 2 * index + 1;
      if (isBefore(heap[2 * index + 2], heap[least])) least = 2 * index + 2;
      if (least === index) break;
      swap(heap, index, least);
      index = least;
    }
    this.now = first.at;
    first.run();
    return true;
  }
}

function isBefore(one: Happening | undefined, other: Happening | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

function swap(heap: Happening[], one: number, other: number): void {
  const kept = heap[one] as Happening;
  heap[one] = heap[other] as Happening;
  heap[other] = kept;
}

export function runPlainly(model: PlainModel, seed: number): PlainResult {
  const arrivals = mulberry(seed * 2 + 1);
  const services = mulberry(seed * 2 + 2);
  const agenda = new Agenda();
  const ready: Message[] = [];
  const idle: (() => void)[] = [];
  const sums = { waits: 0, wait: 0, sojourns: 0, sojourn: 0, receives: 0, vain: 0 };
  let sent = 0;

  const show = (message: Message): void => {
    message.isWaiting = true;
    ready.push(message);
    idle.shift()?.();
  };
  const send = (): void => {
    const message = { sentAt: agenda.now, isMeasured: sent >= model.warmup };
    sent++;
    show({ ...message, receives: 0, isGone: false, isWaiting: false });
    if (sent < model.messages) agenda.at(agenda.now + model.gap(arrivals), send);
  };
  const take = (): Message | undefined => {
    for (let message = ready.shift(); message !== undefined; message = ready.shift()) {
      if (message.isGone) continue;
      message.isWaiting = false;
      return message;
    }
    return undefined;
  };
  const receive = (message: Message): void => {
    message.receives++;
    sums.receives++;
    if (message.receives === 1 && message.isMeasured) {
      sums.waits++;
      sums.wait += agenda.now - message.sentAt;
    }
    const receipt = message.receives;
    agenda.at(agenda.now + model.timeout, () => {
      const isItsOwn = message.receives === receipt && !message.isWaiting;
      if (!message.isGone && isItsOwn) show(message);
    });
  };
  const remove = (message: Message): void => {
    if (message.isGone) sums.vain++;
    else if (message.isMeasured) {
      sums.sojourns++;
      sums.sojourn += agenda.now - message.sentAt;
    }
    message.isGone = true;
  };
  const consume = (): void => {
    const held: Message[] = [];
    for (let message = take(); message !== undefined; message = take()) {
      held.push(message);
      if (held.length === model.batch) break;
    }
    held.forEach(receive);
    if (held.length > 0) handle(held, 0);
    else if (model.pause > 0) agenda.at(agenda.now + model.pause, consume);
    else idle.push(consume);
  };
  const handle = (held: readonly Message[], index: number): void => {
    agenda.at(agenda.now + model.service(services), () => {
      remove(held[index] as Message);
      if (index + 1 < held.length) handle(held, index + 1);
      else consume();
    });
  };

  for (let consumer = 0; consumer < model.consumers; consumer++) {
    // Pollers that began together would poll together for ever.
    agenda.at(model.pause * services(), consume);
  }
  agenda.at(model.gap(arrivals), send);
  while (sent < model.messages && agenda.next());
  return {
    wait: sums.wait / sums.waits,
    sojourn: sums.sojourn / sums.sojourns,
    receives: sums.receives / sent,
    vain: sums.vain / sent,
  };
}
