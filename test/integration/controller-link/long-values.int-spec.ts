/**
 * R-DAS-01, R-DAS-03: values of every length that the schema allows, written to a controller and read from it, over both faces through a real router,
 * gateway and simulator. The witness is the controller's own book of users.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#testkit/eventually';
import { type CallPlant, startCallPlant } from '../call-plant.js';
import { APPLICATIONS, type Face, RestFace, SoapFace } from '../walk/faces.js';

const [PHONES, USERS] = [2, 3];
type Tuple = readonly string[];
interface User {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly department: string;
  readonly location: string;
}

/** As long as the schema says, in characters of one to four bytes. */
const LONGEST = {
  firstName: 'é'.repeat(255),
  lastName: '電'.repeat(255),
  email: `${'a'.repeat(242)}@example.org`,
  department: `x${'😀'.repeat(127)}`,
  location: '#'.repeat(255),
};

class Application {
  sessionId = 0;

  constructor(
    readonly plant: CallPlant,
    readonly face: Face,
  ) {}

  static async at(plant: CallPlant, name: string): Promise<Application> {
    const application = new Application(plant, name === 'REST' ? new RestFace(plant.base) : new SoapFace(plant.base));
    application.sessionId = await application.face.login();
    return application;
  }

  ask(operation: string, members: object) {
    return this.face.call(operation, { sessionId: this.sessionId, distributionOnly: false, ...members });
  }

  async tuples(deiId: number): Promise<Tuple[]> {
    const { text } = await this.face.call('getAllTuples', { sessionId: this.sessionId, deiId });
    return tuplesIn(text);
  }

  async users(): Promise<readonly User[]> {
    return (await this.plant.witness<{ users: User[] }>('GET', `/v1/controllers/${this.plant.controller}/users`)).body.users;
  }
}

function tuplesIn(text: string): Tuple[] {
  if (!text.startsWith('<')) {
    const { tuples = [], retTuple } = JSON.parse(text === '' ? '{}' : text) as Record<'tuples' | 'retTuple', never> & {
      tuples?: { fields: Tuple }[];
      retTuple?: { fields: Tuple };
    };
    return [...tuples, ...(retTuple === undefined ? [] : [retTuple])].map(({ fields }) => fields);
  }
  return [...text.matchAll(/<\w+:(?:tuples?|retTuple)[ >].*?<\/\w+:(?:tuples?|retTuple)>/gs)].map(([tuple]) =>
    [...tuple.matchAll(/<\w+:field(?:\/>|>([^<]*)<)/g)].map(([, value = '']) => value),
  );
}

describe.each(['REST', 'SOAP'])('over %s, at a controller that takes long items', (name) => {
  let plant: CallPlant;
  beforeAll(async () => (plant = await startCallPlant({ more: { applications: APPLICATIONS } })), 60_000);
  afterAll(() => plant?.close());

  it('R-DAS-03 every field may be as long as the schema says, inserted and updated in one request, and is read whole', async () => {
    const application = await Application.at(plant, name);
    const { firstName, lastName, email, department, location } = LONGEST;
    const fields = ['', '1', firstName, lastName, email, department, location, '2999'];
    const before = (await plant.witness<{ last: number }>('GET', '/v1/trace?after=999999999')).body.last;
    const inserted = await application.ask('insertTuple', { deiId: USERS, newTuple: { fields } });
    expect(inserted.ok, inserted.text).toBe(true);
    expect(await application.users()).toContainEqual(expect.objectContaining(LONGEST));
    const [tuple] = tuplesIn(inserted.text);
    const changed = tuple!.map((value, at) =>
      at >= 2 && at <= 6 && at !== 4 ? [...value].reverse().join('').replace('#', '!') : value,
    );
    const updated = await application.ask('updateTuple', {
      deiId: USERS,
      oldTuple: { fields: tuple },
      newTuple: { fields: changed },
    });
    expect(updated.ok, updated.text).toBe(true);
    expect((await application.users()).map(({ department: held }) => held)).toContain(changed[5]);
    const { lines } = (
      await plant.witness<{ lines: { kind: string; detail: { type?: string } }[] }>('GET', `/v1/trace?after=${before}&limit=1000`)
    ).body;
    expect(lines.filter(({ kind, detail }) => kind === 'request' && detail.type === 'DIRECTORY_WRITE')).toHaveLength(2);

    // what is read after the link has come back is what the controller sent, not what was written into the copy
    await plant.witness('POST', `/v1/controllers/${plant.controller}/faults`, { kind: 'drop-links', how: 'abrupt' });
    await plant.witness('PUT', '/v1/phones/2002/name', { name: LONGEST.lastName });
    await eventually(async () => (await application.tuples(PHONES)).some((phone) => phone[3] === LONGEST.lastName), {
      what: 'the name of 255 characters',
      deadlineMs: 20_000,
    });
    expect((await application.tuples(USERS)).filter(([objectId]) => objectId === changed[0])).toEqual([changed]);
  });

  it('R-DAS-03 a character more than the schema says is refused, and so is one that the controller does not take', async () => {
    const application = await Application.at(plant, name);
    const fields = ['', '1', 'x'.repeat(256), 'Ek', '', '', '', ''];
    const refused = await application.ask('insertTuple', { deiId: USERS, newTuple: { fields } });
    expect([refused.ok, refused.text]).toEqual([false, expect.stringContaining('at most 255 characters')]);
    expect((await application.users()).some(({ lastName }) => lastName === 'Ek')).toBe(false);
  });
});

describe.each(['REST', 'SOAP'])('over %s, at a controller of an earlier release', (name) => {
  let plant: CallPlant;
  beforeAll(
    async () => (plant = await startCallPlant({ more: { applications: APPLICATIONS }, settings: { capabilities: ['trace'] } })),
    60_000,
  );
  afterAll(() => plant?.close());

  it('R-DAS-03 a long value is refused with what the controller can take; short ones are written as before', async () => {
    const application = await Application.at(plant, name);
    const fields = ['', '1', 'Grace', 'Hopper', 'x'.repeat(49), 'Bureau of Ordnance', 'Room 3.171', ''];
    const refused = await application.ask('insertTuple', { deiId: USERS, newTuple: { fields } });
    expect([refused.ok, refused.text]).toEqual([false, expect.stringContaining('at most 48 bytes')]);
    const named = async () => (await application.users()).filter(({ lastName }) => lastName === 'Hopper');
    expect(await named()).toEqual([]);
    const short = await application.ask('insertTuple', {
      deiId: USERS,
      newTuple: { fields: fields.map((value, at) => (at === 4 ? 'x'.repeat(48) : value)) },
    });
    expect(short.ok, short.text).toBe(true);
    expect(await named()).toMatchObject([{ email: 'x'.repeat(48), location: 'Room 3.171' }]);
  });
});
