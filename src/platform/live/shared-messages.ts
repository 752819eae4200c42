/** A result that was serialised once for all readers that asked alike. */
export interface SharedMessage {
  /** The whole result as JSON. */
  body: string;
  /** Where a reader of this message resumes; null for a stream that has no places. */
  cursor: string | null;
}

/** WebSocket frames with a gap for each reader's own operation id. */
interface Frames {
  bytes: Buffer;
  idOffsets: readonly number[];
}

const FIN_TEXT = 0x81;
const BEFORE_ID = Buffer.from('{"id":');
const AFTER_ID = Buffer.from(',"type":"next","payload":');
const END = Buffer.from('}');

/** The header of an unmasked, unfragmented text frame (RFC 6455, section 5.2). */
function frameHeader(payloadBytes: number): Buffer {
  if (payloadBytes < 126) return Buffer.from([FIN_TEXT, payloadBytes]);
  if (payloadBytes < 65_536) {
    const header = Buffer.from([FIN_TEXT, 126, 0, 0]);
    header.writeUInt16BE(payloadBytes, 2);
    return header;
  }
  const header = Buffer.from([FIN_TEXT, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeBigUInt64BE(BigInt(payloadBytes), 2);
  return header;
}

/**
 * Messages that go to many readers together. What the readers have in common is encoded once: all that differs is the
 * operation's id in a WebSocket frame, and frames of ids of one length differ in nothing else.
 */
export class SharedMessages {
  private readonly messages: readonly SharedMessage[];
  private readonly bodies: readonly Buffer[];
  private readonly framesByIdBytes = new Map<number, Frames>();
  private encodedEventStream: Buffer | null = null;

  constructor(messages: readonly SharedMessage[]) {
    this.messages = messages;
    this.bodies = messages.map(({ body }) => Buffer.from(body));
  }

  /**
   * Writes messages `next` of the protocol graphql-transport-ws, in frames for that operation id, as JSON in UTF-8.
   * `write` answers whether the network has taken all of them already: then the same bytes serve the next reader, with
   * another id, and only who is slow costs a copy.
   */
  writeFrames(id: Buffer, write: (frames: Buffer) => boolean): void {
    let frames = this.framesByIdBytes.get(id.length);
    if (frames === undefined) {
      frames = this.encodeFrames(id.length);
      this.framesByIdBytes.set(id.length, frames);
    }
    for (const offset of frames.idOffsets) id.copy(frames.bytes, offset);
    if (!write(frames.bytes)) frames.bytes = Buffer.from(frames.bytes);
  }

  /** Events `next` of the protocol graphql-sse, with the cursor as the event's id. */
  eventStream(): Buffer {
    this.encodedEventStream ??= Buffer.from(
      this.messages
        .map(
          ({ body, cursor }) => `event: next\n${cursor === null ? '' : `id: ${cursor}\n`}data: ${body}\n\n`,
        )
        .join(''),
    );
    return this.encodedEventStream;
  }

  private encodeFrames(idBytes: number): Frames {
    const parts: Buffer[] = [];
    const idOffsets: number[] = [];
    let offset = 0;
    for (const body of this.bodies) {
      const header = frameHeader(BEFORE_ID.length + idBytes + AFTER_ID.length + body.length + END.length);
      parts.push(header, BEFORE_ID, Buffer.alloc(idBytes), AFTER_ID, body, END);
      idOffsets.push(offset + header.length + BEFORE_ID.length);
      offset += header.length + BEFORE_ID.length + idBytes + AFTER_ID.length + body.length + END.length;
    }
    return { bytes: Buffer.concat(parts), idOffsets };
  }
}
