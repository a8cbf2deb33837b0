import { type Document, deserialize, serialize } from 'bson';

const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;
const headerBytes = 16;

/** Cuts a connection's bytes into whole messages of MongoDB's wire protocol. */
export function splitMessages(): (data: Buffer) => Buffer[] {
  let parts: Buffer[] = [];
  let length = 0;
  return (data) => {
    parts.push(data);
    length += data.length;
    const messages: Buffer[] = [];
    let rest = length >= headerBytes ? Buffer.concat(parts) : undefined;
    if (rest === undefined) return messages;
    while (rest.length >= headerBytes && rest.length >= rest.readInt32LE(0)) {
      messages.push(rest.subarray(0, rest.readInt32LE(0)));
      rest = rest.subarray(rest.readInt32LE(0));
    }
    parts = [rest];
    length = rest.length;
    return messages;
  };
}

/** Answers an OP_MSG in kind, and the driver's first OP_QUERY (its hello) with an OP_REPLY. */
export function answerMessage(message: Buffer, run: (command: Document) => Document): Buffer {
  const requestId = message.readInt32LE(4);
  const opCode = message.readInt32LE(12);
  if (opCode === opMsg) {
    return frame(opMsg, requestId, [Buffer.from([0, 0, 0, 0, 0]), serialize(run(readOpMsg(message)))]);
  }
  if (opCode !== opQuery) throw new Error(`The MongoDB fixture does not know the operation ${opCode}`);
  const endOfName = message.indexOf(0, headerBytes + 4);
  const command = deserialize(message.subarray(endOfName + 9));
  const head = Buffer.alloc(20);
  head.writeInt32LE(1, 16);
  return frame(opReply, requestId, [head, serialize(run(command))]);
}

/** The command, with the documents of its sequence sections where the command itself would have them. */
function readOpMsg(message: Buffer): Document {
  let command: Document = {};
  const sequences: Record<string, Document[]> = {};
  let at = headerBytes + 4;
  while (at < message.length) {
    const kind = message.readUInt8(at);
    const size = message.readInt32LE(at + 1);
    const section = message.subarray(at + 1, at + 1 + size);
    if (kind === 0) command = deserialize(section);
    else Object.assign(sequences, readSequence(section));
    at += 1 + size;
  }
  return { ...command, ...sequences };
}

function readSequence(section: Buffer): Record<string, Document[]> {
  const endOfName = section.indexOf(0, 4);
  const documents: Document[] = [];
  for (let at = endOfName + 1; at < section.length; at += section.readInt32LE(at)) {
    documents.push(deserialize(section.subarray(at, at + section.readInt32LE(at))));
  }
  return { [section.toString('utf8', 4, endOfName)]: documents };
}

function frame(opCode: number, responseTo: number, body: Uint8Array[]): Buffer {
  const content = Buffer.concat(body);
  const head = Buffer.alloc(headerBytes);
  head.writeInt32LE(headerBytes + content.length, 0);
  head.writeInt32LE(responseTo, 8);
  head.writeInt32LE(opCode, 12);
  return Buffer.concat([head, content]);
}
