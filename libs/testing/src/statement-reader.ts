const QUERY = 0x03;
const STATEMENT_EXECUTE = 0x17;
/** MariaDB's: one statement for many rows. */
const STATEMENT_BULK_EXECUTE = 0xfa;
const statements = [QUERY, STATEMENT_EXECUTE, STATEMENT_BULK_EXECUTE];
const HEADER_BYTES = 4;

/**
 * Reads what one client sends, however it is cut, and tells how many statements each piece begins. Source of the packet
 * layout: the MySQL client/server protocol; a command starts a packet whose sequence number is 0.
 */
export function createStatementReader(): (chunk: Uint8Array) => number {
  let header: number[] = [];
  let bodyLeft = 0;
  let atFirstByte = false;
  return (chunk) => {
    let commands = 0;
    for (let at = 0; at < chunk.length; ) {
      if (bodyLeft > 0) {
        if (atFirstByte && header[3] === 0 && statements.includes(chunk[at] ?? 0)) commands++;
        atFirstByte = false;
        const taken = Math.min(bodyLeft, chunk.length - at);
        bodyLeft -= taken;
        at += taken;
        if (bodyLeft === 0) header = [];
        continue;
      }
      header.push(chunk[at] ?? 0);
      at++;
      if (header.length < HEADER_BYTES) continue;
      const [low = 0, middle = 0, high = 0] = header;
      bodyLeft = low + middle * 256 + high * 65536;
      atFirstByte = true;
      if (bodyLeft === 0) header = [];
    }
    return commands;
  };
}
