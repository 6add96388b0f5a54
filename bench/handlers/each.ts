/** The empty default handler of bench/pool/pool.ts. */
export default async function each(): Promise<void> {}
