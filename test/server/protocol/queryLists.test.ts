/**
 * Lists and maps of the query protocol, for every list of every action: each spelling that a
 * generation of SDKs has sent is read, and nothing of a list is dropped in silence. The forms are
 * made from the actions' own descriptions, so that a list which is added is tried as well.
 */
import { describe, expect, test } from "vitest";
import { parseForm } from "../../../engine/server/protocol/form.ts";
import { readMembers } from "../../../engine/server/protocol/queryInput.ts";
import { actionNames, findAction } from "../../../engine/server/router.ts";
import type { ListShape, MapShape, Members, Shape } from "../../../engine/server/wire/schema.ts";
import { formHeaders } from "../../support/query.ts";
import { serveOnce } from "../../support/serve.ts";

type Many = ListShape | MapShape;

/** A list that an action's request may have: where it is, what it is called, and what it is. */
interface Place {
  readonly action: string;
  readonly path: string;
  readonly name: string;
  readonly shape: Many;
}

function placesIn(action: string, members: Members, path: string): Place[] {
  return Object.entries(members).flatMap(([name, shape]) => {
    if (shape.type !== "list" && shape.type !== "map") return [];
    const inner = shape.of.type === "structure" ? shape.of.members : {};
    const below = shape.type === "map" ? ".Value." : ".";
    const deeper = placesIn(action, inner, `${path}${shape.each}.1${below}`);
    return [{ action, path, name, shape }, ...deeper];
  });
}

const places = actionNames.flatMap((action) =>
  placesIn(action, findAction(action, "").members, ""),
);

function read(action: string, fields: readonly string[]): unknown {
  const { fields: form } = parseForm(Buffer.from(fields.join("&")));
  return readMembers(findAction(action, "").members, form);
}

/** The fields of one element that is complete, below its number. */
function partsOf(shape: Many, small = false): string[] {
  const key = small ? "key" : shape.type === "map" ? shape.key : "";
  if (shape.type === "map")
    return [`.${key}=k`, ...partsOfValue(shape.of, small ? ".value" : ".Value")];
  return shape.of.type === "structure" ? [".Id=i"] : ["=AAAA"];
}

function partsOfValue(shape: Shape, name: string): string[] {
  return shape.type === "structure" ? [`${name}.DataType=String`] : [`${name}=v`];
}

const plural = (each: string) => each.replace(/y$/, "ie").concat("s");
/** The fields of the list called so, below its path; a map around it needs its key. */
function listed({ path, shape }: Place, field: string, small = false): string[] {
  const around = path.includes("Attribute.1.Value.")
    ? [`${path.replace(/Value\.$/, "Name")}=around`]
    : [];
  return [...around, ...partsOf(shape, small).map((part) => `${path}${field}${part}`)];
}

