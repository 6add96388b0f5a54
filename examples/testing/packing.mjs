/**
 * What packing.test.mjs tests: takes an order off a queue and packs it once, however often it comes.
 */
export class PackingStation {
  #queue;
  #pack;
  #packed = new Set();

  /** @param pack puts an order's things into a parcel; what it throws leaves the order in the queue. */
  constructor(queue, pack) {
    this.#queue = queue;
    this.#pack = pack;
  }

  /** Whether there was an order. */
  async packOne() {
    const [message] = await this.#queue.receive();
    if (message === undefined) return false;
    const { id, items } = JSON.parse(message.body);
    if (!this.#packed.has(id)) await this.#pack(items);
    this.#packed.add(id);
    await message.delete();
    return true;
  }
}
