/** Who may come in, by which way, and how far (R-ACL-01, R-CC-10, R-SES-02 to 06), at the core. */
import { describe, expect, it } from 'vitest';
import { APPLICATION_OPERATIONS } from '#contracts/application-api';
import type { AccessDocument } from '#contracts/gateway-admin';
import { INSTANCE_LIMITS } from '#domain/limits';
import { makeObjectId } from '../numbering.rules.js';
import type { Caller, CoreOperation, CoreOutcome } from '../switchboard.port.js';
import { application, documentOf, grantOf, settingsOf, VirtualPlant } from '../virtual-plant.fixture.js';

const OUTSIDE: Caller = { face: 'soap', clientAddress: '203.0.113.9', external: true };
const hash = (digit: string) => digit.repeat(64);
const credentials = (applicationName: string) => ({
  companyName: 'Acme',
  applicationName,
  applicationPasswordSha256: hash('a'),
  localPasswordSha256: hash('b'),
});
const signing = { publicKeyPem: 'the key', legacy: false };
let serial = 1;
const documentWith = (applications: AccessDocument['applications'], more: Partial<AccessDocument> = {}) =>
  documentOf({ serial: (serial += 1), applications, ...more });
const plantOf = (...applications: AccessDocument['applications']) =>
  new VirtualPlant(settingsOf(), documentWith(applications)).up(1);

let lastId = 1_000_000;
const logIn = (
  plant: VirtualPlant,
  name: string,
  more: { caller?: Caller; certificateKeyPem?: string | null; version?: string } = {},
) => {
  const { caller, ...facts } = more;
  const entropy = { sessionIds: [(lastId += 1)], tokenHash: hash('c'), challenge: `challenge ${lastId}` };
  return plant.run({ name: 'login', request: { ...credentials(name), ...facts }, entropy }, caller);
};
const idOf = (outcome: CoreOutcome): number => {
  if (!outcome.ok) throw new Error(`refused: ${outcome.refusal.code} ${outcome.refusal.detail}`);
  return (outcome.value as { sessionId: number }).sessionId;
};
const code = (outcome: CoreOutcome): string => (outcome.ok ? 'ok' : outcome.refusal.code);
const keepAlive = (plant: VirtualPlant, sessionId: number, caller?: Caller) =>
  plant.run({ name: 'resetSessionTimer', request: { sessionId } }, caller);

describe('R-SES-06 remote applications', () => {
  const [far, near] = [application('fa', { remote: true }), application('ea')];

  it('come by the external listener alone, others never do; and a session does not change its listener', () => {
    const plant = plantOf(far, near);
    expect(logIn(plant, 'fa')).toMatchObject({
      refusal: { code: 'NOT_AUTHORISED', detail: expect.stringMatching(/external listener/) as string },
    });
    expect(code(logIn(plant, 'ea', { caller: OUTSIDE }))).toBe('NOT_AUTHORISED');
    const [outside, inside] = [idOf(logIn(plant, 'fa', { caller: OUTSIDE })), idOf(logIn(plant, 'ea'))];
    expect([code(keepAlive(plant, outside, OUTSIDE)), code(keepAlive(plant, outside))]).toEqual(['ok', 'NOT_AUTHORISED']);
    expect([code(keepAlive(plant, inside)), code(keepAlive(plant, inside, OUTSIDE))]).toEqual(['ok', 'NOT_AUTHORISED']);
    plant.restart(documentWith([far, near]));
    expect([code(keepAlive(plant, outside, OUTSIDE)), code(keepAlive(plant, outside))], 'nor after a restart').toEqual([
      'ok',
      'NOT_AUTHORISED',
    ]);
  });

  it('wrong credentials are told before the way in, so that the answers do not tell who is remote', () => {
    const plant = plantOf(far);
    const wrong = { ...credentials('fa'), localPasswordSha256: hash('f') };
    const entropy = { sessionIds: [1], tokenHash: hash('c') };
    expect(code(plant.run({ name: 'login', request: wrong, entropy }))).toBe('LOGIN_REFUSED');
  });

  it('a session ends when its application is to come in another way', () => {
    const plant = plantOf(near);
    const session = idOf(logIn(plant, 'ea'));
    plant.document(documentWith([{ ...near, remote: true }]));
    expect(keepAlive(plant, session)).toMatchObject({
      refusal: { code: 'SESSION_INVALID', detail: expect.stringMatching(/another way/) as string },
    });
  });
});

