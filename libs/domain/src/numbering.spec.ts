import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialling, DIALLED_LENGTH_MAX, matchIncoming, type NumberingSettings } from './numbering.js';

const ottawa: NumberingSettings = {
  outsidePrefix: '9',
  localCountryCode: '1',
  longDistancePrefix: '1',
  internationalPrefix: '011',
  localAreaCodes: ['613', '61'],
  maxExtensionLength: 5,
};

describe('dialling', () => {
  it('R-E164-02 dials a number without + as it is, also without settings', () => {
    for (const number of ['1001', '911', '*21#', '95551234']) {
      expect(dialling(number, ottawa)).toMatchObject({ ok: true, dialled: number, rule: 'as-given', stripped: [], added: [] });
      expect(dialling(number, undefined)).toMatchObject({ ok: true, dialled: number });
    }
  });

  it('R-E164-02 says by which rule, what was stripped and what was added', () => {
    expect(dialling('+1 (613) 555-0123', ottawa)).toEqual({
      ok: true,
      dialled: '95550123',
      rule: 'local',
      stripped: [
        { part: 'plus', digits: '+' },
        { part: 'separators', digits: ' () -' },
        { part: 'countryCode', digits: '1' },
        { part: 'areaCode', digits: '613' },
      ],
      added: [{ part: 'outsidePrefix', digits: '9' }],
      reason: "It is in the controller's country (+1) and in its local area 613.",
    });
    expect(dialling('+442079460123', ottawa)).toMatchObject({
      rule: 'international',
      added: [
        { part: 'outsidePrefix', digits: '9' },
        { part: 'internationalPrefix', digits: '011' },
      ],
    });
  });

  it('R-E164-02 takes the longest local area code, and none that is the whole number', () => {
    expect(dialling('+16125550123', { ...ottawa, localAreaCodes: ['6', '612', '61'] })).toMatchObject({ dialled: '95550123' });
    expect(dialling('+16135550', { ...ottawa, localAreaCodes: ['6135550'] })).toMatchObject({
      rule: 'national',
      dialled: '916135550',
    });
  });

  it.each([
    ['', /0-9/],
    ['12 34', /0-9/],
    ['1'.repeat(33), /32/],
    ['+', /digits/],
    ['+12*34567', /digits/],
    ['+0123456789', /begins with 0/],
    ['+1234567890123456', /7 to 15 digits; this one has 16/],
    ['+123456', /7 to 15/],
    ['+44 (0)20 7946 0000', /two ways/],
    ['+'.padEnd(70, '1'), /64/],
    ['+١٢٣٤٥٦٧٨', /digits/],
  ])('R-E164-02 refuses %j and says why', (number, why) => {
    expect(dialling(number, ottawa)).toEqual({ ok: false, reason: expect.stringMatching(why) as string });
  });

  it('R-E164-02 cannot dial a number with + at a controller without settings, and says what to do', () => {
    expect(dialling('+16135550123', undefined)).toEqual({ ok: false, reason: expect.stringMatching(/set them/) as string });
  });
});

describe('matching', () => {
  const incoming = { incoming: true };
  it('R-E164-03 takes what is no longer than an extension for somebody inside', () => {
    expect(matchIncoming('1001', ottawa, incoming)).toMatchObject({ candidates: [], isExtension: true });
    expect(matchIncoming('91', ottawa, { incoming: false })).toMatchObject({ isExtension: false });
  });

  it('R-E164-03 answers every reading, the likeliest first, with its reason', () => {
    const { candidates } = matchIncoming('16135550123', ottawa, incoming);
    expect(candidates[0]).toMatchObject({
      e164: '+16135550123',
      rule: 'national',
      stripped: [{ part: 'longDistancePrefix', digits: '1' }],
    });
    expect(candidates.map(({ rule }) => rule)).toEqual(['national', 'national-without-prefix', 'local', 'local']);
  });

  it('R-E164-03 leaves out what a numbering plan denies', () => {
    const isNumber = (e164: string) => e164 === '+16135550123';
    expect(matchIncoming('16135550123', ottawa, { incoming: true, isNumber }).candidates).toHaveLength(1);
    expect(matchIncoming('+4912345678', ottawa, { incoming: true, isNumber })).toMatchObject({
      candidates: [],
      isExtension: false,
    });
  });

  it('R-E164-03 reads the outside prefix of a dialled number as settled, of a caller’s as possible', () => {
    const rules = (inc: boolean) => matchIncoming('93435550123', ottawa, { incoming: inc }).candidates.map(({ e164 }) => e164);
    expect(rules(true)).toContain('+193435550123');
    expect(rules(true)).toContain('+13435550123');
    expect(rules(false)).not.toContain('+193435550123');
  });

  it('R-E164-03 says why there is none', () => {
    expect(matchIncoming('*21#', ottawa, incoming).reason).toMatch(/Only digits/);
    expect(matchIncoming('5550123', undefined, incoming).reason).toMatch(/no numbering settings/);
    expect(matchIncoming('+0', ottawa, incoming).reason).toMatch(/begins with 0/);
  });
});

