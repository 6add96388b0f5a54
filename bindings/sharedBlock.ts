/**
 * A piece of memory beside the engine's that several threads share: what a consumer's threads say of
 * themselves. Made by one thread, handed to others as its buffer. Words that somebody waits for or
 * acts on are stored and loaded atomically; counts that one thread writes and others show are plain
 * stores, since nobody decides anything by them.
 */
export class SharedBlock {
  readonly buffer: SharedArrayBuffer;
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
  readonly #words: Int32Array;

  /**
   * @param buffer another thread's; or how many bytes a new one has, a multiple of eight
   * @param from where in the buffer it begins, likewise; @param bytes how long it is, if not to the buffer's end
   */
  constructor(buffer: SharedArrayBuffer | number, from = 0, bytes?: number) {
    this.buffer = typeof buffer === "number" ? new SharedArrayBuffer(buffer) : buffer;
    const length = bytes ?? this.buffer.byteLength - from;
    this.u32 = new Uint32Array(this.buffer, from, length >> 2);
    this.f64 = new Float64Array(this.buffer, from, length >> 3);
    this.#words = new Int32Array(this.buffer, from, length >> 2);
  }

  load(word: number): number {
    return Atomics.load(this.#words, word);
  }

  store(word: number, value: number): void {
    Atomics.store(this.#words, word, value);
  }

  add(word: number, value: number): void {
    Atomics.add(this.#words, word, value);
  }

  /** Stores `to` where the word is `from`; whether it was. */
  replace(word: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#words, word, from, to) === from;
  }

  /** Stores a word and wakes who sleeps on it. */
  tell(word: number, value: number): void {
    Atomics.store(this.#words, word, value);
    Atomics.notify(this.#words, word);
  }

  /** Raises a word by one and wakes who sleeps on it. */
  ring(word: number): void {
    Atomics.add(this.#words, word, 1);
    Atomics.notify(this.#words, word);
  }

  /** Blocks this thread while a word is `seen`; at most `timeoutMs`. */
  sleep(word: number, seen: number, timeoutMs?: number): void {
    Atomics.wait(this.#words, word, seen, timeoutMs);
  }

  /** This thread stands still for so long. */
  pause(ms: number): void {
    Atomics.wait(this.#words, 0, Atomics.load(this.#words, 0), ms);
  }
}

/** Numbers that are written before another thread is given them and never again: shared, not copied. */
export function sharedNumbers(length: number): Float64Array {
  return new SharedBlock(length * Float64Array.BYTES_PER_ELEMENT).f64;
}
