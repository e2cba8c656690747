/** The simulated controller as the walk sees it: hands that bring it into a state, and what an outside witness finds there. */
import { eventually } from '#testkit/eventually';
import type { CallPlant } from '../call-plant.js';
import type { Face, Members } from './faces.js';

export interface PhoneSeen {
  readonly dn: string;
  readonly inService: boolean;
  readonly features: Readonly<Record<string, unknown>>;
  readonly loggedInAt?: string;
  readonly user?: string;
  readonly working?: boolean;
  readonly callsBack?: readonly string[];
  readonly calls: readonly {
    readonly localCallId: number;
    readonly state: string;
    readonly members?: readonly string[];
    readonly listensTo?: string;
    readonly coach?: number;
    readonly accountCode?: { readonly digits: string };
    readonly callerName?: string;
    readonly digitsSent?: string;
    readonly taps?: readonly string[];
  }[];
}
export interface Seen {
  readonly phones: readonly PhoneSeen[];
  readonly trunks: readonly PhoneSeen[];
  readonly lines: readonly PhoneSeen[];
  readonly groups: readonly { readonly dn: string; readonly present: readonly string[] }[];
  readonly acdGroups: readonly { readonly dn: string; readonly present: readonly string[] }[];
  readonly monitored: { readonly calls: readonly string[]; readonly features: readonly string[] };
  readonly controllerMonitors: Readonly<Record<string, number>>;
  readonly users: readonly { readonly handle: number; readonly firstName: string; readonly department: string }[];
}

/** Beside the plain phones 2001 to 2010. */
export const EQUIPMENT = {
  phones: [
    { dn: '2011', hotDesk: true },
    { dn: '2012', hotDesk: true },
    { dn: '2015', supervisor: true },
    { dn: '2005', pickupGroup: 1 },
    { dn: '2006', pickupGroup: 1 },
  ],
  users: [{ dn: '2101', name: 'Eva', pin: '4711' }],
  externalUsers: [{ dn: '2102', pin: '4713', responseMs: 1 }],
  agents: [
    { dn: '2110', agentId: 'A1', pin: '4714' },
    { dn: '2111', agentId: 'A2', pin: '4715', externalMs: 1 },
  ],
  lines: [{ setDn: '2001', button: 2, dn: '2201', shared: 'key' }],
  groups: [
    { dn: '2301', kind: 'ring-all-group', members: ['2007', '2008'] },
    { dn: '2302', kind: 'hunt-group', members: ['2007', '2008'] },
    { dn: '2303', kind: 'personal-ring-group', members: ['2007', '2008'] },
  ],
  acdGroups: [{ dn: '2401', agents: ['2110'] }],
  acdExpressGroups: [{ dn: '2403', agents: ['2111'] }],
  acdPaths: [{ dn: '2402', groups: ['2401'], workMs: 60_000 }],
  trunks: [
    { number: 1, name: 'ISDN', kind: 'trunk' },
    { number: 2, name: 'peer-1', kind: 'sip-peer' },
  ],
  outsidePrefix: '9',
  accountCodes: ['7711'],
};

export class World {
  sessionId = 0;
  private readonly ids = new Map<string, number>();

  constructor(
    readonly plant: CallPlant,
    readonly face: Face,
  ) {}

  /** With the session; refusals throw. */
  async ask(operation: string, members: Members = {}): Promise<string> {
    const given = Object.entries({ sessionId: this.sessionId, ...members }).filter(([, value]) => value !== undefined);
    const answer = await this.face.call(operation, Object.fromEntries(given));
    if (!answer.ok) throw new Error(`${operation} over ${this.face.name}: ${answer.code} ${answer.detail} ${answer.text}`);
    return answer.text;
  }

  async look(): Promise<Seen> {
    const { body } = await this.plant.witness<{ controllers: Seen[] }>('GET', '/v1/controllers');
    const { users } = (await this.plant.witness<Pick<Seen, 'users'>>('GET', `/v1/controllers/${this.plant.controller}/users`))
      .body;
    return { ...body.controllers[0]!, users };
  }