describe('R-CC-10 levels', () => {
  it('the operations called adv… are the contract’s advanced ones, and no others', () => {
    for (const [name, { level }] of Object.entries(APPLICATION_OPERATIONS))
      expect(/^adv[A-Z]/.test(name), name).toBe(level === 'advanced');
  });

  it('every one of them is refused to a standard session, before anything else about it', () => {
    const plant = plantOf(application('ea'));
    const sessionId = idOf(logIn(plant, 'ea'));
    const names = Object.entries(APPLICATION_OPERATIONS).filter(([, { level }]) => level === 'advanced');
    expect(names.length).toBeGreaterThan(30);
    for (const [name] of names) {
      const outcome = plant.run({ name, request: { sessionId } } as unknown as CoreOperation);
      expect(outcome, name).toMatchObject({ ok: false, refusal: { code: 'ADVANCED_REQUIRED' } });
    }
  });

  const advanced = application('ad', { advanced: true, signing });
  const authenticate = (plant: VirtualPlant, sessionId: number, verified = true) =>
    plant.run({ name: 'authenticate', request: { sessionId, verified } });
  const pools = (standard: number, more: number) => ({
    licences: {
      pools: [
        { pool: 'standard', granted: standard, entitled: standard, full: false },
        { pool: 'advanced', granted: more, entitled: more, full: false },
      ],
    },
  });
  const used = (plant: VirtualPlant) => plant.switchboard.report().licences.pools.map((pool) => pool.used);

  it('a challenge is given to an advanced application that shows its registered certificate, and to nobody else', () => {
    const plant = plantOf(advanced, application('ea', { signing }));
    const challenged = logIn(plant, 'ad', { certificateKeyPem: 'the key' });
    expect(challenged).toMatchObject({ ok: true, value: { authenticationData: `challenge ${lastId}` } });
    expect(plant.switchboard.challengeOf(idOf(challenged))).toEqual({ challenge: `challenge ${lastId}`, ...signing });
    expect(logIn(plant, 'ad')).not.toHaveProperty('value.authenticationData');
    expect(logIn(plant, 'ea', { certificateKeyPem: 'the key' })).not.toHaveProperty('value.authenticationData');
    for (const certificateKeyPem of ['another key', null])
      expect(code(logIn(plant, 'ad', { certificateKeyPem }))).toBe('LOGIN_REFUSED');
  });

  it('is single-use: once tried, right or wrong, it is gone; and it does not live long, nor without a log-in', () => {
    const plant = plantOf(advanced);
    const begin = () => idOf(logIn(plant, 'ad', { certificateKeyPem: 'the key' }));
    const [right, wrong, late, none] = [begin(), begin(), begin(), idOf(logIn(plant, 'ad'))];
    expect([code(authenticate(plant, right)), code(authenticate(plant, right))]).toEqual(['ok', 'AUTHENTICATION_REFUSED']);
    expect([code(authenticate(plant, wrong, false)), code(authenticate(plant, wrong))]).toEqual([
      'AUTHENTICATION_REFUSED',
      'AUTHENTICATION_REFUSED',
    ]);
    expect(plant.switchboard.challengeOf(wrong)).toBeUndefined();
    expect(code(authenticate(plant, none))).toBe('AUTHENTICATION_REFUSED');
    plant.pass(61_000, [late]);
    expect(authenticate(plant, late)).toMatchObject({
      refusal: { code: 'AUTHENTICATION_REFUSED', detail: expect.stringMatching(/too old/) as string },
    });
  });

  it('R-LIC-01 until it is signed monitors count as standard; then what is held moves, all of it or nothing', () => {
    const plant = new VirtualPlant(settingsOf(), documentWith([advanced], pools(3, 2))).up(1);
    const session = idOf(logIn(plant, 'ad', { certificateKeyPem: 'the key' }));
    plant.monitor(session, 1);
    plant.monitor(session, 2);
    expect(used(plant)).toEqual([2, 0]);
    expect(code(authenticate(plant, session))).toBe('ok');
    expect(used(plant)).toEqual([0, 2]);
    plant.restart(documentWith([advanced], pools(3, 2)));
    expect(used(plant), 'also for a successor').toEqual([0, 2]);
    const second = idOf(logIn(plant, 'ad', { certificateKeyPem: 'the key' }));
    plant.up(1).pass(3000, [session, second]);
    plant.monitor(second, 3);
    expect(authenticate(plant, second)).toMatchObject({
      refusal: { code: 'NO_LICENSE', limit: 'licences.advanced', used: 2, cap: 2 },
    });
    expect(used(plant)).toEqual([1, 2]);
    plant.document(documentWith([{ ...advanced, advanced: false }], pools(3, 2)));
    expect(used(plant), 'an application that is standard again').toEqual([3, 0]);
  });
});

