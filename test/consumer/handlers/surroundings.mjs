/** Says in `data.words` what its thread was given: a variable, this process's own, a preloaded module. */
export default function surroundings(_message, { data: { words } }) {
  words[0] = Number(process.env.PLANTED ?? 0);
  words[1] = process.env.PATH === undefined ? 0 : 1;
  words[2] = globalThis.planted ?? 0;
  words[3] = words.buffer instanceof SharedArrayBuffer ? 1 : 0;
}
