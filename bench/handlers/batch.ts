/** The empty `handleBatch` of bench/consumers.ts. */
export async function handleBatch(): Promise<void> {}