const digits = (min: number, max: number) => fc.stringMatching(new RegExp(`^[0-9]{${min},${max}}$`));
const prefix = fc.stringMatching(/^[0-9*#]{0,8}$/);
const settings: fc.Arbitrary<NumberingSettings> = fc.record({
  outsidePrefix: prefix,
  localCountryCode: fc.stringMatching(/^[1-9][0-9]{0,2}$/),
  longDistancePrefix: prefix,
  internationalPrefix: fc.stringMatching(/^[0-9*#]{1,8}$/),
  localAreaCodes: fc.array(digits(1, 6), { maxLength: 50 }),
  maxExtensionLength: fc.integer({ min: 1, max: 15 }),
});
const e164 = fc.stringMatching(/^\+[1-9][0-9]{6,14}$/);

describe('numbers of any kind', () => {
  it('R-E164-02 never throws, and what it dials can be dialled', () => {
    fc.assert(
      fc.property(
        fc.oneof(e164, fc.string({ maxLength: 80 }), prefix),
        fc.option(settings, { nil: undefined }),
        (number, plan) => {
          const outcome = dialling(number, plan);
          if (outcome.ok) expect(outcome.dialled).toMatch(new RegExp(`^[0-9*#]{1,${DIALLED_LENGTH_MAX}}$`));
          expect(outcome.reason).not.toBe('');
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('R-E164-02 every E.164 number can be dialled, and what was stripped and added accounts for every digit', () => {
    fc.assert(
      fc.property(e164, settings, (number, plan) => {
        // the country code alone is no number
        if (number.slice(1) === plan.localCountryCode) return;
        const outcome = dialling(number, plan);
        if (!outcome.ok) throw new Error(outcome.reason);
        const join = (parts: typeof outcome.added) => parts.map((one) => one.digits).join('');
        expect(`${join(outcome.stripped)}${outcome.dialled.slice(join(outcome.added).length)}`).toBe(number);
      }),
      { numRuns: 2000 },
    );
  });

  it('R-E164-03 finds among its candidates the number that was dialled, behind an outside prefix or longer than an extension', () => {
    fc.assert(
      fc.property(e164, settings, (number, plan) => {
        const outcome = dialling(number, plan);
        if (!outcome.ok || !/^\d+$/.test(outcome.dialled)) return;
        if (plan.outsidePrefix === '' && outcome.dialled.length <= plan.maxExtensionLength) return;
        const { candidates } = matchIncoming(outcome.dialled, plan, { incoming: false });
        expect(candidates.map((candidate) => candidate.e164)).toContain(number);
      }),
      { numRuns: 2000 },
    );
  });

  it('R-E164-03 never throws, and every candidate is E.164 and there once', () => {
    fc.assert(
      fc.property(
        fc.oneof(digits(0, 40), fc.string({ maxLength: 80 }), e164),
        settings,
        fc.boolean(),
        (text, plan, isIncoming) => {
          const { candidates, isExtension } = matchIncoming(text, plan, { incoming: isIncoming });
          for (const candidate of candidates) expect(candidate.e164).toMatch(/^\+[1-9]\d{6,14}$/);
          expect(new Set(candidates.map((candidate) => candidate.e164)).size).toBe(candidates.length);
          if (isExtension) expect(candidates).toEqual([]);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
