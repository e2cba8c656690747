/**
 * Numbering: how a controller dials an E.164 number (R-E164-02) and which E.164 numbers digits on its lines may stand for (R-E164-03).
 * Pure; every result says by which rule it came about and what was taken off and put before, so that a person can follow it.
 * Whether a number exists is not decided here: that needs a numbering plan, and {@link matchIncoming} takes one as a predicate.
 */

/** R-E164-01. Prefixes are what a phone dials (`0-9`, `*`, `#`); an empty prefix means that none is dialled. */
export interface NumberingSettings {
  /** Dialled for an outside line, at most 8. */
  readonly outsidePrefix: string;
  /** Country code where the controller is, 1 to 3 digits. */
  readonly localCountryCode: string;
  /** Dialled before a national number, at most 8; empty where national numbers are dialled as they are (Italy, Spain). */
  readonly longDistancePrefix: string;
  /** Dialled before a country code, 1 to 8. */
  readonly internationalPrefix: string;
  /**
   * Area codes whose numbers are dialled without the area code, as they stand at the beginning of a national number (no long-distance
   * prefix, at most {@link AREA_CODES_MAX}). Empty where everybody dials the area code (most of North America, Italy, Spain, France).
   */
  readonly localAreaCodes: readonly string[];
  /** Digits of the longest extension, 1 to 15: a number up to it without prefix is somebody inside. */
  readonly maxExtensionLength: number;
}

export const PREFIX_LENGTH_MAX = 8;
export const AREA_CODES_MAX = 50;
/** ITU-T E.164: at most 15 digits, the country code among them. */
export const E164_DIGITS_MAX = 15;
/** Shorter ones are nobody's; the shortest that are in use have a country code of three and a number of four digits. */
export const E164_DIGITS_MIN = 7;
/** What a controller can dial, in characters. */
export const DIALLED_LENGTH_MAX = 32;
/** Longer texts are refused unread. */
const TEXT_LENGTH_MAX = 64;

export const DIALLING_RULES = ['as-given', 'local', 'national', 'international'] as const;
export type DiallingRule = (typeof DIALLING_RULES)[number];

/** What would be dialled and why. `stripped` and `added` are in the order of the number, from the left. */
export interface Dialling {
  readonly ok: true;
  /** 1 to 32 of `0-9 * #`. */
  readonly dialled: string;
  readonly rule: DiallingRule;
  /** What was taken off the number, each with its name; the plus sign and separators included. */
  readonly stripped: readonly NumberPart[];
  /** What was put before what was left. */
  readonly added: readonly NumberPart[];
  /** A sentence for a person. */
  readonly reason: string;
}
export interface NotDiallable {
  readonly ok: false;
  /** What was wrong, what was expected, what to do. */
  readonly reason: string;
}

export const NUMBER_PARTS = [
  'plus',
  'separators',
  'countryCode',
  'areaCode',
  'outsidePrefix',
  'longDistancePrefix',
  'internationalPrefix',
] as const;
export interface NumberPart {
  readonly part: (typeof NUMBER_PARTS)[number];
  readonly digits: string;
}

const refused = (reason: string): NotDiallable => ({ ok: false, reason });
const part = (name: NumberPart['part'], digits: string): readonly NumberPart[] => (digits === '' ? [] : [{ part: name, digits }]);

interface E164Read {
  readonly ok: true;
  readonly digits: string;
  readonly separators: string;
}

/** The digits of a number with `+`, without what people write between them. */
function readE164(number: string): E164Read | NotDiallable {
  if (number.length > TEXT_LENGTH_MAX) return refused(`A number has at most ${TEXT_LENGTH_MAX} characters.`);
  if (/\(0\)/.test(number))
    return refused('“(0)” can be read in two ways: write the number as it is dialled from abroad, for example +44 20 7946 0000.');
  const rest = number.slice(1);
  const digits = rest.replace(/[ .()/-]/g, '');
  if (!/^\d+$/.test(digits)) return refused('After the + a number has digits only (and space . - / ( ) between them).');
  if (digits.startsWith('0')) return refused('After the + comes a country code, and none begins with 0.');
  if (digits.length < E164_DIGITS_MIN || digits.length > E164_DIGITS_MAX)
    return refused(`An E.164 number has ${E164_DIGITS_MIN} to ${E164_DIGITS_MAX} digits; this one has ${digits.length}.`);
  return { ok: true, digits, separators: rest.replace(/\d/g, '') };
}

