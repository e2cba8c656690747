/**
 * Watching the directories of controllers (R-CLU-08): one monitor at each, held by nobody but the gateway itself, from the first time an
 * application asks for data. It is started under the pace like any other and takes a place at the controller (R-LIM-04), but none of an
 * application (R-LIM-03).
 */
import type { Controller } from '../controllers/controller-table.js';
import type { Core } from '../core.js';
import { addMonitor, enqueue, pump } from '../monitors/monitor-lifecycle.js';
import { Monitor } from '../monitors/monitor-table.js';
import { controllerMonitorId } from '../numbering.rules.js';

/** From now on, at every controller. May be called again. */
export function watchDirectories(core: Core): void {
  if (core.watchesDirectories) return;
  core.watchesDirectories = true;
  for (const controller of core.controllers.values()) {
    if (!controller.connected) continue;
    const monitor = watchAt(core, controller);
    if (monitor.state === 'resting' || monitor.state === 'lost') enqueue(core, controller, monitor);
    pump(core, controller);
  }
}

/** The link has come up: the watch is among what is to be set there. */
export function watchAgain(core: Core, controller: Controller): void {
  if (core.watchesDirectories) watchAt(core, controller);
}

function watchAt(core: Core, controller: Controller): Monitor {
  const id = controllerMonitorId(controller.icpId, 'DIRECTORY');
  const monitor = core.monitors.get(id) ?? addMonitor(core, controller, new Monitor(id, controller.icpId, 0, 'DIRECTORY'));
  monitor.isWatch = true;
  return monitor;
}
