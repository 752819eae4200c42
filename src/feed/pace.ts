/** How long it is counted before the rate is told anew. */
const WINDOW_MS = 250;
/** Up to this rate events are told as soon as may be; from the second on they are gathered for as long as may be. */
const QUIET_PER_SECOND = 90;
const BUSY_PER_SECOND = 140;
const MOST_GATHERING_MS = 150;

/**
 * How many events a second come to this node, and how long what comes is gathered therefore. Each write to each
 * reader costs the same whatever it holds: at a rate at which nobody reads event by event, writing together leaves the
 * node to those who make the events.
 */
export class Pace {
  private begunAt = performance.now();
  private counted = 0;
  /** In the last window. */
  private latest = 0;
  /** In that of the last two in which less came: what comes at once behind a stall is no rush. */
  private perSecond = 0;

  count(events: number): void {
    this.tell();
    this.counted += events;
  }

  /** From 0 to 150. */
  get gatheringMs(): number {
    this.tell();
    const share = (this.perSecond - QUIET_PER_SECOND) / (BUSY_PER_SECOND - QUIET_PER_SECOND);
    return MOST_GATHERING_MS * Math.min(Math.max(share, 0), 1);
  }

  private tell(): void {
    const elapsedMs = performance.now() - this.begunAt;
    if (elapsedMs < WINDOW_MS) return;
    const rate = (this.counted * 1000) / elapsedMs;
    this.perSecond = Math.min(this.latest, rate);
    this.latest = rate;
    this.counted = 0;
    this.begunAt += elapsedMs;
  }
}
