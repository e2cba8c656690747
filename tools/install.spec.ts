import { describe, expect, it } from 'vitest';
import { systemFault } from './install.mjs';

describe('what the machine must be', () => {
  const fit = { node: '20.19.0', platform: 'linux', arch: 'x64' };
  it('Linux x64 and arm64 with Node 20.19 or later', () => {
    expect(systemFault(fit)).toBeUndefined();
    expect(systemFault({ ...fit, arch: 'arm64', node: '24.1.0' })).toBeUndefined();
  });
  it('anything else is told in one line what to do', () => {
    for (const other of [
      { platform: 'darwin' },
      { platform: 'win32' },
      { arch: 'ia32' },
      { node: '18.20.0' },
      { node: '20.9.0' },
    ]) {
      const line = systemFault({ ...fit, ...other });
      expect(line).toMatch(/(use|install) .+/);
      expect(line).not.toContain('\n');
    }
  });
});
