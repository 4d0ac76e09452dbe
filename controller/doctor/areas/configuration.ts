import { type Finding, finderOf } from '../finding.ts';

export const configurationKinds = {
  configurationGood: { level: 'ok', says: '{file} is good; doors: {doors}.' },
  configurationRefused: {
    level: 'fail',
    says: '{problem}',
    means:
      'The configuration cannot be read, or something in it is wrong; the sentence says where and what. Nothing else was looked at.',
    wayOut: 'Correct the file (docs/configuration.md has every key), then run "vestibule config check".',
  },
  configurationWritable: {
    level: 'fail',
    says: 'Every user of this machine may change {file}, and so which relay opens which door.',
    wayOut: 'Run: chmod o-w {file}',
  },
  doorsSimulated: {
    level: 'warn',
    says: '{doors}: simulated, no real door.',
    wayOut: 'Good for a trial. For real doors, name their hardware under "doors" in {file}.',
  },
  phoneSimulated: {
    level: 'warn',
    says: 'The phone is simulated: no real call is made.',
    wayOut:
      'Good for a trial. In a building, name a real phone under "phone" in {file}, or take "phone" out.',
  },
} as const;

export interface ConfigurationFacts {
  readonly file: string;
  readonly doors: readonly { readonly id: string; readonly simulated: boolean }[];
  readonly phone: 'none' | 'simulated' | 'real';
  /** Permission bits. */
  readonly mode: number;
}

const found = finderOf(configurationKinds);

export const configurationRefused = (problem: string): Finding => found('configurationRefused', { problem });

export function judgeConfiguration({ file, doors, phone, mode }: ConfigurationFacts): readonly Finding[] {
  const simulated = doors.flatMap(({ id, simulated }) => (simulated ? [id] : []));
  return [
    found('configurationGood', { file, doors: doors.map(({ id }) => id).join(', ') }),
    ...((mode & 0o002) === 0 ? [] : [found('configurationWritable', { file })]),
    ...(simulated.length === 0 ? [] : [found('doorsSimulated', { doors: simulated.join(', '), file })]),
    ...(phone === 'simulated' ? [found('phoneSimulated', { file })] : []),
  ];
}