describe("a list or map", () => {
  test("is one of 22, in 12 actions", () => {
    expect(places.length).toBeGreaterThanOrEqual(20);
  });

  test.each(places.map((place) => [place.action, place.path, place.name, place] as const))(
    "of %s, %s%s, is read by every name that it may have",
    (action, _path, name, place) => {
      const { each, max = 0 } = place.shape;
      const usual = read(action, listed(place, `${each}.1`));
      if (max > 0) expect(JSON.stringify(usual)).toMatch(/AAAA|"k"|"i"/);
      for (const field of new Set([each, plural(each), name])) {
        expect([field, read(action, listed(place, `${field}.7`))]).toEqual([field, usual]);
        expect([field, read(action, listed(place, `${field}.member.1`))]).toEqual([field, usual]);
        expect([field, read(action, listed(place, `${field}.entry.1`, true))]).toEqual([
          field,
          usual,
        ]);
        expect([field, read(action, listed(place, field))]).toEqual([field, usual]);
      }
    },
  );

  test.each(places.map((place) => [place.action, place.path, place.name, place] as const))(
    "of %s, %s%s, is empty where its name has no value",
    (action, _path, _name, place) => {
      const { path, shape } = place;
      const around = listed(place, "x").slice(0, path.includes("Value.") ? 1 : 0);
      const empty = read(action, [...around, `${path}${shape.each}=`]);
      expect(JSON.stringify(empty)).toMatch(/:(\[\]|\{\})\}*\]?\}*$/);
    },
  );

  test.each(places.map((place) => [place.action, place.path, place.name, place] as const))(
    "of %s, %s%s, is refused where something of it would be lost",
    (action, _path, name, place) => {
      const { each } = place.shape;
      const one = listed(place, `${each}.1`);
      for (const number of ["01", "0x1", "%2B1", "-1", "1e0", "1%20", "%201", "1a"]) {
        const odd = listed(place, `${each}.${number}`);
        expect(() => read(action, odd)).toThrow(`${each}.${decodeURIComponent(number)}`);
        expect(() => read(action, [...one, ...odd])).toThrow(/plain decimal numbers/);
      }
      expect(() => read(action, [...one, ...listed(place, each)])).toThrow(/must be/);
      expect(() => read(action, [...one, ...listed(place, `${each}.member.1`)])).toThrow(/must be/);
      for (const other of new Set([plural(each), name])) {
        if (other === each) continue;
        const both = [...one, ...listed(place, `${other}.1`)];
        expect(() => read(action, both)).toThrow(/one list, not two/);
      }
    },
  );
});

const serve = serveOnce();
const post = (body: string, path: string) => serve().send({ path, headers: formHeaders, body });

describe("over HTTP", () => {
  test("a queue is tagged as Java's first SDK does it", async () => {
    const path = new URL(await serve().createQueue("java")).pathname;
    const tags = "Tags.1.Key=team&Tags.1.Value=red&Tags.2.Key=stage&Tags.2.Value=";
    expect((await post(`Action=TagQueue&${tags}`, path)).status).toBe(200);
    const { Tags } = await serve().ok("ListQueueTags", { QueueUrl: path });
    expect(Tags).toEqual({ team: "red", stage: "" });
  });

  test.each([
    ["Tag.1.Key=a&Tag.1.Value=b&Tag.01.Key=c&Tag.01.Value=d", "MalformedInput", "Tag.01"],
    ["Tag.1.Key=a&Tag.1.Value=b&Tag.0x1.Key=c&Tag.0x1.Value=d", "MalformedInput", "Tag.0x1"],
    ["Tag.1.Key=a&Tag.1.Value=b&Tags.1.Key=c&Tags.1.Value=d", "MalformedInput", "Tag and Tags"],
    ["Tag.1.Key=a&Tag.1.Value=b&Tag.2.Key=a&Tag.2.Value=c", "InvalidParameterValue", "Tag.2"],
  ])("%s is refused, and no tag is set", async (tags, code, what) => {
    const path = new URL(await serve().createQueue("colliding")).pathname;
    const { status, text } = await post(`Action=TagQueue&${tags}`, path);
    expect([status, text]).toEqual([400, expect.stringContaining(`<Code>${code}</Code>`)]);
    expect(text).toContain(what);
    expect(await serve().ok("ListQueueTags", { QueueUrl: path })).toEqual({});
  });

  test("what SDKs send for an empty list is one", async () => {
    const path = new URL(await serve().createQueue("nothing")).pathname;
    const shown = await post("Action=GetQueueAttributes&AttributeName=", path);
    expect(shown.text).toContain("<GetQueueAttributesResult/>");
    const batch = await post("Action=SendMessageBatch&SendMessageBatchRequestEntry=", path);
    expect(batch.text).toContain("<Code>AWS.SimpleQueueService.EmptyBatchRequest</Code>");
    const both = await post(
      "Action=GetQueueAttributes&AttributeName=&AttributeName.1=DelaySeconds",
      path,
    );
    expect(both.text).toContain("<Name>DelaySeconds</Name>");
  });
});
