/** The incarnation that bad input is tried on is the one that integration tests run. */
export { CREDENTIALS, runInstance, type RunningInstance } from '../../tools/fuzz/running-instance.js';
