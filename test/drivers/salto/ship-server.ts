/**
 * A SHIP server to test against, made from public accounts of the protocol (docs/salto.md) and from nothing of ours: it
 * writes and reads its XML and its frames by itself, and takes note of every request that is not framed byte by byte.
 */
import { EventEmitter, once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

export interface PlayedDoor {
  name: string;
  /** As SHIP numbers them: −1 unknown, 0 open, 1 closed, 2 left open, 3 intrusion, 4 emergency open, 5 emergency close. */
  status: number;
  comm: number;
  officeMode: boolean;
  opened: number;
  /** What an operation on this door is answered with; 0: done. */
  errorCode: number;
}

export interface PlayedEvent {
  readonly id: string;
  readonly time: string;
  readonly operation: number;
  readonly door: string;
  readonly exit?: boolean;
  readonly subject?: string;
}

export interface PlayedCall {
  readonly name: string;
  /** The doors that it names. */
  readonly doors: readonly string[];
  readonly xml: string;
}

/** What may become of an answer on its way. */
export type Misbehaviour =
  | 'silent'
  | 'hangUp'
  | 'cut'
  | 'oversized'
  | 'lengthTooLong'
  | 'lengthTooShort'
  | 'notXml'
  | 'entities'
  | 'notText'
  | 'notShip'
  | 'otherDoor'
  | 'otherReply'
  | 'twice'
  | 'exception';

const lists = {
  ids: /<ExtDoorID>([^<]*)<\/ExtDoorID>/g,
  names: /<DoorID>([^<]*)<\/DoorID>/g,
};

const inner = (xml: string, tag: string): string | undefined =>
  new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1];

const plain = (text: string): string =>
  text
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
const coded = (text: string): string =>
  text.replaceAll(/[&<>\u0100-\uffff]/g, (char) => `&#${char.charCodeAt(0)};`);

