import { readFileSync } from 'node:fs';

/** The example's configuration on other ports than its own, which another program of this machine may have. */
export const exampleConfig = ({
  port,
  phonePort,
}: {
  readonly port: number;
  readonly phonePort: number;
}): string =>
  readFileSync('config/examples/vestibule.yaml', 'utf8')
    .replace('port: 8080', `port: ${port}`)
    .replace('port: 8090', `port: ${phonePort}`);
