/**
 * R-SES-05 Every operation of the three services that the gateway hosts, over REST and over SOAP, at a real router, gateway and simulator:
 * a refusal that changes nothing and reads the same on both, and a success whose effect is seen at the simulator, in the answer of what only reads, or in what the session may do
 * then. Every envelope is held against the contract's facts.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '#pki/api-keys';
import { logFile } from '#telemetry/log-files';
import { eventually } from '#testkit/eventually';
import { InstanceLog } from '../../../apps/gateway/src/instance-log.js';
import { type CallPlant, startCallPlant } from '../call-plant.js';
import { argumentsOf, FACTS, ourName } from '../northbound/clients.js';
import { checkResponse } from '../northbound/contract-check.js';
import { CALL_CASES } from './calls.cases.js';
import { type Case, type Cases, type Effect, sight } from './case.js';
import { type Answer, CREDENTIALS, type Face, type Members, PUBLIC_KEY_PEM, RestFace, SOAP_WORDS, SoapFace } from './faces.js';
import { DATA_CASES, EVENT_CASES, MONITOR_CASES, READ_CASES, SESSION_CASES, USER } from './reads.cases.js';
import { EQUIPMENT, World } from './world.js';

const CASES: Cases = { ...SESSION_CASES, ...READ_CASES, ...MONITOR_CASES, ...CALL_CASES, ...EVENT_CASES, ...DATA_CASES };
const OPERATIONS = ['SessionService', 'StandardCCService', 'DataAccessService'].flatMap((service) =>
  Object.keys(FACTS.services[service]!.operations),
);
/** What makes a request a refusal, by the first of its arguments that is named here, and the code of it. */
const WRONG: readonly (readonly [string, unknown, string])[] = [
  ['objectId', 12, 'OBJECT_NOT_FOUND'],
  ['icpId', 99, 'CONTROLLER_UNKNOWN'],
  ['deiId', 99, 'NOT_FOUND'],
];
/** Stands for the id of a session that has ended, in members of a refusal. */
const ENDED = -2;

let plant: CallPlant;
let worlds: readonly World[];
let ended: number;
let logDir: string;
let log: InstanceLog;

beforeAll(async () => {
  const secrets = { applicationPasswordSha256: sha256Hex('app'), localPasswordSha256: sha256Hex('local'), allowed: true };
  const walker = {
    id: '00000000-0000-4000-8000-0000000000a1',
    name: CREDENTIALS.applicationName,
    type: 'generic',
    advanced: true,
  } as const;
  const users = [{ userId: 1, email: USER.userEmail, passwordSha256: sha256Hex(USER.userPassword) }];
  const integration = { type: 'crm-integration', integration: 'salesforce', users, advanced: false } as const;
  const crm = { id: '00000000-0000-4000-8000-0000000000a3', name: 'crm', type: 'generic', advanced: false } as const;
  logDir = mkdtempSync(join(tmpdir(), 'cordboard-walk-'));
  log = new InstanceLog();
  log.open(logDir);
  plant = await startCallPlant({
    log,
    equipment: EQUIPMENT,
    more: {
      loggedNumbers: 'none',
      applications: [
        { ...walker, ...secrets, signing: { publicKeyPem: PUBLIC_KEY_PEM, legacy: false } },
        { id: '00000000-0000-4000-8000-0000000000a2', name: USER.applicationName, ...integration, ...secrets },
        { ...crm, ...secrets },
      ],
      numbering: {
        outsidePrefix: '9',
        localCountryCode: '1',
        longDistancePrefix: '1',
        internationalPrefix: '011',
        localAreaCodes: ['613'],
        maxExtensionLength: 5,
      },
    },
  });
  const base = plant.base;
  const faces: Face[] = [new RestFace(base), new SoapFace(base)];
  worlds = faces.map((face) => new World(plant, face));
  for (const world of worlds) world.sessionId = await world.face.login();
  const soap = worlds[1]!;
  ended = await new SoapFace(base).login();
  await soap.ask('logout', { sessionId: ended });
  for (const world of worlds) for (const dn of ['2001', '2002', '2003']) await world.ask('monitorObject', await world.device(dn));
}, 60_000);
afterAll(async () => {
  await plant?.close();
  await log?.end();
  rmSync(logDir, { recursive: true, force: true });
});

function refusalOf({ refusal }: Partial<Case>, members: Members): readonly [Members, string] {
  if (refusal !== undefined) return refusal;
  const [name, value, code] = WRONG.find(([member]) => member in members) ?? ['sessionId', ENDED, 'SESSION_INVALID'];
  return [{ [name]: value }, code];
}