describe('R-SES-04 users of integrations', () => {
  const crm = application('c1', {
    type: 'crm-integration',
    integration: 'salesforce',
    users: [
      { userId: 7, email: 'ann@acme.example', passwordSha256: hash('d') },
      { userId: 8, email: 'bob@acme.example', passwordSha256: hash('e') },
    ],
  });
  const licences = (salesforce: number, standard: number) => ({
    licences: {
      pools: [
        { pool: 'salesforce', granted: salesforce, entitled: salesforce, full: false },
        { pool: 'standard', granted: standard, entitled: standard, full: false },
      ],
    },
  });
  const logUserIn = (plant: VirtualPlant, userEmail: string, digit: string) => {
    const request = { ...credentials('c1'), userEmail, userPasswordSha256: hash(digit) };
    const candidates = [{ sessionId: (lastId += 1), tokenHash: lastId.toString(16).padStart(64, '0') }];
    return plant.run({ name: 'loginUser', request, entropy: { candidates } });
  };
  const validate = (plant: VirtualPlant, sessionId: number, tokenHash = sessionId.toString(16).padStart(64, '0')) =>
    plant.run({ name: 'validateToken', request: { sessionId } }, { face: 'soap', clientAddress: '192.0.2.1', tokenHash });

  it('each logged-in user is one session and one monitor; the same token shares it, another log-in does not', () => {
    const plant = new VirtualPlant(settingsOf(), documentWith([crm], licences(3, 4))).up(1);
    const ann = logUserIn(plant, 'Ann@acme.example', 'd');
    expect(ann).toMatchObject({ ok: true, value: { userId: 7 } });
    const used = () => plant.switchboard.report().licences.pools.map((pool) => pool.used);
    expect([plant.switchboard.report().sessions.used, ...used()]).toEqual([1, 1, 1]);
    expect(validate(plant, idOf(ann)), 'another tab').toEqual({ ok: true, value: { sessionId: idOf(ann), userId: 7 } });
    expect([plant.switchboard.report().sessions.used, ...used()]).toEqual([1, 1, 1]);
    const window = idOf(logUserIn(plant, 'ann@acme.example', 'd'));
    expect(window).not.toBe(idOf(ann));
    expect(used()).toEqual([2, 2]);
    plant.monitor(window, 1);
    expect(used(), 'the user’s own monitor was counted already').toEqual([2, 2]);
    plant.monitor(window, 2);
    plant.monitor(window, 3);
    expect(used()).toEqual([2, 4]);
    expect(logUserIn(plant, 'bob@acme.example', 'e')).toMatchObject({
      refusal: { code: 'NO_LICENSE', limit: 'licences.standard' },
    });
    plant.run({ name: 'logout', request: { sessionId: window } });
    const bob = [logUserIn(plant, 'bob@acme.example', 'e'), logUserIn(plant, 'bob@acme.example', 'e')].map(idOf);
    expect(logUserIn(plant, 'bob@acme.example', 'e')).toMatchObject({
      refusal: { code: 'NO_LICENSE', limit: 'licences.salesforce', used: 3, cap: 3 },
    });
    plant.restart(documentWith([{ ...crm, users: crm.users!.slice(0, 1) }], licences(3, 4)));
    expect(used(), 'R-ACL-01 a user that is gone has no sessions').toEqual([1, 1]);
    expect(code(validate(plant, bob[0]!))).toBe('SESSION_INVALID');
    expect(code(validate(plant, idOf(ann))), 'a token outlives the incarnation').toBe('ok');
  });

  it('wrong users, passwords and tokens are refused in the same words, and guessing is slowed (S-12, S-13)', () => {
    const plant = plantOf(crm);
    const answers = [logUserIn(plant, 'eve@acme.example', 'd'), logUserIn(plant, 'ann@acme.example', 'e')];
    expect(answers[0]).toEqual(answers[1]);
    expect(code(answers[0]!)).toBe('LOGIN_REFUSED');
    const ann = idOf(logUserIn(plant, 'ann@acme.example', 'd'));
    expect(code(validate(plant, ann, hash('0'))), 'the number alone is nothing').toBe('SESSION_INVALID');
    for (let attempt = 0; attempt < 20; attempt += 1) logUserIn(plant, 'ann@acme.example', 'f');
    expect(code(logUserIn(plant, 'ann@acme.example', 'd'))).toBe('RATE_LIMITED');
    const plain = idOf(logIn(plantOf(application('c1')), 'c1'));
    expect(plain).toBeGreaterThan(0);
  });
});

