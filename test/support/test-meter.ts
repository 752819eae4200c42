import { Meter, type Payer } from '../../src/platform/meter.ts';

/** Work takes as long as a test says: the hub's thread nothing, each statement so many milliseconds. */
export class TestMeter extends Meter {
  statementMs = 0;
  /** How many were billed to somebody. */
  billed = 0;

  override worksFor(): void {
    // The thread takes nothing.
  }

  override begins(): number {
    return 0;
  }

  override ends(_begunAt: number, payer: Payer | null): number {
    if (payer !== null) this.billed += 1;
    payer?.add(this.statementMs);
    return this.statementMs;
  }
}
