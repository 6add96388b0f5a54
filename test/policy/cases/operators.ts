/** Cases of the condition operators, one kind after the other, and of several conditions at once. */
import { allow, type Case, casesOf, conditionsOf, OTHER, OWN, pages, policy } from "./case.ts";

const agent = (value: string) => ({ "aws:UserAgent": value });
const strings = conditionsOf(
  pages.strings,
  ["StringEquals is exact", true, { StringEquals: agent("aws-cli") }, agent("aws-cli")],
  ["StringEquals minds the case", false, { StringEquals: agent("AWS-cli") }, agent("aws-cli")],
  ["StringEquals has no wildcards", false, { StringEquals: agent("aws-*") }, agent("aws-cli")],
  ["StringNotEquals of another", true, { StringNotEquals: agent("boto") }, agent("aws-cli")],
  ["StringNotEquals of the same", false, { StringNotEquals: agent("boto") }, agent("boto")],
  ["StringEqualsIgnoreCase", true, { StringEqualsIgnoreCase: agent("AWS-CLI") }, agent("aws-cli")],
  [
    "StringNotEqualsIgnoreCase",
    false,
    { StringNotEqualsIgnoreCase: agent("AWS-CLI") },
    agent("aws-cli"),
  ],
  ["StringLike with *", true, { StringLike: agent("aws-*/2.?") }, agent("aws-cli/2.9")],
  ["StringLike is about the whole text", false, { StringLike: agent("cli") }, agent("aws-cli")],
  ["StringLike minds the case", false, { StringLike: agent("AWS*") }, agent("aws-cli")],
  ["StringLike's ? is one character", false, { StringLike: agent("aws-cli?") }, agent("aws-cli")],
  ["StringLike's * is none, too", true, { StringLike: agent("aws-cli*") }, agent("aws-cli")],
  ["StringNotLike of what fits", false, { StringNotLike: agent("aws-*") }, agent("aws-cli")],
  ["StringNotLike of what does not", true, { StringNotLike: agent("boto*") }, agent("aws-cli")],
  [
    "a tag of the caller",
    true,
    { StringEquals: { "aws:PrincipalTag/job-category": "iamuser-admin" } },
    { "aws:PrincipalTag/job-category": "iamuser-admin" },
  ],
  [
    "a tag that the caller has not",
    false,
    { StringEquals: { "aws:PrincipalTag/job-category": "iamuser-admin" } },
    {},
  ],
);

const age = (value: string | number) => ({ "aws:MultiFactorAuthAge": value });
const had = (value: string) => ({ "aws:MultiFactorAuthAge": value });
const numeric = conditionsOf(
  pages.numeric,
  ["NumericEquals", true, { NumericEquals: age("10") }, had("10")],
  ["NumericEquals compares numbers", true, { NumericEquals: age("10") }, had("10.0")],
  ["NumericEquals of another", false, { NumericEquals: age("10") }, had("100")],
  ["NumericNotEquals", true, { NumericNotEquals: age("10") }, had("9")],
  ["NumericLessThan of less", true, { NumericLessThan: age("10") }, had("9")],
  ["NumericLessThan of the same", false, { NumericLessThan: age("10") }, had("10")],
  ["NumericLessThanEquals of the same", true, { NumericLessThanEquals: age("10") }, had("10")],
  ["NumericLessThanEquals of more", false, { NumericLessThanEquals: age("10") }, had("11")],
  ["NumericGreaterThan of more", true, { NumericGreaterThan: age("9") }, had("10")],
  ["NumericGreaterThan of the same", false, { NumericGreaterThan: age("9") }, had("9")],
  ["NumericGreaterThanEquals", true, { NumericGreaterThanEquals: age("9.5") }, had("9.5")],
  ["NumericLessThanEquals of no key", false, { NumericLessThanEquals: age("10") }, {}],
);

const now = (value: string) => ({ "aws:CurrentTime": value });
const noon = now("2026-11-29T12:00:00Z");
const dates = conditionsOf(
  pages.dates,
  ["DateGreaterThan of later", true, { DateGreaterThan: now("2026-01-01T00:00:01Z") }, noon],
  ["DateGreaterThan of earlier", false, { DateGreaterThan: now("2027-01-01T00:00:01Z") }, noon],
  ["DateLessThan of the same", false, { DateLessThan: now("2026-11-29T12:00:00Z") }, noon],
  ["DateLessThanEquals of the same", true, { DateLessThanEquals: now("2026-11-29T12:00Z") }, noon],
  ["DateGreaterThanEquals", true, { DateGreaterThanEquals: now("2026-11-29T12:00Z") }, noon],
  ["DateEquals in another zone", true, { DateEquals: now("2026-11-29T13:00:00+01:00") }, noon],
  ["DateNotEquals", false, { DateNotEquals: now("2026-11-29T12:00:00.000Z") }, noon],
  ["a day is its beginning", true, { DateGreaterThan: now("2026-11-29") }, noon],
  ["seconds since 1970", true, { DateLessThan: now("1900000000") }, noon],
  [
    "a key of seconds since 1970",
    true,
    { DateLessThan: { "aws:EpochTime": "2030-01-01T00:00:00Z" } },
    { "aws:EpochTime": "1795953600" },
  ],
);

