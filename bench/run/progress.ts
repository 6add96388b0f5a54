/**
 * A bar with the time that is left, on a terminal and nowhere else: elsewhere nothing is said until
 * there is a result. On standard error, so that standard output is the result alone.
 */
const WIDTH = 30;
const EVERY_MS = 1_000;

function timeText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export class Progress {
  readonly #isShown = process.stderr.isTTY === true;
  readonly #beganMs = performance.now();
  readonly #timer: NodeJS.Timeout | undefined;
  #steps = 0;
  #done = 0;
  #name = "";

  constructor() {
    if (this.#isShown) this.#timer = setInterval(() => this.#draw(), EVERY_MS).unref();
  }

  /** So many more steps are to come. */
  expect(steps: number): void {
    this.#steps += steps;
  }

  begin(name: string): void {
    this.#name = name;
    this.#draw();
  }

  step(): void {
    this.#done++;
    this.#draw();
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#isShown) process.stderr.write("\r\x1b[K");
  }

  #draw(): void {
    if (!this.#isShown) return;
    const share = Math.min(1, this.#done / Math.max(1, this.#steps));
    const full = Math.round(share * WIDTH);
    const bar = `${"█".repeat(full)}${"░".repeat(WIDTH - full)}`;
    const passedMs = performance.now() - this.#beganMs;
    const left = share > 0 ? `${timeText((passedMs / share) * (1 - share))} left` : "";
    const text = `${bar} ${Math.floor(share * 100)} % ${this.#name} ${left}`;
    process.stderr.write(`\r${text.slice(0, (process.stderr.columns ?? 80) - 1)}\x1b[K`);
  }
}
