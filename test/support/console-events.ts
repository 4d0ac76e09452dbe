export interface ServerSentEvent {
  readonly event: string;
  readonly id?: string;
  readonly data: string;
}

function parse(block: string): ServerSentEvent | undefined {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
  const data = fields.get('data');
  if (data === undefined) return undefined;
  const id = fields.get('id');
  return { event: fields.get('event') ?? 'message', ...(id === undefined ? {} : { id }), data };
}

/** Reads a stream of server-sent events as it comes; ends when the server ends it. */
export async function* serverSentEvents(response: Response): AsyncGenerator<ServerSentEvent, void> {
  if (response.body === null) throw new Error('the answer has no body');
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parse(block);
      if (event !== undefined) yield event;
    }
  }
}

/** The next event of that kind, for one reader. */
export async function nextEvent(
  events: AsyncGenerator<ServerSentEvent, void>,
  kind: string,
): Promise<ServerSentEvent> {
  for (;;) {
    const { value, done } = await events.next();
    if (done === true) throw new Error(`the stream ended before a ${kind} event`);
    if (value.event === kind) return value;
  }
}
