/** The empty default handler of bench/consumers.ts. */
export default async function each(): Promise<void> {}