/** Members that a face has a place for. */
function membersFor(world: World, operation: string, members: Members): Members {
  const all: Record<string, unknown> = { sessionId: world.sessionId, ...members };
  if (all['sessionId'] === ENDED) all['sessionId'] = ended;
  const taken = argumentsOf(operation).flatMap(({ name }) => [name, ourName(name)]);
  return Object.fromEntries(Object.entries(all).filter(([name]) => taken.includes(name)));
}

/** What an operation could have changed at the controller, but for monitors, which end by themselves some time after they were stopped. */
async function state(world: World): Promise<string> {
  const { phones, lines, trunks, groups, acdGroups, users } = await world.look();
  return JSON.stringify({ phones, lines, trunks, groups, acdGroups, users });
}

async function hasEffect(
  world: World,
  effect: Effect,
  { text }: Answer,
  mark: number,
  again: () => Promise<Answer>,
  members: Members,
): Promise<boolean> {
  if (effect instanceof RegExp) return effect.test(text);
  if ('refusedAgain' in effect) return (await again()).code === effect.refusedAgain;
  if ('follows' in effect) return effect.follows(world, members);
  if ('granted' in effect) return world.granted(mark, effect.granted);
  return effect.seen(sight(await world.look()), world.face.name);
}

async function succeed(world: World, operation: string, { effect, retry }: Case, members: Members): Promise<void> {
  const mark = await world.mark();
  const token = typeof members['token'] === 'string' && operation !== 'validateToken' ? members['token'] : undefined;
  if ('seen' in effect && !effect.lingers)
    expect(effect.seen(sight(await world.look()), world.face.name), `${world.face.name}: so before`).toBe(false);
  const ask = () => world.face.call(operation, membersFor(world, operation, members), token);
  let answer = await ask();
  expect(answer, world.face.name).toMatchObject({ ok: true });
  if (world.face.name === 'SOAP') checkResponse(operation, answer.text);
  await eventually(
    async () => {
      if (retry === true) answer = await ask();
      return hasEffect(world, effect, answer, mark, ask, members);
    },
    { what: `the effect of ${operation} over ${world.face.name} (${answer.text})`, deadlineMs: 3000 },
  );
}

async function refuse(world: World, operation: string, members: Members, code: string): Promise<string> {
  const before = await state(world);
  const { ok, code: said, detail, text } = await world.face.call(operation, membersFor(world, operation, members));
  expect([ok, said], `${world.face.name}: ${detail}`).toEqual([
    false,
    world.face.name === 'SOAP' ? (SOAP_WORDS[code] ?? code) : code,
  ]);
  expect(await state(world)).toBe(before);
  if (world.face.name === 'SOAP') checkResponse(operation, text);
  return code in SOAP_WORDS ? '' : detail.replaceAll(/\d{6,}/g, 'n');
}

describe('R-SES-05 R-CC-01 the whole contract over both transports', () => {
  it('there are 140 operations, and each is walked to a success on both transports', () => {
    expect(OPERATIONS.length).toBe(140);
    expect(Object.keys(CASES).sort()).toEqual([...OPERATIONS].sort());
    const requests = Object.entries(CASES).filter(([, { effect }]) => 'granted' in effect);
    expect(
      requests.map(([name]) => name).sort(),
      'those of which the simulator shows the request alone: what they do is their answer, or an event',
    ).toEqual(['advGetSystemConferences', 'verifyHotDeskUserPin']);
  });

  for (const [operation, one] of Object.entries(CASES)) {
    it(`${operation}: a refusal and a success, alike over REST and SOAP`, async () => {
      const details: string[] = [];
      for (const world of worlds) {
        try {
          const members = await one.ready(world);
          const [wrong, code] = refusalOf(one, members);
          details.push(await refuse(world, operation, { ...members, ...wrong }, code));
          await succeed(world, operation, one, members);
          await one.after?.(world);
        } finally {
          await world.tidy();
        }
      }
      expect(details[1], 'the same reason').toBe(details[0]);
    });
  }

  it('R-LOG-01 S-74 after all of that nothing in the log of the instance is a secret, a session or a number', async () => {
    log.logger.info('the walk is over');
    const text = await eventually(
      () => {
        const written = readFileSync(logFile(logDir, 0), 'utf8');
        return written.includes('the walk is over') ? written : undefined;
      },
      { what: 'the last line' },
    );
    expect(text.trimEnd().split('\n').length, 'lines').toBeGreaterThan(3);
    const [rest, soap] = worlds as readonly [World, World];
    const secrets = [(rest.face as RestFace).token, USER.userPassword, PUBLIC_KEY_PEM.split('\n')[1]!];
    const sessions = [rest.sessionId, soap.sessionId, ended].map(String);
    for (const secret of [...secrets, ...sessions]) expect(text, secret).not.toContain(secret);
    // PINs, account codes and numbers of the equipment, as words of their own
    expect(text).not.toMatch(/(?<![\w.:-])(47\d\d|7711|2[0-4]\d\d|6135551234)(?![\w:-])/);
  });
});
