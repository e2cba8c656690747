/**
 * Ten and more countries. What is dialled is written down here from each country's numbering plan, and compared a second time with what
 * libphonenumber's metadata says of the same number, which shares nothing with our rules.
 */
import { Metadata, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { dialling, matchIncoming, type NumberingSettings } from './numbering.js';

// a number written with a national prefix behind its country code is read, too, but is not the same number
const isNumber = (e164: string): boolean => {
  const parsed = parsePhoneNumberFromString(e164);
  return parsed?.number === e164 && parsed.isValid();
};
const plan = (
  localCountryCode: string,
  longDistancePrefix: string,
  internationalPrefix: string,
  localAreaCodes: readonly string[],
  outsidePrefix = '9',
  maxExtensionLength = 4,
): NumberingSettings => ({
  outsidePrefix,
  localCountryCode,
  longDistancePrefix,
  internationalPrefix,
  localAreaCodes,
  maxExtensionLength,
});

interface Country {
  readonly country: CountryCode;
  readonly settings: NumberingSettings;
  /** E.164 number, rule, what is dialled. */
  readonly outgoing: readonly (readonly [string, string, string])[];
  /** Digits as a line of that country delivers a caller, and who called. */
  readonly incoming: readonly (readonly [string, string])[];
}

const COUNTRIES: readonly Country[] = [
  {
    country: 'US',
    settings: plan('1', '1', '011', ['312']),
    outgoing: [
      ['+13125550187', 'local', '95550187'],
      ['+12015550123', 'national', '912015550123'],
      ['+442079460123', 'international', '9011442079460123'],
    ],
    incoming: [
      ['2015550123', '+12015550123'],
      ['12015550123', '+12015550123'],
      ['3125550187', '+13125550187'],
      ['92015550123', '+12015550123'],
      ['011442079460123', '+442079460123'],
    ],
  },
  {
    country: 'CA',
    settings: plan('1', '1', '011', ['613', '343']),
    outgoing: [
      ['+16135550123', 'local', '95550123'],
      ['+13435550123', 'local', '95550123'],
      ['+14165550199', 'national', '914165550199'],
      ['+13125550187', 'national', '913125550187'],
      ['+33142345678', 'international', '901133142345678'],
    ],
    incoming: [
      ['4165550199', '+14165550199'],
      ['6135550123', '+16135550123'],
    ],
  },
  {
    country: 'GB',
    settings: plan('44', '0', '00', ['20']),
    outgoing: [
      ['+442079460123', 'local', '979460123'],
      ['+441214960123', 'national', '901214960123'],
      ['+493012345678', 'international', '900493012345678'],
    ],
    incoming: [
      ['01214960123', '+441214960123'],
      ['1214960123', '+441214960123'],
      ['79460123', '+442079460123'],
      ['00493012345678', '+493012345678'],
    ],
  },
  {
    country: 'DE',
    settings: plan('49', '0', '00', ['89'], '0'),
    outgoing: [
      ['+498912345678', 'local', '012345678'],
      ['+493012345678', 'national', '003012345678'],
      ['+442079460123', 'international', '000442079460123'],
    ],
    incoming: [
      ['03012345678', '+493012345678'],
      ['003012345678', '+493012345678'],
      ['498912345678', '+498912345678'],
    ],
  },
  {
    country: 'FR',
    settings: plan('33', '0', '00', [], '0'),
    outgoing: [
      ['+33142345678', 'national', '00142345678'],
      ['+33612345678', 'national', '00612345678'],
      ['+442079460123', 'international', '000442079460123'],
    ],
    incoming: [
      ['0142345678', '+33142345678'],
      ['142345678', '+33142345678'],
    ],
  },
  {
    country: 'AU',
    settings: plan('61', '0', '0011', ['2'], '0'),
    outgoing: [
      ['+61299991234', 'local', '099991234'],
      ['+61412345678', 'national', '00412345678'],
      ['+493012345678', 'international', '00011493012345678'],
    ],
    incoming: [
      ['0412345678', '+61412345678'],
      ['0299991234', '+61299991234'],
    ],
  },
  {
    // the zero of an Italian number is part of it and kept; the country has no prefix for its own numbers
    country: 'IT',
    settings: plan('39', '', '00', [], '0'),
    outgoing: [
      ['+390612345678', 'national', '00612345678'],
      ['+393123456789', 'national', '03123456789'],
      ['+442079460123', 'international', '000442079460123'],
    ],
    incoming: [
      ['0612345678', '+390612345678'],
      ['3123456789', '+393123456789'],
    ],
  },
  {
    country: 'ES',
    settings: plan('34', '', '00', [], '0'),
    outgoing: [
      ['+34912345678', 'national', '0912345678'],
      ['+33142345678', 'international', '00033142345678'],
    ],
    incoming: [['912345678', '+34912345678']],
  },
  {
    // the carrier is part of both prefixes
    country: 'BR',
    settings: plan('55', '021', '0021', ['11'], '0'),
    outgoing: [
      ['+551132345678', 'local', '032345678'],
      ['+552132345678', 'national', '00212132345678'],
      ['+493012345678', 'international', '00021493012345678'],
    ],
    incoming: [
      ['2132345678', '+552132345678'],
      ['32345678', '+551132345678'],
    ],
  },
  {
    country: 'JP',
    settings: plan('81', '0', '010', ['3'], '0'),
    outgoing: [
      ['+81332345678', 'local', '032345678'],
      ['+81662345678', 'national', '00662345678'],
      ['+493012345678', 'international', '0010493012345678'],
    ],
    incoming: [
      ['0662345678', '+81662345678'],
      ['0332345678', '+81332345678'],
    ],
  },
  {
    country: 'CH',
    settings: plan('41', '0', '00', [], '0'),
    outgoing: [['+41442345678', 'national', '00442345678']],
    incoming: [['0442345678', '+41442345678']],
  },
  {
    country: 'NZ',
    settings: plan('64', '0', '00', ['9'], '1'),
    outgoing: [
      ['+6493456789', 'local', '13456789'],
      ['+493012345678', 'international', '100493012345678'],
    ],
    incoming: [['093456789', '+6493456789']],
  },
];

describe.each(COUNTRIES)('numbers in $country', ({ country, settings, outgoing, incoming }) => {
  it.each(outgoing)('R-E164-02 dials %s by the rule %s: %s', (number, rule, dialled) => {
    const outcome = dialling(number, settings);
    expect(outcome).toMatchObject({ ok: true, rule, dialled });
    expect(isNumber(number), 'a number that exists').toBe(true);
    const behind = dialled.slice(settings.outsidePrefix.length);
    const parsed = parsePhoneNumberFromString(number)!;
    if (rule === 'national' && country !== 'BR') {
      // in North America people write national numbers without the 1 that they dial
      const written = parsed.formatNational().replace(/\D/g, '');
      expect(behind).toBe(settings.localCountryCode === '1' ? `1${written}` : written);
    }
    if (rule === 'international' && country !== 'BR')
      expect(behind).toBe(parsed.format('IDD', { fromCountry: country })?.replace(/\D/g, ''));
  });

  it.each(incoming)('R-E164-03 matches %s to %s, and to little else', (digits, e164) => {
    const { candidates } = matchIncoming(digits, settings, { incoming: true, isNumber });
    expect(candidates.map((candidate) => candidate.e164)).toContain(e164);
    expect(candidates.length).toBeLessThanOrEqual(3);
  });

  it('R-E164-01 has settings that agree with the numbering plan', () => {
    const metadata = new Metadata();
    metadata.selectNumberingPlan(country);
    const found = metadata.numberingPlan as unknown as { callingCode(): string; IDDPrefix(): string; nationalPrefix(): string };
    expect(found.callingCode()).toBe(settings.localCountryCode);
    expect(settings.internationalPrefix).toMatch(new RegExp(`^(?:${found.IDDPrefix()})`));
  });
});
