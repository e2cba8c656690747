/** What a user can set at a phone and what stays until it is changed: not part of any call. */
export type ForwardingKind = 'always' | 'busy-internal' | 'busy-external' | 'no-answer-internal' | 'no-answer-external';

export const FORWARDING_KINDS: readonly ForwardingKind[] = [
  'always',
  'busy-internal',
  'busy-external',
  'no-answer-internal',
  'no-answer-external',
];

export interface Forwarding {
  on: boolean;
  /** Kept while it is off. */
  number: string;
}

export interface Features {
  doNotDisturb: boolean;
  autoAnswer: boolean;
  /** Null: it is not busy by wish; else the reason code, 0 where none was given. */
  makeBusy: number | null;
  readonly forwarding: Record<ForwardingKind, Forwarding>;
  /** How long a call rings before no-answer forwarding takes it, 1 to 600,000 ms. */
  noAnswerMs: number;
  /** The lamp as an application or user set it. */
  lamp: boolean;
  /** Directory numbers whose users wait for a call back; the lamp shines while there is one. */
  readonly messages: string[];
}

export const MESSAGES_MAX = 20;
const NO_ANSWER_MS = 20_000;

export function newFeatures(): Features {
  const off = (): Forwarding => ({ on: false, number: '' });
  return {
    doNotDisturb: false,
    autoAnswer: false,
    makeBusy: null,
    forwarding: {
      always: off(),
      'busy-internal': off(),
      'busy-external': off(),
      'no-answer-internal': off(),
      'no-answer-external': off(),
    },
    noAnswerMs: NO_ANSWER_MS,
    lamp: false,
    messages: [],
  };
}

export function lampShines(features: Features): boolean {
  return features.lamp || features.messages.length > 0;
}
