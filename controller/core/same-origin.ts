/**
 * Host and Origin, against DNS rebinding and cross-site requests (DESIGN section 9): a page of another site can
 * make the browser reach 127.0.0.1, but cannot make it send our Host and our Origin.
 */
export interface RequestSource {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

export type SourceRefusal = 'wrongHost' | 'wrongOrigin';

const names = ['127.0.0.1', 'localhost', '[::1]'];
const httpPort = 80;

/** The `host:port` forms under which a loopback server may be asked. Browsers leave out port 80. */
const ownHosts = (port: number): readonly string[] => [
  ...names.map((name) => `${name}:${port}`),
  ...(port === httpPort ? names : []),
];

/** Undefined when the request comes from the own page of the server on `port`, or (reads only) from no page at all. */
export function sourceRefusal(source: RequestSource, port: number): SourceRefusal | undefined {
  const hosts = ownHosts(port);
  const host = source.host?.toLowerCase();
  if (host === undefined || !hosts.includes(host)) return 'wrongHost';
  if (source.origin === undefined) return source.method === 'POST' ? 'wrongOrigin' : undefined;
  return source.origin.toLowerCase() === `http://${host}` ? undefined : 'wrongOrigin';
}