describe('R-SES-02 versions at log-in', () => {
  const with_ = (...releases: string[]) =>
    new VirtualPlant(
      settingsOf(),
      documentWith([application('ea')], { controllers: releases.map((release, index) => grantOf(index + 1, { release })) }),
    );

  it('a version up to the gateway’s is accepted, 4.0 among them; a newer one is refused, naming both', () => {
    const plant = with_('9.1 SP1');
    for (const version of ['1.0', '4.0', '4.1', '4.1 SP5']) expect(code(logIn(plant, 'ea', { version }))).toBe('ok');
    expect(logIn(plant, 'ea', { version: '4.1 SP6' })).toMatchObject({
      refusal: {
        code: 'VERSION_NOT_SUPPORTED',
        detail: 'the application is built for 4.1 SP6, this gateway serves up to 4.1 SP5',
      },
    });
  });

  it('controllers that are not in the table with this gateway are refused by name, when there are no others', () => {
    expect(logIn(with_('7.2'), 'ea')).toMatchObject({
      refusal: {
        code: 'VERSION_NOT_SUPPORTED',
        detail: 'application 4.0: gateway 4.1 SP5 does not work with controllers of release 7.2',
      },
    });
    expect(code(logIn(with_('7.2', '8.0'), 'ea'))).toBe('ok');
    expect(code(logIn(with_(), 'ea'))).toBe('ok');
  });
});

describe('controllers of the document', () => {
  it('R-CLU-07 a controller that is disabled goes at once, with gap and status; enabled again its monitors come back', () => {
    const enabled = (one: boolean, serial: number) =>
      documentOf({ serial, controllers: [grantOf(1, { enabled: one }), grantOf(2)] });
    const plant = new VirtualPlant(settingsOf(), enabled(true, 1)).up().up(2);
    const sessionId = plant.login();
    const objectId = plant.monitor(sessionId, 1);
    plant.monitor(sessionId, 2, 2);
    plant.controller().mute = true;
    const call = { name: 'makeCall', request: { sessionId, objectId, number: '2' } } as const;
    const asked = plant.ask(call);
    const { cursor } = plant.read(sessionId);
    plant.document(enabled(false, 2));
    expect(code(plant.replies.get(asked)!)).toBe('CONTROLLER_TIMEOUT');
    expect(code(plant.run(call))).toBe('PRIVILEGE_VIOLATION');
    expect(plant.read(sessionId, cursor).events).toMatchObject([
      { category: 'GAP', reason: 'link-lost', objectIds: [objectId] },
      { type: 'ICP_COMMUNICATION_EVENT', icpId: 1, connectionState: 'NOT_CONNECTED' },
    ]);
    // what it held it holds, and has again when the controller may be used
    expect(plant.switchboard.report()).toMatchObject({ monitors: { used: 2 }, devices: { standing: 1 } });
    plant.controller().mute = false;
    plant.document(enabled(true, 3));
    plant.up();
    plant.pass(2000, [sessionId]);
    expect(plant.controller().monitors.size).toBe(1);
    expect(plant.switchboard.report().devices.standing).toBe(2);
  });

  it('R-CLU-05 who waits for a monitor when the link goes is told at once, and holds nothing', () => {
    const plant = plantOf(application('ea'));
    const sessionId = idOf(logIn(plant, 'ea'));
    plant.controller().mute = true;
    const asked = [1, 2].map((handle) =>
      plant.ask({ name: 'monitorObject', request: { sessionId, objectId: makeObjectId(1, handle) } }),
    );
    plant.down();
    for (const requestId of asked) expect(code(plant.replies.get(requestId)!)).toBe('CONTROLLER_DISCONNECTED');
    expect(plant.switchboard.report().monitors.used).toBe(0);
  });
});

describe('limits of the document', () => {
  const limited = (sessions: number, monitors: number) =>
    documentWith([application('ea')], { limits: { ...INSTANCE_LIMITS, sessions, monitors } });

  it('R-LIM-13 hold from the moment it comes; below what is in use nothing is taken away, and nothing more is given', () => {
    const plant = new VirtualPlant(settingsOf({ limits: { ...INSTANCE_LIMITS, sessions: 4 } }), limited(3, 2)).up();
    const sessionIds = [1, 2, 3].map(() => idOf(logIn(plant, 'ea')));
    expect(logIn(plant, 'ea')).toMatchObject({ refusal: { code: 'SESSION_LIMIT', used: 3, cap: 3 } });
    const ask = (handle: number) =>
      plant.run({ name: 'monitorObject', request: { sessionId: sessionIds[0]!, objectId: makeObjectId(1, handle) } });
    expect([1, 2, 3].map((handle) => code(ask(handle)))).toEqual(['ok', 'ok', 'MONITOR_LIMIT']);
    plant.document(limited(1, 1));
    expect(plant.switchboard.report()).toMatchObject({ sessions: { used: 3, cap: 1 }, monitors: { used: 2, cap: 1 } });
    expect(code(logIn(plant, 'ea'))).toBe('SESSION_LIMIT');
    expect(code(ask(3))).toBe('MONITOR_LIMIT');
    // what the instance itself may have is never raised
    plant.document(limited(1500, 50_000));
    expect([code(logIn(plant, 'ea')), code(logIn(plant, 'ea'))]).toEqual(['ok', 'SESSION_LIMIT']);
  });
});
