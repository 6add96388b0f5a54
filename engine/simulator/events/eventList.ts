/**
 * What is to happen, in order of time; of equal times, in the order in which it was planned. A binary
 * heap over typed arrays: nothing is allocated an event. An event is a number of the caller's. A number
 * with a fraction that is handed to a function or comes back is an object where V8 does not inline the
 * call; so those that are handed on here lie in typed arrays, too.
 *
 * Most events plan another one, so the place of the one that was taken stays open until the next is
 * planned, and that goes down from there; one way instead of two.
 */
export class EventList {
  #times: Float64Array;
  /** Told apart at equal times: when they were planned. */
  #orders: Float64Array;
  #events: Int32Array;
  #count = 0;
  #isOpen = false;
  /** How many were ever planned; and the event that is being put in: its time, and its order. */
  readonly #planned = new Float64Array(1);
  readonly #item = new Float64Array(2);

  constructor(capacity = 64) {
    this.#times = new Float64Array(capacity);
    this.#orders = new Float64Array(capacity);
    this.#events = new Int32Array(capacity);
  }

  get length(): number {
    return this.#isOpen ? this.#count - 1 : this.#count;
  }

  /** How many were ever planned. */
  get planned(): number {
    return this.#planned[0] as number;
  }

  plan(atMs: number, event: number): void {
    this.#item[0] = atMs;
    this.#put(event);
  }

  #put(event: number): void {
    const order = (this.#planned[0] as number) + 1;
    this.#planned[0] = order;
    this.#item[1] = order;
    if (this.#isOpen) {
      this.#isOpen = false;
      this.#sink(event);
      return;
    }
    if (this.#count === this.#times.length) this.#grow();
    this.#rise(event);
  }

  /** Readies the next event for `time` and `event`; false when there is none. It stays until the next call. */
  next(): boolean {
    if (this.#isOpen) {
      this.#isOpen = false;
      this.#close();
    }
    if (this.#count === 0) return false;
    this.#isOpen = true;
    return true;
  }

  /** When the event that `next` readied happens. Good until the next one is planned. */
  get time(): number {
    return this.#times[0] as number;
  }

  get event(): number {
    return this.#events[0] as number;
  }

  #close(): void {
    const last = --this.#count;
    if (last === 0) return;
    this.#item[0] = this.#times[last] as number;
    this.#item[1] = this.#orders[last] as number;
    this.#sink(this.#events[last] as number);
  }

  /** Puts an event in at the top, from where it goes down. */
  #sink(event: number): void {
    const time = this.#item[0] as number;
    const order = this.#item[1] as number;
    const times = this.#times;
    const orders = this.#orders;
    const events = this.#events;
    const count = this.#count;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= count) break;
      let earlier = times[child] as number;
      const other = child + 1;
      if (other < count) {
        const second = times[other] as number;
        if (
          second < earlier ||
          (second === earlier && (orders[other] as number) < (orders[child] as number))
        ) {
          child = other;
          earlier = second;
        }
      }
      if (earlier > time || (earlier === time && (orders[child] as number) > order)) break;
      times[at] = earlier;
      orders[at] = orders[child] as number;
      events[at] = events[child] as number;
      at = child;
    }
    times[at] = time;
    orders[at] = order;
    events[at] = event;
  }

  /** Puts an event in at the bottom, from where it goes up. */
  #rise(event: number): void {
    const time = this.#item[0] as number;
    const order = this.#item[1] as number;
    const times = this.#times;
    let at = this.#count++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      // What was planned before stays before, so equal times need no look.
      if ((times[parent] as number) <= time) break;
      times[at] = times[parent] as number;
      this.#orders[at] = this.#orders[parent] as number;
      this.#events[at] = this.#events[parent] as number;
      at = parent;
    }
    times[at] = time;
    this.#orders[at] = order;
    this.#events[at] = event;
  }

  #grow(): void {
    const capacity = this.#times.length * 2;
    const times = new Float64Array(capacity);
    const orders = new Float64Array(capacity);
    const events = new Int32Array(capacity);
    times.set(this.#times);
    orders.set(this.#orders);
    events.set(this.#events);
    this.#times = times;
    this.#orders = orders;
    this.#events = events;
  }
}
