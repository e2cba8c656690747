/** V8 makes a part of a text from 13 characters on a view of the whole. */
const VIEW_LENGTH_MIN = 13;

/** The same text in memory of its own, for what is kept longer than the request it came in: a view would keep all of that. Latin-1. */
export const ownText = (text: string): string =>
  text.length < VIEW_LENGTH_MIN ? text : Buffer.from(text, 'latin1').toString('latin1');
