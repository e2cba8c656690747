/** Planted faults of the control loops, the journal's lock and the runtime's handling. */
import type { Plant } from './plant.js';

export const CONTROL_FAULTS: readonly Plant[] = [
  { name: 'no-fencing-token', what: 'a late worker writes the status', drops: 'fencing-token' },
  { name: 'no-journal-lock', what: 'two incarnations of one instance run at once', drops: 'journal-lock' },
  { name: 'successor-before-confirmed-stop', what: 'a stop is done when it was asked for', drops: 'confirmed-stop' },
  { name: 'strays-not-looked-for', what: 'what was started and not recorded stays', drops: 'strays-looked-for' },
  { name: 'no-sweep', what: 'only a bell or an exit makes the worker look', drops: 'sweep' },
  { name: 'no-operation-deadline', what: 'an operation never ends by its deadline', drops: 'operation-deadline' },
  {
    name: 'wall-clock-for-deadlines',
    what: 'the deadline of an operation is told by the wall clock of the worker',
    drops: 'operation-span',
  },
  {
    name: 'unknown-taken-for-dead',
    what: 'an incarnation that cannot be asked for counts as ended',
    drops: 'unknown-is-not-dead',
  },
  {
    name: 'grants-not-planned',
    what: 'each instance is granted its own limit of monitors, whatever the controller has',
    drops: 'grants-planned',
  },
  {
    name: 'pushed-taken-for-confirmed',
    what: 'a lower grant counts as in force, with what was held before, as soon as it was pushed',
    drops: 'grants-confirmed',
  },
  {
    name: 'wall-clock-for-silence',
    what: 'how long an incarnation is silent is told by the wall clock',
    facts: (facts, wallSilentMs) => ({ ...facts, observation: { ...facts.observation, silentMs: Math.max(0, wallSilentMs) } }),
  },
  {
    name: 'back-off-for-ever',
    what: 'after a failure the time of the next try moves on with every look',
    facts: (facts) =>
      facts.status.nextAttemptAt === null
        ? facts
        : { ...facts, status: { ...facts.status, nextAttemptAt: new Date(facts.now + 1000) } },
  },
  {
    name: 'unfinished-stop-forgotten',
    what: 'a stop that a dead worker began is not gone on with',
    facts: (facts) => (facts.status.state === 'stopping' ? { ...facts, status: { ...facts.status, state: 'running' } } : facts),
  },
  {
    name: 'observed-too-early',
    what: 'a wish counts as answered before it is',
    facts: (facts) => ({
      ...facts,
      status: {
        ...facts.status,
        observedVersion: facts.spec.version,
        state: facts.status.state === 'pending' ? 'running' : facts.status.state,
      },
    }),
  },
];
