/**
 * What every runtime driver keeps. An implementation's test calls {@link describeRuntimeDriver} with a way to make drivers of the same
 * installation and requests whose program runs until it is told to end.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { IncarnationHandle, RuntimeDriver, StartRequest } from '../runtime-driver.js';

export interface ConformanceSubject {
  /** A driver of installation `installation`; two of the same installation see the same incarnations. */
  driver(installation: string): RuntimeDriver;
  /** A request whose incarnation ends on being asked to. */
  request(instanceId: string, epochMajor: number): Promise<StartRequest>;
  /** A request whose incarnation does not end on being asked to. */
  stubbornRequest(instanceId: string, epochMajor: number): Promise<StartRequest>;
  /** Ends an incarnation from outside, as a crash would. */
  crash(handle: IncarnationHandle): Promise<void>;
}

const INSTANCE = '00000000-0000-4000-8000-000000000001';

export function describeRuntimeDriver(name: string, subject: ConformanceSubject): void {
  describe(`runtime driver ${name}`, () => {
    const installation = `conformance-${process.pid}`;
    const started: IncarnationHandle[] = [];
    const make = () => subject.driver(installation);
    const start = async (driver: RuntimeDriver, request: StartRequest) => {
      const handle = await driver.start(request);
      started.push(handle);
      return handle;
    };

    afterEach(async () => {
      const driver = make();
      for (const handle of started.splice(0)) await driver.stop(handle, 0);
      driver.close();
    });

    it('R-ORC-08 starts an incarnation that is then running and listed', async () => {
      const driver = make();
      const handle = await start(driver, await subject.request(INSTANCE, 1));
      expect(handle).toMatchObject({ driver: driver.name, instanceId: INSTANCE, epochMajor: 1 });
      expect(await driver.inspect(handle)).toBe('running');
      expect(await driver.list()).toEqual([handle]);
      driver.close();
    });

    it('R-ORC-04 a handle survives as JSON, and another driver of the installation adopts it', async () => {
      const first = make();
      const handle = await start(first, await subject.request(INSTANCE, 2));
      first.close();
      const second = make();
      const kept = JSON.parse(JSON.stringify(handle)) as IncarnationHandle;
      expect(await second.inspect(kept)).toBe('running');
      const exited = new Promise<void>((resolve) => second.watch(kept, resolve));
      await subject.crash(kept);
      await exited;
      expect(await second.inspect(kept)).toBe('exited');
      second.close();
    });

    it('stop confirms the end, may be repeated, and leaves nothing listed', async () => {
      const driver = make();
      const handle = await start(driver, await subject.request(INSTANCE, 3));
      await driver.stop(handle, 5000);
      expect(await driver.inspect(handle)).toBe('exited');
      await driver.stop(handle, 5000);
      expect(await driver.list()).toEqual([]);
      driver.close();
    });

    it('stop ends by force what does not end by itself', async () => {
      const driver = make();
      const handle = await start(driver, await subject.stubbornRequest(INSTANCE, 4));
      await driver.stop(handle, 100);
      expect(await driver.inspect(handle)).toBe('exited');
      driver.close();
    });

    it('R-ORC-04 watch tells the end of a crashed incarnation once', async () => {
      const driver = make();
      const handle = await start(driver, await subject.request(INSTANCE, 5));
      let calls = 0;
      const exited = new Promise<void>((resolve) =>
        driver.watch(handle, () => {
          calls += 1;
          resolve();
        }),
      );
      await subject.crash(handle);
      await exited;
      expect(calls).toBe(1);
      driver.close();
    });

    it('S-70 another installation neither sees nor stops it', async () => {
      const driver = make();
      const handle = await start(driver, await subject.request(INSTANCE, 6));
      const stranger = subject.driver(`${installation}-other`);
      expect(await stranger.list()).toEqual([]);
      await expect(stranger.stop(handle, 0)).rejects.toMatchObject({ code: 'STOP_FAILED' });
      expect(await driver.inspect(handle)).toBe('running');
      stranger.close();
      driver.close();
    });
  });
}
