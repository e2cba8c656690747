/**
 * Telephone numbers in logs, by policy: as they are, with their last four digits only, or not at all (S-74). Members that are known to
 * hold a number are masked by name; in texts, digits in the length of an outside number are masked wherever they stand.
 */
export type LoggedNumbers = 'full' | 'last-four' | 'none';

const NUMBER_MEMBER =
  /^(number|dialled|dialed|digits|digitstr|e164(str)?|extension|prime_?dn|ring_?dn|redirect_?dn|remote_?dn|forward_?dn|dn|directory_?number|(called|calling|caller|incoming|phone|telephone)_?numbers?|dialed_?digits|callere164)$/i;
/** Digits with separators as people write them, 7 to 15 of them; not inside a word, a UUID, a time or a longer run. */
const IN_TEXT = /(?<![\w.:-])\+?\d(?:[ ()/-]?\d){6,14}(?![\w:-]|\.\d)/g;
/** A path of the application API names a device by its number. */
const IN_PATH = /(\/(?:phones|numbers)\/)([^/?\s"]+)/g;
const SHOWN_DIGITS = 4;
export const HIDDEN_NUMBER = '[number]';

/** `last-four`: at most half of a number is shown, so that an extension is not told by its end. */
export function maskNumber(number: string, policy: LoggedNumbers): string {
  if (policy === 'full' || number === '') return number;
  if (policy === 'none') return HIDDEN_NUMBER;
  const digits = number.replace(/\D/g, '');
  const shown = Math.min(SHOWN_DIGITS, Math.floor(digits.length / 2));
  return shown === 0 ? HIDDEN_NUMBER : `…${digits.slice(-shown)}`;
}

export function maskText(text: string, policy: LoggedNumbers): string {
  if (policy === 'full') return text;
  return text
    .replace(IN_PATH, (_, before: string, number: string) => `${before}${maskNumber(number, policy)}`)
    .replace(IN_TEXT, (number) => maskNumber(number, policy));
}

/** A copy of what would be logged under a member of this name; what is no text, list or number is left as it is. */
export function maskMember(name: string, value: unknown, policy: LoggedNumbers): unknown {
  if (value === null || value === undefined) return value;
  const isNumber = NUMBER_MEMBER.test(name);
  if (typeof value === 'string') return isNumber ? maskNumber(value, policy) : maskText(value, policy);
  if (isNumber && typeof value === 'number') return policy === 'full' ? value : maskNumber(String(value), policy);
  if (Array.isArray(value)) return value.map((item: unknown) => maskMember(name, item, policy));
  return value;
}