export class ShipServer implements AsyncDisposable {
  encoding: 'utf-8' | 'iso-8859-1';
  readonly doors = new Map<string, PlayedDoor>();
  readonly trail: PlayedEvent[] = [];
  /** Doors that SALTO has, and does not reach but by cards. */
  readonly offline = new Set<string>();
  readonly calls: PlayedCall[] = [];
  /** Requests that no SHIP server would understand. */
  readonly violations: string[] = [];
  /** GetInfo's wall time; without leading zeros, as it has been seen. */
  time = '2026-6-15T12:00:00';
  /** Answers are written in pieces of so many bytes; 0: whole. */
  pieceBytes = 0;
  /** More than so many events are not sent at once, whatever is asked. */
  maxEvents = 1_000;
  /** All events are sent, however few are asked for. */
  sendsAll = false;
  misbehave: (call: PlayedCall) => Misbehaviour | undefined = () => undefined;
  /** An answer is made at once, and sent when this has come. */
  holdBack: (call: PlayedCall) => Promise<void> | undefined = () => undefined;
  connections = 0;
  readonly #news = new EventEmitter();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(encoding: 'utf-8' | 'iso-8859-1' = 'utf-8') {
    this.encoding = encoding;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async listen(port = 0): Promise<this> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the SHIP server does not listen');
    return address.port;
  }

  addDoor(id: string, name = id): PlayedDoor {
    const door = { name, status: 1, comm: 1, officeMode: false, opened: 0, errorCode: 0 };
    this.doors.set(id, door);
    return door;
  }

  /** Resolves once `isThere` holds; asked after each request. */
  async until(isThere: () => boolean): Promise<void> {
    while (!isThere()) await once(this.#news, 'call');
  }

  async untilConnections(count: number): Promise<void> {
    while (this.connections < count) await once(this.#news, 'connection');
  }

  callsOf(name: string): readonly PlayedCall[] {
    return this.calls.filter((call) => call.name === name);
  }

  /** Ends every connection, as a restarted server does. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hangUp();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    this.#news.emit('connection');
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    let bytes = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (;;) {
        const header = /^STP\/00\/(\d+)\//.exec(bytes.toString('latin1'));
        if (header === null) {
          if (bytes.length > 20) this.violations.push(bytes.toString('latin1', 0, 40));
          return;
        }
        const end = header[0].length + Number(header[1]);
        if (bytes.length < end) return;
        const body = bytes.subarray(header[0].length, end);
        bytes = bytes.subarray(end);
        this.#take(socket, body);
      }
    });
  }

  #take(socket: Socket, body: Buffer): void {
    const xml = body.toString(this.encoding === 'utf-8' ? 'utf8' : 'latin1');
    const name = inner(xml, 'RequestName') ?? '';
    const isWhole = xml.startsWith('<?xml ') && xml.endsWith('</RequestCall>') && name !== '';
    const declared = /encoding="([^"]+)"/.exec(xml)?.[1]?.toLowerCase();
    if (!isWhole || declared !== this.encoding) this.violations.push(xml);
    const doors = [...xml.matchAll(lists.ids), ...xml.matchAll(lists.names)].map(([, door = '']) =>
      plain(door),
    );
    const call: PlayedCall = { name, doors, xml };
    this.calls.push(call);
    const misbehaviour = this.misbehave(call);
    const params =
      misbehaviour === 'exception' ? undefined : this.#answer(call, misbehaviour === 'otherDoor');
    const reply = this.#reply(call, params, misbehaviour);
    const held = this.holdBack(call);
    if (held === undefined) this.#send(socket, misbehaviour, reply);
    else void held.then(() => this.#send(socket, misbehaviour, reply));
    this.#news.emit('call');
  }

  #reply({ name }: PlayedCall, params: string | undefined, misbehaviour?: Misbehaviour): Buffer {
    const answered = misbehaviour === 'otherReply' ? 'SaltoDBUserList.Read' : name;
    const content =
      params === undefined
        ? '<Exception>\n  <Code> 502 </Code>\n  <Message> Unknown request </Message>\n</Exception>'
        : `<Params>${params}</Params>`;
    const doctype =
      misbehaviour === 'entities' ? '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' : '';
    const xml =
      misbehaviour === 'notXml'
        ? '<html><body><p>503 Service Unavailable</body></html>'
        : `<?xml version='1.0' encoding='${this.encoding}'?>\n${doctype}<RequestResponse>\n  <RequestName> ${answered} </RequestName>\n  ${content}\n</RequestResponse>`;
    const bytes = Buffer.from(xml, this.encoding === 'utf-8' ? 'utf8' : 'latin1');
    return misbehaviour === 'notText' ? Buffer.concat([bytes, Buffer.from([0xff, 0xfe, 0x00])]) : bytes;
  }

  #send(socket: Socket, misbehaviour: Misbehaviour | undefined, body: Buffer): void {
    const framed = (length: number): Buffer => Buffer.concat([Buffer.from(`STP/00/${length}/`), body]);
    switch (misbehaviour) {
      case 'silent':
        return;
      case 'hangUp':
        socket.destroy();
        return;
      case 'cut':
        socket.end(framed(body.length).subarray(0, body.length - 7));
        return;
      case 'oversized':
        socket.write(framed(4_000_000_000));
        return;
      case 'lengthTooLong':
        socket.write(framed(body.length + 12));
        return;
      case 'lengthTooShort':
        socket.write(framed(body.length - 12));
        return;
      case 'notShip':
        socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
        return;
      case 'twice':
        socket.write(Buffer.concat([framed(body.length), framed(body.length)]));
        return;
      case 'notXml':
      case 'entities':
      case 'notText':
      case 'otherDoor':
      case 'otherReply':
      case 'exception':
      case undefined:
        this.#sendInPieces(socket, framed(body.length));
        return;
      default:
        misbehaviour satisfies never;
    }
  }

  #sendInPieces(socket: Socket, bytes: Buffer): void {
    if (this.pieceBytes === 0) {
      socket.write(bytes);
      return;
    }
    const [piece, rest] = [bytes.subarray(0, this.pieceBytes), bytes.subarray(this.pieceBytes)];
    socket.write(piece, () => {
      if (rest.length > 0) this.#sendInPieces(socket, rest);
    });
  }

  /** The inside of `<Params>`; undefined for what this server does not know. */
  #answer(call: PlayedCall, otherDoor: boolean): string | undefined {
    switch (call.name) {
      case 'GetInfo':
        return `<ProtocolID>SHIP</ProtocolID><ProtocolVersion>1.0</ProtocolVersion><DateTime>${this.time}</DateTime><DefaultLanguage>eng</DefaultLanguage>`;
      case 'OnlineDoor.GetOnlineStatusList':
        return `<OnlineDoorStatusList>${call.doors.map((door) => this.#standing(door)).join('')}</OnlineDoorStatusList>`;
      case 'SaltoDBDoorList.Read':
        return this.#doorPage(call.xml);
      case 'SaltoDBAuditTrail.Read':
        return this.#auditPage(call.xml);
      default:
        return call.name.startsWith('OnlineDoor.')
          ? `<OnlineDoorActionResultList>${call.doors.map((door) => this.#operate(call.name, door, otherDoor)).join('')}</OnlineDoorActionResultList>`
          : undefined;
    }
  }

  #doorCalled(called: string): PlayedDoor | undefined {
    return this.doors.get(called) ?? [...this.doors.values()].find(({ name }) => name === called);
  }

  #standing(called: string): string {
    const door = this.#doorCalled(called);
    if (door === undefined || this.offline.has(called)) return '';
    return `<OnlineDoorStatus><DoorID>${coded(called)}</DoorID><DoorType>0</DoorType><CommStatus>${door.comm}</CommStatus><DoorStatus>${door.status}</DoorStatus><BatteryStatus>0</BatteryStatus><TamperStatus>0</TamperStatus></OnlineDoorStatus>`;
  }

  #operate(operation: string, called: string, otherDoor: boolean): string {
    const door = this.#doorCalled(called);
    const errorCode = door === undefined ? 404 : door.errorCode;
    if (door !== undefined && errorCode === 0) act(door, operation);
    const named = otherDoor ? 'somebody else’s door' : called;
    return `<OnlineDoorActionResult><DoorID>${coded(named)}</DoorID><ErrorCode>${errorCode}</ErrorCode><ErrorMessage/></OnlineDoorActionResult>`;
  }

  #doorPage(xml: string): string {
    const count = Number(inner(xml, 'MaxCount'));
    const from = inner(xml, 'StartingFromExtDoorID');
    const ids = [...this.doors.keys()].sort();
    const start = from === undefined ? 0 : ids.indexOf(plain(from)) + 1;
    const page = ids.slice(start, start + count);
    const doors = page.map(
      (id) =>
        `<SaltoDBDoor><ExtDoorID>${coded(id)}</ExtDoorID><Name>${coded(this.doors.get(id)?.name ?? '')}</Name><Description/><OpenTime>6</OpenTime><OpenTimeADA>20</OpenTimeADA><OpeningMode>0</OpeningMode></SaltoDBDoor>`,
    );
    return `<SaltoDBDoorList>${doors.join('')}</SaltoDBDoorList><EOF>${start + count >= ids.length ? 1 : 0}</EOF>`;
  }

  #auditPage(xml: string): string {
    const asked = this.sendsAll ? Number.POSITIVE_INFINITY : Number(inner(xml, 'MaxCount'));
    const count = Math.min(asked, this.maxEvents);
    const from = BigInt(inner(xml, 'StartingFromEventID') ?? '0');
    const descending = inner(xml, 'DescendingOrder') === '1';
    const found = this.trail.filter(({ id }) => BigInt(id) >= from);
    if (descending) found.reverse();
    const events = found
      .slice(0, count)
      .map(
        ({ id, time, operation, door, exit = false, subject = '' }) =>
          `<SaltoDBAuditTrailEvent><EventID>${id}</EventID><EventDateTime>${time}</EventDateTime><Operation>${operation}</Operation><IsExit>${exit ? 1 : 0}</IsExit><DoorID>${coded(door)}</DoorID><SubjectType>0</SubjectType><SubjectID>${coded(subject)}</SubjectID></SaltoDBAuditTrailEvent>`,
      );
    return `<SaltoDBAuditTrail>${events.join('')}</SaltoDBAuditTrail><EOF>${found.length <= count ? 1 : 0}</EOF>`;
  }
}

function act(door: PlayedDoor, operation: string): void {
  switch (operation) {
    case 'OnlineDoor.Open':
      door.opened += 1;
      return;
    case 'OnlineDoor.StartOfficeMode':
      door.officeMode = true;
      return;
    case 'OnlineDoor.EndOfficeMode':
      door.officeMode = false;
      return;
    case 'OnlineDoor.EmergencyOpen':
      door.status = 4;
      return;
    case 'OnlineDoor.EmergencyClose':
      door.status = 5;
      return;
    case 'OnlineDoor.EndOfEmergency':
      door.status = 1;
      return;
    default:
  }
}
