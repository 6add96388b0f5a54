/**
 * What the messages of the model tests carry: a tag and the body's size, then bytes that follow from
 * tag and place, so that a foreign byte anywhere is seen.
 */

export const TAG_BYTES = 8;

export function patternAt(tag: number, place: number): number {
  return (Math.imul(tag + 1, 0x9e3779b1) + Math.imul(place, 0x85ebca6b)) >>> 24;
}

/** Throws where a body is not what some sender wrote; answers its tag. */
export function checkBody(
  memory: Uint8Array,
  from: number,
  bytes: number,
  bodyBytes: number,
  offset: number,
  known?: number,
): number | undefined {
  if (bodyBytes < TAG_BYTES) return undefined;
  const words = new DataView(memory.buffer, from, bytes);
  const tag = known ?? words.getUint32(0, true);
  if (offset === 0 && words.getUint32(4, true) !== bodyBytes) {
    throw new Error(`a body of ${bodyBytes} bytes says it has ${words.getUint32(4, true)}`);
  }
  for (let index = offset === 0 ? TAG_BYTES : 0; index < bytes; index++) {
    if (memory[from + index] !== patternAt(tag, offset + index)) {
      throw new Error(`byte ${offset + index} of body ${tag} is another message's`);
    }
  }
  return tag;
}
