/**
 * The face of the builds that tests use: all that the module that ships has, one section at a time,
 * the checks of the whole memory, and the numbers of layout.ts as this compiler made them.
 */
export * from "../index";
export * from "../layout";
export * from "./sections";
export * from "./structures";
