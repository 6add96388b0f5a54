/** Counts messages as countEach; ends its thread where `data.exitsIn` says: in "setup" or "close". */
export function setup({ data }) {
  if (data.exitsIn === "setup") process.exit(6);
}

export function close({ data }) {
  if (data.exitsIn === "close") process.exit(6);
}

export default function exitsAround(message, { data }) {
  Atomics.add(data.seen, Number(message.body), 1);
}
