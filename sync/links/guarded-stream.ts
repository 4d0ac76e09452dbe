import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** A socket as MQTT.js may have it: only what `letIn` has seen comes through; the first refusal destroys it. */
export function guardedStream(socket: Socket, letIn: (piece: Uint8Array) => boolean): Duplex {
  const stream = new Duplex({
    // The connection ends as a whole: there is nothing to say to a broker that has ended its half.
    allowHalfOpen: false,
    read: () => void socket.resume(),
    write: (piece: Buffer, _encoding, done) => void socket.write(piece, done),
    writev: (pieces, done) => {
      socket.cork();
      for (const { chunk } of pieces.slice(0, -1)) socket.write(chunk as Buffer);
      const last = pieces.at(-1);
      if (last === undefined) done();
      else socket.write(last.chunk as Buffer, done);
      socket.uncork();
    },
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (piece: Buffer) => {
    if (stream.destroyed) return;
    if (!letIn(piece)) stream.destroy();
    else if (!stream.push(piece)) socket.pause();
  });
  socket.on('end', () => stream.push(null));
  socket.on('error', (error) => stream.destroy(error));
  socket.on('close', () => stream.destroy());
  return stream;
}
