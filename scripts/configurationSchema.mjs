/**
 * Writes the JSON Schema of configuration files beside what makes it: `node --import tsx
 * scripts/configurationSchema.mjs`, then `npx biome format --write` that file. A test sees that what is
 * there is what would be written.
 */
import { writeFileSync } from "node:fs";
import { configurationSchema } from "../engine/server/settings/configurationSchema.ts";

const file = new URL("../engine/server/settings/configuration.schema.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(configurationSchema(), null, 2)}\n`);
