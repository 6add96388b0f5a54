/** An array that is taken from at its front at no cost. */
export class Line {
  readonly #items: number[] = [];
  #front = 0;

  get first(): number | undefined {
    return this.#items[this.#front];
  }

  push(item: number): void {
    this.#items.push(item);
  }

  shift(): number | undefined {
    const item = this.#items[this.#front];
    if (item !== undefined) this.#front++;
    if (this.#front > 4096 && this.#front * 2 > this.#items.length) {
      this.#items.splice(0, this.#front);
      this.#front = 0;
    }
    return item;
  }

  clear(): void {
    this.#items.length = 0;
    this.#front = 0;
  }
}
