/** What the walk does with one operation of the contract. */
import type { Members } from './faces.js';
import type { PhoneSeen, Seen, World } from './world.js';

/** The simulator's state, by number. */
export interface Sight extends Seen {
  phone(dn: string): PhoneSeen;
  trunk(dn: string): PhoneSeen;
  group(dn: string): { readonly present: readonly string[] };
  /** The newest call of a phone. */
  call(dn: string): PhoneSeen['calls'][number] | undefined;
}
/**
 * A text of the answer, the witness's state (which was otherwise before), that the controller granted a request of a type where there is nothing to be seen, that the session
 * is then refused the same again (a monitor lingers at its controller after its session has ended it, R-MON-04), or what follows for other operations where the controller has
 * no part in it.
 */
export type Effect =
  | RegExp
  | { readonly seen: (at: Sight, face: string) => boolean; readonly lingers: boolean }
  | { readonly granted: string }
  | { readonly refusedAgain: string }
  | { readonly follows: (world: World, members: Members) => Promise<boolean> };
export interface Case {
  /** Members of a success, without the session; brings about what it needs. */
  readonly ready: (world: World) => Members | Promise<Members>;
  readonly effect: Effect;
  /** Members that make it a refusal, and its code; default: of the first handle it names. */
  readonly refusal?: readonly [Members, string];
  /** The answer comes from what events have told: asked again until it has the effect. */
  readonly retry?: true;
  /** Takes back what `tidy` does not. */
  readonly after?: (world: World) => Promise<unknown>;
}
export type Cases = Readonly<Record<string, Case>>;

export const seen = (wanted: (at: Sight, face: string) => boolean): Effect => ({ seen: wanted, lingers: false });
/** What the other transport's walk may have left there. */
export const standing = (wanted: (at: Sight) => boolean): Effect => ({ seen: wanted, lingers: true });
export const granted = (type: string): Effect => ({ granted: type });
export const refusedAgain = (code: string): Effect => ({ refusedAgain: code });
export const follows = (wanted: (world: World, members: Members) => Promise<boolean>): Effect => ({ follows: wanted });
/** The session is refused another operation then, or not any more. */
export const thenRefused = (operation: string, members: Members, code: string): Effect =>
  follows(async (w) => (await w.face.call(operation, { sessionId: w.sessionId, ...members })).code === code);
export const thenGranted = (operation: string, members: Members): Effect =>
  follows(async (w) => (await w.face.call(operation, { sessionId: w.sessionId, ...members })).ok);
export const stateOf = (dn: string, state: string): Effect =>
  seen((at) => at.phone(dn).calls.some((call) => call.state === state));

export function sight(look: Seen): Sight {
  return {
    ...look,
    phone: (dn) => [...look.phones, ...look.lines].find((one) => one.dn === dn)!,
    trunk: (dn) => look.trunks.find((one) => one.dn === dn)!,
    call: (dn) => look.phones.find((one) => one.dn === dn)?.calls.at(-1),
    group: (dn) => [...look.groups, ...look.acdGroups].find((one) => one.dn === dn)!,
  };
}
