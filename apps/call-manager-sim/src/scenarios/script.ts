/** Scripted calls: what users' hands do at given times. */
import { z } from 'zod';
import { CALL_OPERATIONS, PHONE_OPERATIONS, type Operation } from '../model/operations.js';
import type { Phone } from '../model/phone.js';
import type { Result } from '../model/words.js';
import type { Simulation } from '../simulation.js';

const DAY_MS = 86_400_000;
const TEXT_BYTES_MAX = 42;
const dn = z.string().min(1).max(9);
const atMs = z.number().min(0).max(DAY_MS);
const number = z.string().min(1).max(50);
const text = z
  .string()
  .min(1)
  .refine((one) => Buffer.byteLength(one, 'utf8') <= TEXT_BYTES_MAX, `at most ${TEXT_BYTES_MAX} bytes`)
  .refine((one) => /^\P{Cc}*$/u.test(one) && !/\p{Cs}/u.test(one), 'no control characters and no halves of characters');

/** What a hand may say besides which key it presses. Without `call` the phone knows which call is meant; `button` is a line appearance of the set. */
export const handBody = {
  call: z.int().min(1).max(0xffff_ffff).optional(),
  number: number.optional(),
  text: text.optional(),
  on: z.boolean().optional(),
  code: z.int().min(0).max(999_999).optional(),
  button: z.int().min(2).max(96).optional(),
};
export const dialBody = { ...handBody, number };
export const comeInBody = { number, from: number };

type Keys = readonly [Operation, ...Operation[]];
/** All that a hand can do with optional words; `call` needs its number. */
export const KEYS = [...CALL_OPERATIONS, ...PHONE_OPERATIONS.filter((name) => name !== 'call')] as unknown as Keys;
export const SERVICE_KEYS = ['in-service', 'out-of-service', 'fail-over', 'fail-back'] as const;

export const handSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('call'), dn, atMs, ...dialBody }),
  z.strictObject({ do: z.literal('come-in'), dn, atMs, ...comeInBody }),
  z.strictObject({ do: z.enum(SERVICE_KEYS), dn, atMs }),
  z.strictObject({ do: z.enum(KEYS), dn, atMs, ...handBody }),
]);

/** `atMs` counts from when the script is handed in. */
export const scriptSchema = z.strictObject({ steps: z.array(handSchema).min(1).max(10_000) });
export type Script = z.infer<typeof scriptSchema>;

/** `dn` is a number of the cluster, or of a trunk: then it is the hand of who is outside. */
export interface Hand {
  readonly do: Operation | 'come-in' | (typeof SERVICE_KEYS)[number];
  readonly dn: string;
  readonly call?: number | undefined;
  readonly number?: string | undefined;
  readonly text?: string | undefined;
  readonly on?: boolean | undefined;
  readonly code?: number | undefined;
  readonly button?: number | undefined;
  readonly from?: string | undefined;
}

/** What the hand did and what came of it. */
export type HandListener = (hand: Hand, result: Result) => void;

/** A station by its number, a line appearance by its button, a trunk by its own number where no station has it. */
export function phoneOf(simulation: Simulation, { dn: own, button }: Pick<Hand, 'dn' | 'button'>): Phone | null {
  const { directory } = simulation.cluster;
  if (button !== undefined) return directory.appearance(own, button);
  return directory.station(own) ?? directory.trunk(own);
}

/** One movement of a hand, now. UNKNOWN_DEVICE when nobody has the number. */
export function moveHand(simulation: Simulation, hand: Hand): Result {
  const phone = phoneOf(simulation, hand);
  if (!phone) return 'UNKNOWN_DEVICE';
  const { cluster, nowMs } = simulation;
  switch (hand.do) {
    case 'come-in':
      return cluster.comeIn(phone, hand.from ?? '', hand.number ?? '', nowMs).result;
    case 'in-service':
    case 'out-of-service':
      return cluster.setInService(phone, hand.do === 'in-service', nowMs) ? 'OK' : 'WRONG_STATE';
    case 'fail-over':
    case 'fail-back':
      return cluster.send(phone, hand.do === 'fail-over' ? 'secondary' : 'primary', nowMs) ? 'OK' : 'WRONG_STATE';
    default:
      return simulation.press(hand.do, phone, asked(hand));
  }
}

function asked({ call, number: digits, text: words, on, code }: Hand) {
  return {
    ...(call === undefined ? {} : { call }),
    ...(digits === undefined ? {} : { number: digits }),
    ...(words === undefined ? {} : { text: words }),
    ...(on === undefined ? {} : { on }),
    ...(code === undefined ? {} : { code }),
  };
}

/** The first step's number that no phone has, else null. */
export function unknownPhone(simulation: Simulation, script: Script): string | null {
  return script.steps.find((step) => phoneOf(simulation, step) === null)?.dn ?? null;
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
