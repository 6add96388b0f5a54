/**
 * Instants as policies write them: seconds since 1970, or one of the forms of ISO 8601 that the W3C names
 * (`2026`, `2026-11`, `2026-11-29`, `2026-11-29T08:00Z`, with seconds and parts of them, with `+01:00` for
 * `Z`). Without a zone it is UTC. Pure.
 * Source: IAM User Guide, "Date condition operators"; W3C, "Date and Time Formats".
 */

const EPOCH = /^\d{5,}(?:\.\d+)?$|^\d{1,3}$/;
const ISO =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[Tt](\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(Z|z|[+-]\d{2}:\d{2})?)?)?)?$/;

function zoneMs(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/.exec(zone ?? "") ?? [];
  const ms = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === "-" ? -ms : ms;
}

/** Milliseconds since 1970; undefined where the text is no instant. */
export function instantOf(text: string): number | undefined {
  if (EPOCH.test(text)) return Number(text) * 1_000;
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year, month = "01", day = "01", hour = "00", minute = "00", second = "00"] = match;
  const [, , , , , , , fraction = "0", zone] = match;
  const numbers = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 1, d = 1, h = 0, mi = 0, s = 0] = numbers;
  const ms = Date.UTC(y, mo - 1, d, h, mi, s);
  // The 31st of April would be the first of May, and 24:00 the next day.
  const seen = new Date(ms).toISOString().slice(0, 19);
  if (seen !== `${year}-${month}-${day}T${hour}:${minute}:${second}`) return undefined;
  return ms + Number(fraction) * 1_000 - zoneMs(zone);
}