const tls = (value: unknown) => ({ "aws:SecureTransport": value });
const bool = conditionsOf(
  pages.bool,
  ["Bool of true", true, { Bool: tls("true") }, { "aws:SecureTransport": "true" }],
  ["Bool of JSON's true", true, { Bool: tls(true) }, { "aws:SecureTransport": "true" }],
  ["Bool of false", false, { Bool: tls("true") }, { "aws:SecureTransport": "false" }],
  ["Bool of no key", false, { Bool: tls("false") }, {}],
);

const binary = conditionsOf(
  pages.binary,
  [
    "BinaryEquals of the same bytes",
    true,
    { BinaryEquals: { "aws:RequestTag/key": "QmluYXJ5VmFsdWVJbkJhc2U2NA==" } },
    { "aws:RequestTag/key": "QmluYXJ5VmFsdWVJbkJhc2U2NA==" },
  ],
  [
    "BinaryEquals of others",
    false,
    { BinaryEquals: { "aws:RequestTag/key": "QmluYXJ5VmFsdWVJbkJhc2U2NA==" } },
    { "aws:RequestTag/key": "QmluYXJ5" },
  ],
);

const ip = (value: string | readonly string[]) => ({ "aws:SourceIp": value });
const addresses = conditionsOf(
  pages.ip,
  ["a range", true, { IpAddress: ip("203.0.113.0/24") }, ip("203.0.113.255")],
  ["outside of it", false, { IpAddress: ip("203.0.113.0/24") }, ip("203.0.114.0")],
  ["one address", true, { IpAddress: ip("203.0.113.7") }, ip("203.0.113.7")],
  ["another address", false, { IpAddress: ip("203.0.113.7") }, ip("203.0.113.8")],
  ["a range that no byte ends", true, { IpAddress: ip("12.148.72.0/23") }, ip("12.148.73.200")],
  ["and its outside", false, { IpAddress: ip("12.148.72.0/23") }, ip("12.148.74.1")],
  [
    "an IPv6 range",
    true,
    { IpAddress: ip("2001:DB8:1234:5678::/64") },
    ip("2001:db8:1234:5678:9::1"),
  ],
  [
    "outside of an IPv6 range",
    false,
    { IpAddress: ip("2001:DB8:1234:5678::/64") },
    ip("2001:db8:1234:5679::1"),
  ],
  [
    "ranges of both kinds",
    true,
    { IpAddress: ip(["203.0.113.0/24", "2001:DB8:1234:5678::/64"]) },
    ip("2001:db8:1234:5678::1"),
  ],
  ["NotIpAddress inside", false, { NotIpAddress: ip("203.0.113.0/24") }, ip("203.0.113.9")],
  ["NotIpAddress of an IPv4 range", true, { NotIpAddress: ip("203.0.113.7") }, ip("2001:db8::1")],
  [
    "an IPv6 address with the bytes of a range",
    false,
    { IpAddress: ip("203.0.113.0/24") },
    ip("cb00:7107::1"),
  ],
  ["the range of all of IPv4", true, { IpAddress: ip("0.0.0.0/0") }, ip("203.0.113.7")],
  ["NotIpAddress outside", true, { NotIpAddress: ip("203.0.113.0/24") }, ip("198.51.100.1")],
);

const source = (value: string) => ({ "aws:SourceArn": value });
const topic = `arn:aws:sns:us-east-2:${OWN}:finance/daily`;
const arns = conditionsOf(
  pages.arns,
  ["ArnEquals", true, { ArnEquals: source(topic) }, source(topic)],
  [
    "ArnEquals has wildcards",
    true,
    { ArnEquals: source(`arn:aws:sns:*:${OWN}:finance/*`) },
    source(topic),
  ],
  [
    "ArnLike has the same",
    true,
    { ArnLike: source(`arn:aws:sns:*:${OWN}:finance/*`) },
    source(topic),
  ],
  [
    "ArnLike minds the case",
    false,
    { ArnLike: source(`arn:aws:sns:*:${OWN}:Finance/*`) },
    source(topic),
  ],
  [
    "a * of ArnLike stays in its part",
    false,
    { ArnLike: source(`arn:aws:someservice:*:${OWN}:finance/*`) },
    source(`arn:aws:someservice:us-east-2:999999999999:store/abc:${OWN}:finance/document.txt`),
  ],
  [
    "a * of StringLike does not",
    true,
    { StringLike: source(`arn:aws:someservice:*:${OWN}:finance/*`) },
    source(`arn:aws:someservice:us-east-2:999999999999:store/abc:${OWN}:finance/document.txt`),
  ],
  ["ArnNotEquals of the same", false, { ArnNotEquals: source(topic) }, source(topic)],
  ["ArnNotLike of another", true, { ArnNotLike: source("arn:aws:sns:*:*:sales/*") }, source(topic)],
  ["ArnEquals of no key", false, { ArnEquals: source(topic) }, {}],
);

