/** Whether a number exists and where, by libphonenumber's plans of all countries. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** True when a numbering plan has numbers like this one; a number with a national prefix behind its country code is not one. */
export function isNumber(e164: string): boolean {
  const parsed = parsePhoneNumberFromString(e164);
  return parsed?.number === e164 && parsed.isValid();
}

/** ISO 3166 code of the country; null for what no single country has. */
export const countryOf = (e164: string): string | null => parsePhoneNumberFromString(e164)?.country ?? null;
