export function handleSync() {}
export default function each() {}