const missing = conditionsOf(
  pages.missing,
  ["a positive operator without its key", false, { StringLike: agent("*") }, {}],
  ["a negated operator without its key", true, { StringNotLike: agent("*") }, {}],
  ["ArnNotLike without its key", true, { ArnNotLike: source("arn:aws:sns:*:*:*") }, {}],
  ["NotIpAddress without its key", true, { NotIpAddress: ip("0.0.0.0/0") }, {}],
  ["DateLessThan without its key", false, { DateLessThan: now("2030-01-01") }, {}],
);

const tagged = { "aws:PrincipalTag/department": "hr", "aws:PrincipalTag/role": "audit" };
const block = {
  StringEqualsIgnoreCase: {
    "aws:PrincipalTag/department": ["Finance", "HR", "Legal"],
    "aws:PrincipalTag/role": ["Audit", "Security"],
  },
  StringEquals: { "aws:PrincipalAccount": OWN },
};
const logic = conditionsOf(
  pages.logic,
  ["all operators and keys are met", true, block, tagged],
  ["one key is not", false, block, { ...tagged, "aws:PrincipalTag/role": "sales" }],
  [
    "one operator is not",
    false,
    { ...block, StringEquals: { "aws:PrincipalAccount": OTHER } },
    tagged,
  ],
  [
    "of several values of a negated operator none may be it",
    false,
    { StringNotEquals: { "aws:PrincipalAccount": [OTHER, OWN] } },
    {},
  ],
  [
    "and if none is, it is met",
    true,
    { StringNotEquals: { "aws:PrincipalAccount": [OTHER, "123456789012"] } },
    {},
  ],
);

const keys = conditionsOf(
  pages.condition,
  [
    "names of keys have no case",
    true,
    { IpAddress: { "AWS:SourceIP": "203.0.113.0/24" } },
    ip("203.0.113.1"),
  ],
  [
    "tags' names in keys have none either",
    true,
    { StringEquals: { "aws:ResourceTag/TagKey1": "Value1" } },
    { "aws:ResourceTag/tagkey1": "Value1" },
  ],
  ["values of StringEquals have one", false, { StringEquals: { "aws:username": "Bob" } }, {}],
  ["MFA an hour ago at most", true, { NumericLessThanEquals: age("3600") }, had("1200")],
  ["MFA earlier", false, { NumericLessThanEquals: age("3600") }, had("7200")],
);

const callers = conditionsOf(
  pages.keys,
  ["aws:username is the user's", true, { StringEquals: { "aws:username": "bob" } }, {}],
  ["aws:userid is the user's", true, { StringEquals: { "aws:userid": "AIDABOB" } }, {}],
  [
    "aws:PrincipalArn is the user's",
    true,
    { ArnEquals: { "aws:PrincipalArn": `arn:aws:iam::${OWN}:user/bob` } },
    {},
  ],
  [
    "aws:PrincipalAccount is the user's",
    true,
    { StringEquals: { "aws:PrincipalAccount": OWN } },
    {},
  ],
);

const worker = { who: `${OWN}:assumed-role/worker/one` };
const ofRole = (Condition: object) => ({ ...worker, identity: [policy(allow({ Condition }))] });
const sessions = casesOf(
  pages.keys,
  [
    "aws:PrincipalArn of a session is its role's",
    true,
    ofRole({ ArnEquals: { "aws:PrincipalArn": `arn:aws:iam::${OWN}:role/worker` } }),
  ],
  [
    "and not its own",
    false,
    ofRole({ ArnLike: { "aws:PrincipalArn": `arn:aws:sts::${OWN}:assumed-role/*` } }),
  ],
  ["aws:userid of a session has its name", true, ofRole({ StringLike: { "aws:userid": "*:one" } })],
  ["a session has no aws:username", true, ofRole({ Null: { "aws:username": "true" } })],
);

export const operators: readonly Case[] = [
  ...strings,
  ...numeric,
  ...dates,
  ...bool,
  ...binary,
  ...addresses,
  ...arns,
  ...missing,
  ...logic,
  ...keys,
  ...callers,
  ...sessions,
];