  async phone(dn: string): Promise<PhoneSeen> {
    const { phones, lines } = await this.look();
    const found = [...phones, ...lines].find((one) => one.dn === dn);
    if (found === undefined) throw new Error(`the simulator has no ${dn}`);
    return found;
  }

  /** The user's hand; throws where the phone cannot. */
  async hand(dn: string, key: string, body: object = {}, at: 'phones' | 'trunks' = 'phones'): Promise<void> {
    const answer = await this.plant.witness('POST', `/v1/${at}/${dn}/${key}`, body);
    if (answer.status >= 300) throw new Error(`${key} at ${dn}: ${JSON.stringify(answer.body)}`);
  }

  /** A handle; each is looked up once. */
  async id(operation: string, members: Members): Promise<number> {
    const key = `${operation} ${JSON.stringify(members)}`;
    const known =
      this.ids.get(key) ?? Number(/objectId"?[=:] ?"?(\d+)/.exec(await this.ask(operation, { icpId: 1, ...members }))?.[1]);
    this.ids.set(key, known);
    return known;
  }

  async device(dn: string): Promise<{ objectId: number }> {
    return { objectId: await this.id('getPhoneNumberId', { primeDn: dn }) };
  }

  /** The newest call of a phone, or an older one. */
  async callAt(dn: string, back = 1): Promise<{ objectId: number; localCallId: number }> {
    const call = (await this.phone(dn)).calls.at(-back);
    if (call === undefined) throw new Error(`${dn} has no such call`);
    return { ...(await this.device(dn)), localCallId: call.localCallId };
  }

  async ring(from: string, to: string): Promise<void> {
    await this.hand(from, 'call', { number: to });
  }

  async talk(from: string, to: string): Promise<void> {
    await this.ring(from, to);
    await this.hand(to, 'answer');
  }

  /** 2001 speaks with 2003 while 2002 is held. */
  async consulted(): Promise<void> {
    await this.talk('2001', '2002');
    await this.hand('2001', 'consult', { number: '2003' });
    await this.hand('2003', 'answer');
  }

  /** An agent at 2011 who speaks with 2001 over his path. */
  async served(): Promise<void> {
    await this.agentIn();
    await this.hand('2001', 'call', { number: '2402' });
    await eventually(async () => (await this.phone('2110')).calls.length > 0, { what: 'the call at the agent' });
    await this.hand('2110', 'answer');
  }

  async agentIn(): Promise<void> {
    await this.hand('2011', 'agent-log-in', { number: '2110', text: '4714' });
  }

  /** Ends all calls and everything that was set. */
  async tidy(): Promise<void> {
    for (let turns = 0; turns < 20; turns += 1) {
      const { phones, lines } = await this.look();
      const busy = [...phones, ...lines].filter(({ calls }) => calls.length > 0);
      if (busy.length === 0) break;
      for (const { dn, calls } of busy)
        for (const { localCallId } of calls) await this.plant.witness('POST', `/v1/phones/${dn}/clear`, { call: localCallId });
    }
    for (const { dn, loggedInAt } of (await this.look()).phones) {
      if (loggedInAt === undefined) continue;
      const key = dn.startsWith('211') ? 'agent-log-out' : 'hot-desk-log-out';
      await this.plant.witness('POST', `/v1/phones/${dn === '2111' ? dn : loggedInAt}/${key}`, {});
    }
  }

  /** The last line of what happened on the links. */
  async mark(): Promise<number> {
    return (await this.plant.witness<{ last: number }>('GET', '/v1/trace?after=999999999')).body.last;
  }

  /** Whether the controller has granted a request of this type since. */
  async granted(after: number, type: string): Promise<boolean> {
    const { body } = await this.plant.witness<{ lines: { kind: string; detail: { type?: string; result?: string } }[] }>(
      'GET',
      `/v1/trace?after=${after}&limit=1000`,
    );
    return body.lines.some(({ kind, detail }) => kind === 'response' && detail.type === type && detail.result === 'OK');
  }
}
