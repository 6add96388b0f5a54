/**
 * The certificate and the key that a server speaks HTTPS with: read and tried before anything is opened,
 * so that what is wrong is told with the option's name. On the main thread.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Tls } from "../http/listener.ts";

/** A file's name, or what stands in it. */
export type Pem = string | Uint8Array;

/** One of the two options: what it has, and how its mistakes are told. */
export interface PemOption {
  /** As whoever started the server calls it. */
  readonly name: string;
  readonly value: Pem | undefined;
  /** What is thrown for a sentence. */
  tell(sentence: string): Error;
}

/** Undefined where neither is given. */
export function readTls(cert: PemOption, key: PemOption): Tls | undefined {
  if (cert.value === undefined && key.value === undefined) return undefined;
  if (cert.value === undefined) throw key.tell(`It needs ${cert.name} beside it.`);
  if (key.value === undefined) throw cert.tell(`It needs ${key.name} beside it.`);
  const tls = { cert: bytesOf(cert, cert.value), key: bytesOf(key, key.value) };
  if (!certificateOf(tls.cert, cert).checkPrivateKey(keyOf(tls.key, key))) {
    throw key.tell(`It is not the key of the certificate in ${shown(cert.value)}.`);
  }
  return tls;
}

function shown(value: Pem): string {
  return typeof value === "string" ? value : "the bytes given";
}

function bytesOf(option: PemOption, value: Pem): Buffer {
  if (typeof value !== "string") return Buffer.from(value);
  try {
    return readFileSync(value);
  } catch (error) {
    throw option.tell(`${(error as Error).message}.`);
  }
}

function certificateOf(bytes: Buffer, option: PemOption): X509Certificate {
  try {
    return new X509Certificate(bytes);
  } catch {
    const form = "PEM, which begins with -----BEGIN CERTIFICATE-----";
    throw option.tell(`It has no certificate; it must be ${form}.`);
  }
}

function keyOf(bytes: Buffer, option: PemOption): KeyObject {
  try {
    return createPrivateKey(bytes);
  } catch {
    const isLocked = bytes.includes("ENCRYPTED");
    const form = "PEM, which begins with -----BEGIN PRIVATE KEY-----";
    throw option.tell(
      isLocked
        ? "The key wants a passphrase; use one without."
        : `It has no private key; it must be ${form}.`,
    );
  }
}
