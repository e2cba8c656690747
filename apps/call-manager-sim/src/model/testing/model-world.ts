/** A cluster in virtual time for tests of the call rules: what was told since the last look, by number. */
import { Agenda } from '../agenda.js';
import type { Ask } from '../calls/rule.js';
import { Cluster, type ControllerSpec, type MakeCallAnswer, type Operation } from '../cluster.js';
import { press } from '../hand.js';
import type { Happening } from '../happening.js';
import type { Device, Phone, PhoneSpec } from '../phone.js';
import type { Result } from '../words.js';

export class ModelWorld {
  readonly told: Happening[] = [];
  readonly cluster: Cluster;
  readonly agenda = new Agenda();
  nowMs = 0;
  private looked = 0;

  constructor(specs: readonly ControllerSpec[]) {
    this.cluster = new Cluster(specs, (happening) => this.told.push(happening), this.agenda);
  }

  at(dn: string): Phone {
    const found = this.cluster.phoneByDn(dn) ?? this.cluster.directory.trunk(dn);
    if (!found) throw new Error(`no phone ${dn}`);
    return found;
  }

  /** By request, as over a link. Without `call` at an operation on a call: the phone's latest. */
  ask(operation: Operation, dn: string, ask: Ask = {}): MakeCallAnswer {
    return this.cluster.perform(operation, this.at(dn), { call: this.at(dn).legs.at(-1)?.localCallId ?? 0, ...ask }, this.nowMs);
  }

  /** As {@link ask}, and it has to be done. */
  do(operation: Operation, dn: string, ask: Ask = {}): number {
    const { result, localCallId } = this.ask(operation, dn, ask);
    if (result !== 'OK') throw new Error(`${dn} ${operation}: ${result}`);
    return localCallId;
  }

  hand(operation: Operation, dn: string, ask: Ask = {}): Result {
    return press(this.cluster, operation, this.at(dn), this.nowMs, ask);
  }

  /** A calls B and B answers; the local call ids of both. */
  talk(a: string, b: string): readonly [number, number] {
    const own = this.do('call', a, { number: b });
    const far = this.at(b).legs.at(-1)?.localCallId ?? 0;
    this.do('answer', b, { call: far });
    return [own, far];
  }

  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (let entry = this.agenda.take(untilMs); entry; entry = this.agenda.take(untilMs)) {
      this.nowMs = Math.max(this.nowMs, entry.atMs);
      entry.run(entry.atMs);
    }
    this.nowMs = untilMs;
  }

  /** Since the last look, in order, as `number EVENT/CAUSE/state`; of features `number EVENT on number`. */
  news(): string[] {
    const fresh = this.told.slice(this.looked);
    this.looked = this.told.length;
    return fresh.map((one) => `${nameOf(one.phone)} ${line(one)}`);
  }
}

function nameOf({ kind, dn, handle }: Device): string {
  return kind === 'line' ? `line ${dn} ${handle % 100}` : kind === 'trunk' ? `trunk ${dn}` : dn;
}

function line({ event, cause, state, change }: Happening): string {
  if (!change) return `${event}/${cause}/${state}`;
  const { on, number, other, code } = change;
  return [event, on ? 'on' : 'off', number, other, code === 0 ? '' : String(code)].filter((part) => part !== '').join(' ');
}

/** Plain phones of these numbers. */
export function phones(...dns: readonly string[]): PhoneSpec[] {
  return dns.map((dn) => ({ dn, name: `Name ${dn}`, monitorable: true }));
}

/** Two controllers: 2001 to 2009 and 3001 to 3009. */
export function twoControllers(more: Partial<ControllerSpec> = {}, phonesToo: readonly PhoneSpec[] = []): ModelWorld {
  const range = (from: number) => phones(...Array.from({ length: 9 }, (_, index) => String(from + index)));
  return new ModelWorld([
    { bootId: 10, address: '10.0.0.1', phones: [...range(2001), ...phonesToo], ...more },
    { bootId: 20, address: '10.0.0.2', phones: range(3001) },
  ]);
}
