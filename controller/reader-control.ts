import type { ReaderDesk } from './app/reader-desk.ts';
import { ReaderReply, ReaderRequest, readWithinMs } from './reader-protocol.ts';

/** What `vestibule reader` asks for. An answer may take as long as a window stands open. */
export async function answerReaderCommand(
  desk: ReaderDesk,
  asked: unknown,
  gone: AbortSignal,
): Promise<ReaderReply> {
  const parsed = ReaderRequest.safeParse(asked);
  if (!parsed.success) return { kind: 'refused', why: 'request' };
  const request = parsed.data;
  switch (request.kind) {
    case 'list':
      return ReaderReply.parse({ kind: 'list', readers: desk.status() });
    case 'commission':
      return desk.commission(request.reader, request.windowMs, gone);
    case 'rotate':
      return desk.rotate(request.reader);
    case 'read':
      return ReaderReply.parse(await desk.readNext(request.reader, readWithinMs, gone));
    default:
      return request satisfies never;
  }
}
