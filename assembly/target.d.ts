/**
 * Constants that asconfig.json's targets set when they compile: FAULT is 1 in the build that can
 * be made to trap at a chosen store, and 0 in every other.
 */
declare const FAULT: i32;
