/** The time at which an event was written, carried in it: `@` and the microseconds of the machine's monotonic clock, sixteen digits. */
export const STAMP = /@(\d{16})/g;
export const clockMicros = (): number => Number(process.hrtime.bigint() / 1000n);
export const stampOf = (micros: number): string => `@${String(micros).padStart(16, '0')}`;
