/** What is counted of a queue: places in its list of counts. All of them are sums. A leaf. */

export const SENT = 0;
export const RECEIVED = 1;
export const DELETED = 2;
export const EMPTY_RECEIVES = 3;
/** Bytes of bodies, as the scenario has them. */
export const SENT_BYTES = 4;
/** Calls that the queue's quota has refused. */
export const THROTTLED = 5;
/** So many of them are in the series; the others are not. */
export const SERIES_COUNTS = 6;
export const RECEIVED_BYTES = 6;
export const REDELIVERED = 7;
/** Deletes that found nothing, though the handling went well. */
export const IN_VAIN = 8;
export const DEDUPLICATED = 9;
export const MOVED_IN = 10;
/** By call, in the order below: those that were made, the requests that AWS bills beyond one each, */
export const CALLS_AT = 11;
export const MORE_AT = 18;
/** and those that were refused. */
export const THROTTLED_AT = 25;
export const COUNTS = 32;

export const SEND = 0;
export const SEND_BATCH = 1;
export const RECEIVE = 2;
export const DELETE = 3;
export const DELETE_BATCH = 4;
export const CHANGE = 5;
export const CHANGE_BATCH = 6;

/** What AWS bills as one request. */
const CHUNK_BYTES = 65_536;

/** Requests beyond the first that a call of so many bytes is billed as. */
export function moreRequestsOf(bytes: number): number {
  return bytes <= CHUNK_BYTES ? 0 : Math.ceil(bytes / CHUNK_BYTES) - 1;
}
