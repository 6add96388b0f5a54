/** What a thread imports before its handler, so that TypeScript runs there on every Node. */
import { register } from "tsx/esm/api";

register();
