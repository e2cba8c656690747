import { describe, expect, it } from 'vitest';
import { ModelWorld, phones } from './testing/model-world.js';

function resilient(): ModelWorld {
  const both = phones('2001', '2002').map((spec) => ({ ...spec, secondary: 1 }));
  return new ModelWorld([
    { bootId: 10, address: '10.0.0.1', phones: [...both, ...phones('2003')] },
    { bootId: 20, address: '10.0.0.2', phones: phones('3001', '3002') },
  ]);
}

const MOVED = [
  '2001 RESILIENT_DEVICE/RESILIENT_INFO_UPDATE/null',
  '2001 OUT_OF_SERVICE/DEVICE_OUT_OF_SERVICE/null',
  '2001 RESILIENT_DEVICE/RESILIENT_INFO_UPDATE/null',
  '2001 IN_SERVICE/DEVICE_IN_SERVICE/null',
];

describe('resilient phones', () => {
  it('R-RES-03 go to their secondary by command and come back; happenings follow them', () => {
    const world = resilient();
    const phone = world.at('2001');
    expect(world.cluster.send(world.at('2003'), 'secondary', 1)).toBe(false);
    expect(world.cluster.send(phone, 'primary', 1)).toBe(false);
    expect(world.cluster.send(phone, 'secondary', 1)).toBe(true);
    expect(world.news()).toEqual(MOVED);
    expect(world.told[0]?.about?.map(({ value }) => value)).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(phone.controller).toBe(1);
    expect(world.cluster.phoneAt(1, phone.handle)).toBe(phone);
    world.talk('3001', '2001');
    expect(world.cluster.send(phone, 'primary', 2)).toBe(true);
    expect(phone.controller).toBe(1);
    world.do('clear', '3001');
    expect(phone.controller).toBe(0);
  });

  it('R-RES-03 when the primary is away the idle ones go, and one in a call stays until it ends', () => {
    const world = resilient();
    world.talk('2001', '3001');
    world.cluster.restart(0, 11, 1);
    world.cluster.goAway(0, 1);
    expect(world.at('3001').legs[0]?.state).toBe('connected');
    expect([world.at('2001').controller, world.at('2002').controller]).toEqual([0, 1]);
    expect(world.at('2001').legs).toEqual([]);
    world.do('call', '3002', { number: '2001' });
    expect(world.news().at(-1)).toBe('3002 FAILED/DESTINATION_NOT_OBTAINABLE/fail');
    expect(world.hand('clear', '2001')).toBe('OK');
    expect(world.news()).toEqual(['3001 CLEARED/CLEARED/null', ...MOVED]);
    expect(world.at('2001').controller).toBe(1);
    world.cluster.comeBack(0, 2);
    expect([world.at('2001').controller, world.at('2002').controller]).toEqual([0, 0]);
  });

  it('R-RES-03 the far end may end such a call too', () => {
    const world = resilient();
    world.talk('2001', '3001');
    world.cluster.restart(0, 11, 1);
    world.cluster.goAway(0, 1);
    world.do('clear', '3001');
    expect(world.at('2001')).toMatchObject({ controller: 1, survivor: null });
    expect(world.cluster.callCount).toBe(0);
  });

  it('serials of a resilient phone go on over a restart, so that none names two events at its secondary', () => {
    const world = resilient();
    world.cluster.send(world.at('2001'), 'secondary', 1);
    const { serial } = world.at('2001');
    world.cluster.restart(0, 11, 2);
    expect(world.at('2001').serial).toBe(serial);
    expect(world.at('2003').serial).toBe(0);
  });

  it('so do local call ids, wherever it is', () => {
    const world = resilient();
    const ids = (['primary', 'secondary', 'primary'] as const).map((home, at) => {
      if (at > 0) world.cluster.send(world.at('2001'), home, at);
      world.talk('3001', '2001');
      const id = world.at('2001').legs[0]?.localCallId;
      world.do('clear', '3001');
      return id;
    });
    expect(ids).toEqual([1, 2, 3]);
  });

  it('a call whose other end is lost ends for the resilient one too', () => {
    const world = resilient();
    world.talk('2001', '2003');
    world.cluster.restart(0, 11, 1);
    expect(world.at('2001').survivor).toBeNull();
    expect(world.cluster.callCount).toBe(0);
  });

  it('a phone that is not resilient is away with its controller', () => {
    const world = resilient();
    world.cluster.goAway(0, 1);
    expect(world.ask('call', '2003', { number: '3001' }).result).toBe('DEVICE_OUT_OF_SERVICE');
    world.do('call', '3001', { number: '2003' });
    expect(world.news().at(-1)).toBe('3001 FAILED/DESTINATION_NOT_OBTAINABLE/fail');
    world.cluster.comeBack(0, 2);
    expect(world.ask('call', '2003', { number: '3002' }).result).toBe('OK');
  });
});
