/** Scripted calls: what users' hands do at given times. */
import { z } from 'zod';
import type { Result } from '../model/words.js';
import type { Simulation } from '../simulation.js';

const DAY_MS = 86_400_000;
const dn = z.string().min(1).max(9);
const atMs = z.number().min(0).max(DAY_MS);

export const handSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('call'), dn, number: z.string().min(1).max(50), atMs }),
  z.strictObject({ do: z.enum(['answer', 'clear', 'hold', 'retrieve', 'in-service', 'out-of-service']), dn, atMs }),
]);

/** `atMs` counts from when the script is handed in. */
export const scriptSchema = z.strictObject({ steps: z.array(handSchema).min(1).max(10_000) });
export type Script = z.infer<typeof scriptSchema>;
export type Hand = Omit<z.infer<typeof handSchema>, 'atMs'> & { readonly number?: string };

/** What the hand did and what came of it. */
export type HandListener = (hand: Hand, result: Result) => void;

/** One movement of a hand, now. UNKNOWN_DEVICE when nobody has the number. */
export function moveHand(simulation: Simulation, hand: Hand): Result {
  const phone = simulation.cluster.phoneByDn(hand.dn);
  if (!phone) return 'UNKNOWN_DEVICE';
  switch (hand.do) {
    case 'call':
      return simulation.dial(phone, hand.number ?? '');
    case 'in-service':
    case 'out-of-service':
      return simulation.cluster.setInService(phone, hand.do === 'in-service', simulation.nowMs) ? 'OK' : 'WRONG_STATE';
    default:
      return simulation.press(hand.do, phone);
  }
}

/** The first step's number that no phone has, else null. */
export function unknownPhone(simulation: Simulation, script: Script): string | null {
  return script.steps.find((step) => simulation.cluster.phoneByDn(step.dn) === null)?.dn ?? null;
}

/** Enters all steps, or none (false) when they do not fit the agenda. */
export function enterScript(simulation: Simulation, name: string, script: Script, onHand: HandListener): boolean {
  const beginMs = simulation.nowMs;
  for (const step of script.steps) {
    const entered = simulation.agenda.enter(name, beginMs + step.atMs, () => onHand(step, moveHand(simulation, step)));
    if (!entered) {
      simulation.agenda.removeOwner(name);
      return false;
    }
  }
  return true;
}
