/** A list of numbers that grows at its end and shrinks at its beginning, in one typed array. */

export class Ring {
  #values = new Float64Array(64);
  #first = 0;
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) this.#grow();
    this.#values[this.#place(this.length)] = value;
    this.length++;
  }

  /** The number at this place, from 0 on. */
  at(index: number): number {
    return this.#values[this.#place(index)] as number;
  }

  set(index: number, value: number): void {
    this.#values[this.#place(index)] = value;
  }

  /** The first `count` numbers go. */
  drop(count: number): void {
    this.#first = this.#place(count);
    this.length -= count;
  }

  #place(index: number): number {
    return (this.#first + index) & (this.#values.length - 1);
  }

  #grow(): void {
    const values = new Float64Array(2 * this.#values.length);
    for (let index = 0; index < this.length; index++) values[index] = this.at(index);
    this.#values = values;
    this.#first = 0;
  }
}
