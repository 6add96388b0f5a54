/** The empty `handleBatch` of bench/pool/pool.ts. */
export async function handleBatch(): Promise<void> {}
