import { describe, expect, it } from 'vitest';
import { MonitorBook } from './monitors.js';
import { newPhone } from './phone.js';

const phone = (dn: string, monitorable = true) => newPhone({ dn, name: '', monitorable }, 0);

describe('monitors at a controller', () => {
  it('R-LIM-07 total counts devices, shared counts monitors, neither is exceeded', () => {
    const book = new MonitorBook({ total: 2, shared: 3 });
    const [a, b, c] = [phone('1'), phone('2'), phone('3')];
    expect(book.start(1, a).result).toBe('OK');
    expect(book.start(2, a).result).toBe('OK');
    expect(book.start(1, b).result).toBe('OK');
    expect(book.counts()).toEqual({ total: 2, shared: 3 });
    expect(book.start(1, c)).toEqual({ result: 'MONITOR_LIMIT', reference: 0 });
    expect(book.start(2, b).result).toBe('MONITOR_LIMIT');
    expect(book.dropLink(2)).toBe(1);
    expect(book.start(1, c).result).toBe('MONITOR_LIMIT');
    expect(book.start(2, b).result).toBe('OK');
  });

  it('R-CLU-07 a class of service that forbids monitoring is NOT_ALLOWED', () => {
    expect(new MonitorBook({ total: 1, shared: 1 }).start(1, phone('1', false)).result).toBe('NOT_ALLOWED');
  });

  it('only the link that started a monitor stops it, with its own device', () => {
    const book = new MonitorBook({ total: 9, shared: 9 });
    const [a, b] = [phone('1'), phone('2')];
    const { reference } = book.start(1, a);
    expect(book.stop(2, a, reference)).toBe('MONITOR_UNKNOWN');
    expect(book.stop(1, b, reference)).toBe('MONITOR_UNKNOWN');
    expect(book.stop(1, a, reference + 1)).toBe('MONITOR_UNKNOWN');
    expect(book.stop(1, a, reference)).toBe('OK');
    expect(book.stop(1, a, reference)).toBe('MONITOR_UNKNOWN');
    expect(book.counts()).toEqual({ total: 0, shared: 0 });
    expect(book.at(a)).toEqual([]);
  });
});
