import { describe, expect, it } from 'vitest';
import type { Caller, CoreOutcome } from '../switchboard.port.js';
import { application, documentOf, settingsOf, VirtualPlant } from '../virtual-plant.fixture.js';

const WRONG = 'f'.repeat(64);
const ALLOWANCE = 20;
const at = (clientAddress: string): Caller => ({ face: 'soap', clientAddress });

/** Log-ins of `crm` and `wall`, from any address. */
class Attempts {
  readonly plant = new VirtualPlant(settingsOf(), documentOf({ applications: [application('crm'), application('wall')] }));
  private lastSession = 0;

  logIn(applicationName: string, address: string, right: boolean): CoreOutcome {
    this.lastSession += 1;
    const request = {
      companyName: 'Acme',
      applicationName,
      applicationPasswordSha256: 'a'.repeat(64),
      localPasswordSha256: right ? 'b'.repeat(64) : WRONG,
    };
    const entropy = { sessionIds: [this.lastSession], tokenHash: 'c'.repeat(64) };
    return this.plant.run({ name: 'login', request, entropy }, at(address));
  }

  /** @returns the code of each answer */
  guess(times: number, applicationName = 'crm', address = '192.0.2.1'): string[] {
    return Array.from({ length: times }, () => codeOf(this.logIn(applicationName, address, false)));
  }
}
const codeOf = (outcome: CoreOutcome) => (outcome.ok ? 'ok' : outcome.refusal.code);

describe('log-in attempts', () => {
  it('S-13 past the allowance an application is refused from that address, even with the right passwords, until the time is over', () => {
    const attempts = new Attempts();
    expect(new Set(attempts.guess(ALLOWANCE))).toEqual(new Set(['LOGIN_REFUSED']));
    expect(attempts.logIn('crm', '192.0.2.1', false)).toMatchObject({ refusal: { code: 'RATE_LIMITED', retryAfterMs: 60_000 } });
    attempts.plant.nowMs += 59_000;
    expect(attempts.logIn('crm', '192.0.2.1', true)).toMatchObject({ refusal: { code: 'RATE_LIMITED', retryAfterMs: 1000 } });
    expect(attempts.plant.switchboard.report().sessions.used).toBe(0);
    attempts.plant.nowMs += 1000;
    expect(codeOf(attempts.logIn('crm', '192.0.2.1', true))).toBe('ok');
    const notes = attempts.plant.effects.filter((effect) => effect.kind === 'note');
    expect(notes).toMatchObject([{ level: 'warn', facts: { clientAddress: '192.0.2.1', applicationName: 'crm' } }]);
  });

  it('S-13 the right credentials of other applications and other addresses are not affected', () => {
    const attempts = new Attempts();
    attempts.guess(ALLOWANCE + 1);
    expect(codeOf(attempts.logIn('wall', '192.0.2.1', true))).toBe('ok');
    expect(codeOf(attempts.logIn('crm', '192.0.2.2', true))).toBe('ok');
    expect(codeOf(attempts.logIn('crm', '192.0.2.1', true))).toBe('RATE_LIMITED');
  });

  it('S-13 only wrong credentials count: right ones and other refusals do not use the allowance up', () => {
    const attempts = new Attempts();
    for (let time = 0; time < 2 * ALLOWANCE; time += 1) expect(codeOf(attempts.logIn('crm', '192.0.2.1', true))).toBe('ok');
    attempts.plant.input({ kind: 'drain', on: true });
    for (let time = 0; time < 2 * ALLOWANCE; time += 1) expect(codeOf(attempts.logIn('crm', '192.0.2.1', true))).toBe('DRAINING');
    attempts.plant.input({ kind: 'drain', on: false });
    attempts.guess(ALLOWANCE - 1);
    expect(codeOf(attempts.logIn('crm', '192.0.2.1', true))).toBe('ok');
  });

  it('S-12 the answers do not tell which applications exist', () => {
    const attempts = new Attempts();
    expect(attempts.guess(ALLOWANCE + 2, 'nobody')).toEqual(attempts.guess(ALLOWANCE + 2, 'crm'));
  });

  it('S-13 10,000 attempts under as many names are each answered, and hold no more than the table takes', () => {
    const attempts = new Attempts();
    attempts.guess(ALLOWANCE);
    for (let name = 0; name < 9_999; name += 1) expect(attempts.guess(1, `guess-${name}`)).toEqual(['LOGIN_REFUSED']);
    expect(attempts.guess(1), 'still counted').toEqual(['RATE_LIMITED']);
    attempts.guess(1, 'one-too-many');
    expect(attempts.guess(1), 'the oldest is forgotten').toEqual(['LOGIN_REFUSED']);
  });
});
