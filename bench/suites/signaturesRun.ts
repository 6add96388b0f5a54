/**
 * Does the work of `signatures`, in the child process: one request, as an SDK sends it, verified many
 * times, and the hashes of the same texts, in slices that take turns. By processor time, so that who
 * else uses the machine matters little.
 */
import { createHmac, createSecretKey, hash } from "node:crypto";
import { rootOf } from "../../engine/policy/caller.ts";
import { Authenticator } from "../../engine/server/auth/authenticator.ts";
import { readClaim } from "../../engine/server/auth/claim.ts";
import { Credential, credentialsOf } from "../../engine/server/auth/credentials.ts";
import { Head } from "../../engine/server/auth/head.ts";
import {
  bodyHash,
  canonicalRequest,
  signatureOf,
  signingKey,
  stringToSign,
} from "../../engine/server/auth/sigv4.ts";
import type { Pace } from "../run/pace.ts";
import { BARE, BODY_BYTES, VERIFIED } from "./signatures.ts";
import type { Sampled } from "./work.ts";

const SLICE_CALLS = 2_000;
const WARM_SLICES = 5;
const SLICES_MIN = 10;
const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const NOW_MS = Date.UTC(2026, 10, 22, 6);
const NAMES = "content-type;host;x-amz-date;x-amz-target;x-amzn-query-mode";

/** The head of an SDK's SendMessage, but for its signature. */
function rawOf(signature: string) {
  const scope = "Credential=AKIDEXAMPLE/20261122/us-east-1/sqs/aws4_request";
  const rawHeaders = [
    ...["Host", "127.0.0.1:9324", "Content-Type", "application/x-amz-json-1.0"],
    ...["X-Amz-Target", "AmazonSQS.SendMessage", "x-amzn-query-mode", "true"],
    ...[
      "User-Agent",
      "aws-sdk-js/3.1169.0 ua/2.1 os/linux lang/js md/nodejs#20",
      "amz-sdk-request",
    ],
    ...["attempt=1; max=3", "X-Amz-Date", "20261122T060000Z", "Content-Length", "64"],
    "Authorization",
    `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=${NAMES}, Signature=${signature}`,
  ];
  return { method: "POST", url: "/", rawHeaders };
}

function cpuNsOf(act: () => void): number {
  const before = process.cpuUsage();
  for (let call = 0; call < SLICE_CALLS; call++) act();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1e3) / SLICE_CALLS;
}

function rows(bodyBytes: number, samples: ReadonlyMap<string, number[]>): Sampled[] {
  return [...samples].map(([load, own]) => ({
    case: {
      ...{ type: "standard", quotas: "off", durability: "memory" },
      ...{ transport: "in-thread", bodyBytes, load },
    },
    unit: "ns/message",
    samples: own,
    max: Math.max(...own),
  }));
}

function measure(bodyBytes: number, ms: number): Sampled[] {
  const body = Buffer.alloc(bodyBytes, "abcdefghijklmnopqrstuvwxyz");
  const head = new Head(rawOf("0"));
  const claim = readClaim(head);
  if (claim === undefined) throw new Error("the request claims nothing");
  const key = signingKey(SECRET, claim);
  const canonical = canonicalRequest(head, claim, bodyHash(body));
  const text = stringToSign(claim, canonical);
  const signed = rawOf(signatureOf(key, text));
  const credential = new Credential(
    "AKIDEXAMPLE",
    { secretAccessKey: SECRET },
    rootOf("123456789012"),
  );
  const authenticator = new Authenticator({
    credentials: credentialsOf([credential]),
    region: "us-east-1",
    nowMs: () => NOW_MS,
  });
  const bareKey = createSecretKey(key.export());
  const acts: readonly [string, () => void][] = [
    [VERIFIED, () => void authenticator.authenticate(signed, body)],
    [
      BARE,
      () => {
        hash("sha256", body);
        hash("sha256", canonical);
        createHmac("sha256", bareKey).update(text).digest("hex");
      },
    ],
  ];
  for (let slice = 0; slice < WARM_SLICES; slice++) for (const [, act] of acts) cpuNsOf(act);
  const samples = new Map<string, number[]>(acts.map(([load]) => [load, []]));
  const untilMs = performance.now() + ms;
  for (let slice = 0; slice < SLICES_MIN || performance.now() < untilMs; slice++) {
    for (const [load, act] of acts) samples.get(load)?.push(cpuNsOf(act));
  }
  return rows(bodyBytes, samples);
}

export async function doesSignatures(pace: Pace): Promise<Sampled[]> {
  const ms = (pace.windows * pace.windowMs) / BODY_BYTES.length;
  return BODY_BYTES.flatMap((bodyBytes) => measure(bodyBytes, ms));
}
