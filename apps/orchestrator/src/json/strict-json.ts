/**
 * JSON as we accept it: what JSON.parse takes, less what makes two readers see two things: members given twice, members that reach
 * the prototype (S-21), depth and number of members without bound (S-20), and texts that are no text (NUL, halves of characters).
 */
export interface JsonBounds {
  readonly depthMax: number;
  readonly keysMax: number;
}

export type JsonReading = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

/** Names that would write to an object's prototype somewhere down the line. */
export const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const refusal = (reason: string): JsonReading => ({ ok: false, reason });
const UNFIT = /[\u0000\p{Surrogate}]/u;

/** Whether a text can be stored and shown: no NUL, no half of a character. */
export const isFitText = (text: string): boolean => !UNFIT.test(text);

export function readStrictJson(bytes: Uint8Array, bounds: JsonBounds): JsonReading {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refusal('the body is not UTF-8');
  }
  const tooDeep = depthOf(text) > bounds.depthMax;
  if (tooDeep) return refusal(`the body is nested deeper than ${bounds.depthMax}`);
  try {
    value = JSON.parse(text);
  } catch {
    return refusal('the body is not JSON');
  }
  const wrong = checkMembers(text, bounds.keysMax);
  return wrong === undefined ? { ok: true, value } : refusal(wrong);
}

/** Deepest nesting of brackets outside of texts; for any text, JSON or not. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charCodeAt(index);
    if (char === 0x22) index = endOfText(text, index);
    else if (char === 0x7b || char === 0x5b) deepest = Math.max(deepest, (depth += 1));
    else if (char === 0x7d || char === 0x5d) depth -= 1;
  }
  return deepest;
}

/** Index of the closing quote of the text that opens at `start`, or the end of all. */
function endOfText(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index;
}

/** Walks the texts of valid JSON: what JSON.parse would hide (members given twice) is still there. */
function checkMembers(text: string, keysMax: number): string | undefined {
  const scopes: (Set<string> | undefined)[] = [];
  let keys = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (char === '{') scopes.push(new Set());
    else if (char === '[') scopes.push(undefined);
    else if (char === '}' || char === ']') scopes.pop();
    if (char !== '"') continue;
    const end = endOfText(text, index);
    const content = JSON.parse(text.slice(index, end + 1)) as string;
    index = end;
    if (!isFitText(content)) return 'a text holds characters that are none';
    const names = scopes.at(-1);
    if (names === undefined || !isNameAt(text, end + 1)) continue;
    if (FORBIDDEN_NAMES.has(content)) return 'a member has a name that is not allowed';
    if (names.has(content)) return 'a member is given twice';
    names.add(content);
    if ((keys += 1) > keysMax) return `the body has more than ${keysMax} members`;
  }
  return undefined;
}

/** In valid JSON a text is a member's name exactly when a colon follows. */
function isNameAt(text: string, after: number): boolean {
  let index = after;
  while (/\s/.test(text[index] ?? '')) index += 1;
  return text[index] === ':';
}
