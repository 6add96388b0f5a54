/**
 * The certificate and the key of `sluice serve --tls-cert FILE --tls-key FILE`: read and tried before
 * anything is opened, so that what is wrong is told with the file's name. On the main thread.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Tls } from "../server/http/listener.ts";

/** What stands in the way; the message names the option and what would be right. */
export class TlsError extends Error {}

/** Undefined where neither option is given. Throws TlsError. */
export function readTls(
  certFile: string | undefined,
  keyFile: string | undefined,
): Tls | undefined {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) {
    const [has, wants] = certFile === undefined ? ["key", "cert"] : ["cert", "key"];
    throw new TlsError(`--tls-${has} needs --tls-${wants} beside it.`);
  }
  const cert = readFile("cert", certFile);
  const key = readFile("key", keyFile);
  if (!certificateOf(cert, certFile).checkPrivateKey(keyOf(key, keyFile))) {
    throw new TlsError(
      `--tls-key ${keyFile}: it is not the key of the certificate in ${certFile}.`,
    );
  }
  return { cert, key };
}

function readFile(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new TlsError(`--tls-${name} ${file}: ${(error as Error).message}`);
  }
}

function certificateOf(cert: Buffer, file: string): X509Certificate {
  try {
    return new X509Certificate(cert);
  } catch {
    const form = "PEM, which begins with -----BEGIN CERTIFICATE-----";
    throw new TlsError(`--tls-cert ${file}: it has no certificate; it must be ${form}.`);
  }
}

function keyOf(key: Buffer, file: string): KeyObject {
  try {
    return createPrivateKey(key);
  } catch {
    const isLocked = key.includes("ENCRYPTED");
    const form = "PEM, which begins with -----BEGIN PRIVATE KEY-----";
    const why = isLocked
      ? "the key wants a passphrase; use one without"
      : `it has no private key; it must be ${form}`;
    throw new TlsError(`--tls-key ${file}: ${why}.`);
  }
}
