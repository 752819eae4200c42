import type { Socket } from 'node:net';

export interface HeartbeatOptions {
  everyMs: number;
  /** Asks the reader for a sign of life, or sends something that it need not answer. */
  ask: () => void;
  /** Whether a reader answers what it is asked. */
  isAnswered: boolean;
  /** Called once for a reader that is not there any more. */
  breakOff: () => void;
}

/**
 * Finds out that nobody is at the other end of a connection: whoever owes an answer, or has something to take, and
 * neither answers nor takes anything from one beat to the next, is broken off. A reader that is only slow takes what
 * waits bit by bit, though its answer comes late.
 */
export class Heartbeat {
  private readonly stream: Socket;
  private readonly options: HeartbeatOptions;
  private readonly timer: NodeJS.Timeout;
  private owesAnswer = false;
  /** At the last beat: bytes that waited, and bytes that the network had taken. */
  private waitingBytes = 0;
  private takenBytes = 0;

  constructor(stream: Socket, options: HeartbeatOptions) {
    this.stream = stream;
    this.options = options;
    this.timer = setInterval(() => this.beat(), options.everyMs);
  }

  answered(): void {
    this.owesAnswer = false;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private beat(): void {
    const { stream } = this;
    const { ask, isAnswered, breakOff } = this.options;
    const takenBytes = stream.bytesWritten - stream.writableLength;
    const takes = this.waitingBytes > 0 && takenBytes > this.takenBytes;
    // Who is not listened to until he has taken what waits is judged by that alone: his answer may lie unread.
    const owes = isAnswered && !stream.isPaused() ? this.owesAnswer : this.waitingBytes > 0;
    if (owes && !takes) {
      this.stop();
      breakOff();
      return;
    }
    this.takenBytes = takenBytes;
    this.waitingBytes = stream.writableLength;
    this.owesAnswer = isAnswered && !stream.isPaused();
    ask();
  }
}
