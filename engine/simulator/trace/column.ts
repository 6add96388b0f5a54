/** A column that grows by one number after another: eight bytes each, and no object. A leaf. */

const FIRST = 1_024;

export class Column {
  #values = new Float64Array(FIRST);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const longer = new Float64Array(this.#length * 2);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.#length++] = value;
  }

  at(index: number): number {
    return this.#values[index] as number;
  }

  /** What it holds; valid until the next `push`. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}
