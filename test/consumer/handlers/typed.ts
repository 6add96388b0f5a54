/** A handler in TypeScript: types that a compiler, or Node itself, takes away. */
type Data = { readonly seen: Int32Array };

export default function typed(message: { body: string }, { data }: { data: Data }): void {
  Atomics.add(data.seen, Number(message.body), 1);
}
