import { dirname, join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { ControllerConfig } from '../config/load.ts';
import { SimulatedPhone } from '../drivers/sim/phone/simulated-phone.ts';
import { readAudioSink, readAudioSource } from '../drivers/sip/audio-setup.ts';
import { SipPhone } from '../drivers/sip/sip-phone.ts';
import type { SipSetup } from '../drivers/sip/sip-setup.ts';
import type { TimeSource } from './app/system-clock.ts';
import type { Timers } from './ports/clock.ts';
import type { Phone } from './ports/phone.ts';

export type SipPhoneConfig = Extract<NonNullable<ControllerConfig['phone']>, { hardware: 'sip' }>;

/** The SIP driver's view of the configuration; paths are relative to its file. */
export function sipSetupOf(phone: SipPhoneConfig, configFile: string): SipSetup {
  const path = (name: string): string => resolve(dirname(configFile), name);
  const { user, domain, authUser, passwordFile, registerEvery, outboundProxy, caFile } = phone;
  const microphone = readAudioSource(phone.microphone);
  return {
    program: phone.engine,
    modules: phone.engineModules,
    user,
    domain,
    displayName: phone.displayName,
    transport: phone.transport,
    ...(passwordFile === undefined
      ? {}
      : { login: { user: authUser ?? user, passwordFile: path(passwordFile) } }),
    ...(registerEvery === undefined ? {} : { registerEveryMs: registerEvery }),
    unregisteredAlarmAfterMs: phone.unregisteredAlarmAfter,
    ...(outboundProxy === undefined ? {} : { outboundProxy }),
    ...(caFile === undefined ? {} : { caFile: path(caFile) }),
    dial: phone.dial.replaceAll('{domain}', domain),
    listen: phone.listen,
    ...(phone.interface === undefined ? {} : { interface: phone.interface }),
    srtp: phone.srtp,
    microphone: microphone.kind === 'file' ? { ...microphone, path: path(microphone.path) } : microphone,
    speaker: readAudioSink(phone.speaker),
  };
}

interface PhoneNeeds {
  readonly timers: Timers;
  readonly time: TimeSource;
  readonly log: Logger;
}

/** Every kind of phone that a configuration may name. */
export function phoneOf(
  { file, stateDir }: ControllerConfig,
  phone: NonNullable<ControllerConfig['phone']>,
  { timers, time, log }: PhoneNeeds,
): Phone {
  switch (phone.hardware) {
    case 'simulated':
      return new SimulatedPhone({ port: phone.port, log });
    case 'sip':
      return new SipPhone({
        setup: sipSetupOf(phone, file),
        folder: join(stateDir, 'phone'),
        timers,
        now: () => time.monotonicMs(),
      });
    default:
      return phone satisfies never;
  }
}
