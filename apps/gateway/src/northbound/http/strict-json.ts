/**
 * JSON read strictly (S-20, S-21): UTF-8 without BOM, bounded depth and number of members, no member twice,
 * no name that means something to JavaScript's objects, no lone surrogate.
 */
import { NORTHBOUND_LIMITS } from '../limits.js';

export type JsonOutcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly detail: string };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
export const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const LONE_SURROGATE = /\p{Surrogate}/u;

export function readJson(bytes: Uint8Array): JsonOutcome {
  let text: string;
  let value: unknown;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { ok: false, detail: 'the body is not UTF-8' };
  }
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, detail: 'the body is not JSON' };
  }
  const detail = objection(text);
  return detail === undefined ? { ok: true, value } : { ok: false, detail };
}

/** Why a text that is JSON is refused all the same; one pass over its tokens. */
function objection(text: string): string | undefined {
  /** Names seen in each open object; undefined for an open array. */
  const open: (Set<string> | undefined)[] = [];
  let members = 0;
  let expectName = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      const name = JSON.parse(text.slice(at, end)) as string;
      if (LONE_SURROGATE.test(name)) return 'a text holds half a character';
      at = end - 1;
      if (!expectName) continue;
      expectName = false;
      members += 1;
      const names = open.at(-1);
      if (FORBIDDEN_NAMES.has(name)) return `a member may not be called ${name}`;
      if (names?.has(name)) return 'a member is there twice';
      names?.add(name);
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : undefined);
      if (open.length > NORTHBOUND_LIMITS.jsonDepthMax) return `nested deeper than ${NORTHBOUND_LIMITS.jsonDepthMax}`;
      expectName = character === '{';
    } else if (character === '}' || character === ']') {
      open.pop();
      expectName = false;
    } else if (character === ',') {
      expectName = open.at(-1) !== undefined;
    }
    if (members > NORTHBOUND_LIMITS.jsonMembersMax) return `more than ${NORTHBOUND_LIMITS.jsonMembersMax} members`;
  }
  return undefined;
}

/** Index after the closing quotation mark; the text is known to be JSON. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
