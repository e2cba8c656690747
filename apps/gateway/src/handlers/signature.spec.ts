import { describe, expect, it } from 'vitest';
import { webhookHeaders } from './message-form.js';
import { newSecret, secretBytes, signaturesOf } from './signature.js';

describe('S-48 signatures of webhooks', () => {
  it('are those of Standard Webhooks: the example that its libraries are tested with', () => {
    const body = '{"test": 2432232314}';
    expect(signaturesOf(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, body)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('of a secret that was rotated away end with its time, to the millisecond', () => {
    const [secret, old] = [newSecret(), newSecret()];
    const at = (wallMs: number) =>
      webhookHeaders(
        'm1',
        '{}',
        { secret, previous: { secret: old, untilMs: 5000 } } as Parameters<typeof webhookHeaders>[2],
        wallMs,
      );
    const header = (wallMs: number) => at(wallMs)['webhook-signature'];
    expect(header(4999)).toBe(signaturesOf([secret, old], 'm1', 4, '{}'));
    expect(header(5000)).toBe(signaturesOf([secret], 'm1', 5, '{}'));
    expect(at(5000)).toMatchObject({ 'webhook-id': 'm1', 'webhook-timestamp': '5' });
  });

  it('have secrets of 32 random bytes', () => {
    expect(secretBytes(newSecret())).toHaveLength(32);
    expect(new Set(Array.from({ length: 100 }, newSecret)).size).toBe(100);
  });
});
