/** What is wrong with an option's value, for whoever knows by which name it was given. */

/** The message is a sentence that says what would be right. */
export class OptionError extends Error {}
