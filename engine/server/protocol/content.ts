/**
 * How much text a request may have once it is decoded, whatever it took on the way: a letter may be
 * six characters of JSON or three of a form. Pure; looked at before anything is made of the text,
 * because turning megabytes into texts to refuse them afterwards takes a thread longer than any
 * request that is right.
 */
import { SluiceError } from "../../errors.ts";
import type { Action } from "../action.ts";

/** The largest batch as base64, 4/3 of 1 MiB, with room for names, ids, handles and traces. */
export const contentBytesMax = 1_572_864;

/** Throws for a request of that action with so many bytes of text, where that is too many. */
export function checkContent({ tooLong }: Action, contentBytes: number): void {
  if (contentBytes <= contentBytesMax) return;
  if (tooLong !== undefined) throw tooLong(contentBytes);
  throw new SluiceError(
    "RequestEntityTooLarge",
    `The texts of a request may have ${contentBytesMax} bytes together; these have ${contentBytes}.`,
  );
}
