/** Computes. */
import { register } from "./provider.mjs";

export const setup = register;

export function handleSync() {}
