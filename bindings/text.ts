/**
 * A Buffer with the methods that move text between a string and bytes in one native call. Node has
 * them on every Buffer but leaves them out of its types; the documented `write` and `toString` take
 * the encoding as a word and cost more a call, which shows in what a short message costs.
 */
export interface TextBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  hexSlice(start: number, end: number): string;
  base64urlSlice(start: number, end: number): string;
  /** Each of these answers how many bytes it wrote. Lone surrogates become U+FFFD. */
  latin1Write(text: string, offset: number, bytesMax: number): number;
  utf8Write(text: string, offset: number, bytesMax: number): number;
  base64urlWrite(text: string, offset: number, bytesMax: number): number;
}

/** A text buffer over memory that somebody else owns. */
export function textOver(buffer: ArrayBufferLike, offset: number, bytes: number): TextBuffer {
  return Buffer.from(buffer, offset, bytes) as unknown as TextBuffer;
}

/** A text buffer of its own, zeroed. */
export function textOf(bytes: number): TextBuffer {
  return textOver(new ArrayBuffer(bytes), 0, bytes);
}
