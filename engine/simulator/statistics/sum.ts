/** A sum of many numbers that loses next to nothing to rounding (Neumaier). A leaf. */

const SUM = 0;
const LOST = 1;

export class Sum {
  readonly #cells = new Float64Array(2);

  add(value: number): void {
    const cells = this.#cells;
    const sum = cells[SUM] as number;
    const next = sum + value;
    const lost = Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    cells[LOST] = (cells[LOST] as number) + lost;
    cells[SUM] = next;
  }

  get value(): number {
    return (this.#cells[SUM] as number) + (this.#cells[LOST] as number);
  }
}
