/** Hands at the phones of the simulated cluster. */
import type { Phone } from '../../../apps/call-manager-sim/src/model/phone.js';
import type { Simulation } from '../../../apps/call-manager-sim/src/simulation.js';
import type { Site } from '../site.js';

const HANDS = ['answer', 'answer', 'clear', 'clear', 'hold', 'retrieve'] as const;

export class Traffic {
  isOn = true;

  constructor(
    private readonly site: Site,
    private readonly simulation: Simulation,
  ) {
    this.again();
  }

  /** Clears every call. */
  clearAll(): void {
    this.simulation.advance(this.site.world.nowMs);
    for (const phone of this.simulation.cluster.phones())
      for (let count = 0; phone.legs.length > 0 && count < 20; count += 1) this.simulation.press('clear', phone);
  }

  /** A call from each phone to the next: rung, answered, and left standing or cleared. */
  probe(leave: boolean): void {
    this.clearAll();
    const phones = this.simulation.cluster.phones();
    for (let at = 0; at + 1 < phones.length; at += 2) this.ringAndAnswer(phones[at]!, phones[at + 1]!, leave);
    if (phones.length % 2 === 1 && !leave) this.ringAndAnswer(phones.at(-1)!, phones[0]!, leave);
  }

  private ringAndAnswer(from: Phone, to: Phone, leave: boolean): void {
    this.simulation.dial(from, to.dn);
    this.simulation.press('answer', to);
    if (!leave) this.simulation.press('clear', from);
  }

  private again(): void {
    const { random } = this.site.world;
    this.site.world.after(random.int(100, 3000), () => {
      if (this.isOn) this.once();
      this.again();
    });
  }

  private once(): void {
    const { random } = this.site.world;
    this.simulation.advance(this.site.world.nowMs);
    const phone = random.pick(this.site.phones)!;
    const roll = random.next();
    if (roll < 0.45) this.simulation.dial(phone, random.pick(this.site.phones)!.dn);
    else if (roll < 0.97) this.simulation.press(random.pick(HANDS)!, phone);
    else this.simulation.cluster.setInService(phone, !phone.inService, this.site.world.nowMs);
  }
}