/**
 * How a controller with these settings dials `number` (R-E164-02). With a `+` it is E.164: a local area is dialled without its code, the
 * own country with the long-distance prefix, everything else with the international one, all behind the outside prefix. Without it is
 * dialled as it is, unless it cannot be dialled at all. Never throws.
 *
 * @param settings undefined: the controller has none, so that only numbers without `+` can be dialled
 */
export function dialling(number: string, settings: NumberingSettings | undefined): Dialling | NotDiallable {
  if (!number.startsWith('+')) {
    if (!/^[0-9*#]{1,32}$/.test(number)) return refused(`A number without + is 1 to ${DIALLED_LENGTH_MAX} of 0-9, * and #.`);
    return {
      ok: true,
      dialled: number,
      rule: 'as-given',
      stripped: [],
      added: [],
      reason: 'It has no +, so it is dialled as it is.',
    };
  }
  const e164 = readE164(number);
  if (!e164.ok) return e164;
  if (settings === undefined)
    return refused(
      'The controller has no numbering settings, so that a number with + cannot be dialled; set them, or dial without +.',
    );
  return dialE164(e164, settings);
}

function dialE164({ digits, separators }: E164Read, settings: NumberingSettings): Dialling | NotDiallable {
  const { outsidePrefix, localCountryCode, longDistancePrefix, internationalPrefix } = settings;
  const written = [...part('plus', '+'), ...part('separators', separators)];
  const outside = part('outsidePrefix', outsidePrefix);
  if (!digits.startsWith(localCountryCode)) {
    const added = [...outside, ...part('internationalPrefix', internationalPrefix)];
    return result(digits, 'international', written, added, `Its country is not the controller's (+${localCountryCode}).`);
  }
  const national = digits.slice(localCountryCode.length);
  const stripped = [...written, ...part('countryCode', localCountryCode)];
  const areaCode = areaCodeOf(national, settings);
  if (areaCode === undefined) {
    const added = [...outside, ...part('longDistancePrefix', longDistancePrefix)];
    return result(
      national,
      'national',
      stripped,
      added,
      `It is in the controller's country (+${localCountryCode}), in no local area.`,
    );
  }
  const reason = `It is in the controller's country (+${localCountryCode}) and in its local area ${areaCode}.`;
  return result(national.slice(areaCode.length), 'local', [...stripped, ...part('areaCode', areaCode)], outside, reason);
}

function result(
  rest: string,
  rule: DiallingRule,
  stripped: readonly NumberPart[],
  added: readonly NumberPart[],
  reason: string,
): Dialling | NotDiallable {
  const dialled = `${added.map(({ digits }) => digits).join('')}${rest}`;
  return rest === ''
    ? refused('Behind its country code the number is empty.')
    : { ok: true, dialled, rule, stripped, added, reason };
}

/** The longest local area code that the national number begins with, and is more than. */
function areaCodeOf(national: string, { localAreaCodes }: NumberingSettings): string | undefined {
  let best: string | undefined;
  for (const code of localAreaCodes)
    if (code !== '' && code.length > (best?.length ?? 0) && national.length > code.length && national.startsWith(code))
      best = code;
  return best;
}

export const MATCHING_RULES = ['e164', 'international', 'national', 'national-without-prefix', 'local', 'country-code'] as const;
/** An E.164 number that digits may stand for, and why. */
export interface NumberCandidate {
  /** `+` and 7 to 15 digits. */
  readonly e164: string;
  readonly rule: (typeof MATCHING_RULES)[number];
  readonly stripped: readonly NumberPart[];
  readonly added: readonly NumberPart[];
  readonly reason: string;
}
export interface NumberMatch {
  /** Likeliest first, each number once; none for an extension or for what cannot be read. */
  readonly candidates: readonly NumberCandidate[];
  /** Somebody inside: no candidates. */
  readonly isExtension: boolean;
  /** Why there are no candidates, or how the digits were read. */
  readonly reason: string;
}

export interface MatchOptions {
  /** True: a caller's number as the line delivered it. False: digits that were dialled here, so with the outside prefix for a call out. */
  readonly incoming: boolean;
  /** Whether a numbering plan has such a number; what it denies is left out. Default: every number of a possible length is taken. */
  readonly isNumber?: (e164: string) => boolean;
}

const noMatch = (reason: string, isExtension = false): NumberMatch => ({ candidates: [], isExtension, reason });

/** Which E.164 numbers these digits may stand for at a controller with these settings (R-E164-03). Never throws. */
export function matchIncoming(digits: string, settings: NumberingSettings | undefined, options: MatchOptions): NumberMatch {
  if (digits.startsWith('+')) return matchWritten(digits, options);
  if (!/^\d{1,32}$/.test(digits)) return noMatch('Only digits can be matched, at most 32, or a number with +.');
  if (settings === undefined)
    return noMatch('The controller has no numbering settings, so that digits cannot be matched; set them.');
  const { outsidePrefix, maxExtensionLength } = settings;
  const isOutside = outsidePrefix !== '' && digits.startsWith(outsidePrefix) && digits.length > outsidePrefix.length;
  // a prefix that was dialled settles it; without one a short number is somebody inside
  if (digits.length <= maxExtensionLength && (options.incoming || !isOutside))
    return noMatch(`It has at most ${maxExtensionLength} digits: an extension.`, true);
  const found = new Map<string, NumberCandidate>();
  const behind = part('outsidePrefix', outsidePrefix);
  if (isOutside && !options.incoming) readDigits(digits.slice(outsidePrefix.length), behind, settings, options, found);
  else {
    readDigits(digits, [], settings, options, found);
    // controllers may put the prefix before a caller's number, so that it can be called back
    if (isOutside) readDigits(digits.slice(outsidePrefix.length), behind, settings, options, found);
  }
  const candidates = [...found.values()];
  return {
    candidates,
    isExtension: false,
    reason: candidates.length === 0 ? 'No rule makes a possible number of it.' : 'Matched.',
  };
}

function matchWritten(digits: string, { isNumber }: MatchOptions): NumberMatch {
  const e164 = readE164(digits);
  if (!e164.ok) return noMatch(e164.reason);
  const number = `+${e164.digits}`;
  if (isNumber?.(number) === false) return noMatch('No numbering plan has such a number.');
  const stripped = part('separators', e164.separators);
  const reason = 'It begins with +, so it is E.164 already.';
  return { candidates: [{ e164: number, rule: 'e164', stripped, added: [], reason }], isExtension: false, reason: 'Matched.' };
}

/** Adds what the rules make of `digits`; all that fit, because settings alone cannot tell a prefix from a number that begins like it. */
function readDigits(
  digits: string,
  before: readonly NumberPart[],
  settings: NumberingSettings,
  { isNumber }: MatchOptions,
  found: Map<string, NumberCandidate>,
): void {
  const { internationalPrefix, longDistancePrefix, localCountryCode, localAreaCodes } = settings;
  const add = (
    rule: NumberCandidate['rule'],
    full: string,
    stripped: readonly NumberPart[],
    added: readonly NumberPart[],
    reason: string,
  ) => {
    const e164 = `+${full}`;
    if (!/^[1-9]\d{6,14}$/.test(full) || found.has(e164) || isNumber?.(e164) === false) return;
    found.set(e164, { e164, rule, stripped: [...before, ...stripped], added: [...part('plus', '+'), ...added], reason });
  };
  const country = part('countryCode', localCountryCode);
  if (internationalPrefix !== '' && digits.startsWith(internationalPrefix))
    add(
      'international',
      digits.slice(internationalPrefix.length),
      part('internationalPrefix', internationalPrefix),
      [],
      'It begins with the international prefix.',
    );
  if (longDistancePrefix !== '' && digits.startsWith(longDistancePrefix))
    add(
      'national',
      localCountryCode + digits.slice(longDistancePrefix.length),
      part('longDistancePrefix', longDistancePrefix),
      country,
      'It begins with the long-distance prefix.',
    );
  add(
    'national-without-prefix',
    localCountryCode + digits,
    [],
    country,
    'It may be a national number as it is delivered without prefix.',
  );
  for (const code of localAreaCodes)
    add(
      'local',
      localCountryCode + code + digits,
      [],
      [...country, ...part('areaCode', code)],
      `It may be a number of the local area ${code}.`,
    );
  if (digits.startsWith(localCountryCode))
    add('country-code', digits, [], [], 'It may begin with its country code, the + left out.');
}
