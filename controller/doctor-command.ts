import { styleText } from 'node:util';
import { loadConfig } from '../config/load.ts';
import { configurationRefused } from './doctor/areas/configuration.ts';
import { judgePhone } from './doctor/areas/phone.ts';
import { judgeSalto } from './doctor/areas/salto.ts';
import { examine } from './doctor/examine.ts';
import type { Finding } from './doctor/finding.ts';
import { Progress } from './doctor/progress.ts';
import { readPhone } from './doctor/readers/phone.ts';
import { readSalto } from './doctor/readers/salto.ts';
import { exitCodes } from './exit-codes.ts';

/**
 * Says how this device stands and what to do about it, whether or not its controller runs. Changes nothing.
 * Ends with 0, with 1 where something has failed, and with 78 where the configuration cannot be read.
 */
export async function runDoctor(configFile: string, json: boolean): Promise<void> {
  const read = loadConfig(configFile);
  if (read.kind === 'refused') {
    return tell([configurationRefused(read.problem)], json, exitCodes.config);
  }
  const progress = new Progress(process.stderr);
  const findings = await examine(read.config, {
    watch: (subject, work) => progress.watch(subject, work),
  });
  progress.end();
  const failed = findings.some(({ level }) => level === 'fail');
  tell(findings, json, failed ? exitCodes.found : exitCodes.ok);
}

/**
 * Tries the line of a controller that does not run, with a test call where there is a number.
 * Ends like `runDoctor`.
 */
export async function runPhoneDoctor(
  configFile: string,
  { json, call }: { readonly json: boolean; readonly call?: string },
): Promise<void> {
  const read = loadConfig(configFile);
  if (read.kind === 'refused') {
    tell([configurationRefused(read.problem)], json, exitCodes.config);
    return;
  }
  const facts = await readPhone(read.config, call, (sentence) => void process.stderr.write(`${sentence}\n`));
  const findings = judgePhone(facts, read.config.file);
  tell(findings, json, findings.some(({ level }) => level === 'fail') ? exitCodes.found : exitCodes.ok);
}

/** Asks the SALTO server about itself and this device's doors; no door moves. Ends like `runDoctor`. */
export async function runSaltoDoctor(configFile: string, json: boolean): Promise<void> {
  const read = loadConfig(configFile);
  if (read.kind === 'refused') {
    tell([configurationRefused(read.problem)], json, exitCodes.config);
    return;
  }
  const progress = new Progress(process.stderr);
  const findings = judgeSalto(await progress.watch('SALTO server', readSalto(read.config)));
  progress.end();
  tell(findings, json, findings.some(({ level }) => level === 'fail') ? exitCodes.found : exitCodes.ok);
}

function tell(findings: readonly Finding[], json: boolean, exitCode: number): void {
  process.stdout.write(json ? `${JSON.stringify({ findings })}\n` : describe(findings));
  process.exitCode = exitCode;
}

const colours = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

function describe(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ code }) => code.length));
  const lines = findings.flatMap(({ level, code, what, wayOut }) => [
    `${styleText(colours[level], level.padEnd(4))}  ${code.padEnd(width)}  ${plain(what)}`,
    ...(wayOut === undefined ? [] : [`      way out: ${plain(wayOut)}`]),
  ]);
  const count = (level: Finding['level']): number => findings.filter((one) => one.level === level).length;
  const [fail, warn] = [count('fail'), count('warn')];
  return `${lines.join('\n')}\n\n${fail === 0 ? 'Nothing has failed' : `Failed: ${fail}`}; warnings: ${warn}.\n`;
}

/** File names and texts from elsewhere must not steer the terminal. */
const plain = (text: string): string => text.replaceAll(/\p{C}/gu, '');
