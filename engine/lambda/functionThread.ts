/** What the threads of a function load as their handler's module (functionModule.ts). */
import { functionModule } from "./functionModule.ts";

export const { setup, loop } = functionModule();
