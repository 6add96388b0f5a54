/** The first thread that has it fills its heap by small pieces; the next one does nothing. */
const kept = [];

export default function fillsHeap(_message, { data: { words } }) {
  if (Atomics.add(words, 0, 1) > 0) return;
  for (let piece = 0; ; piece++) kept.push({ text: `a small piece ${piece}` });
}
