import { type BrokerFault, brokerFaultIn } from '../../../sync/links/mqtt-problem.ts';
import type { BrokerProbe } from '../../../sync/links/probe-broker.ts';
import type { ControllerStatus } from '../../ports/lobby.ts';
import { type Finding, finderOf } from '../finding.ts';

const sentence = '{problem}';

export const linkKinds = {
  linkInSession: { level: 'ok', says: 'The link is in session with the head-end.' },
  brokerAccepts: {
    level: 'ok',
    says: 'The broker at {broker} takes this device and its subscription.',
  },
  brokerReachable: {
    level: 'ok',
    says: 'The broker at {broker} can be reached. Whether it takes this device was not tried: a controller may be connected by that name.',
  },
  headEndSilent: {
    level: 'fail',
    says: 'The link is connected, no session yet: the broker is well, and the head-end does not answer.',
    wayOut:
      'See that "vestibule-headend run" serves this broker and knows this device ("vestibule-headend devices"), and that the broker\'s access list lets the two talk.',
  },
  linkDown: {
    level: 'fail',
    says: 'The link is down: {problem}',
    wayOut:
      'Doors go on working offline. Look at the log of the controller and of the broker for the reason.',
  },
  brokerUnresolved: {
    level: 'fail',
    says: sentence,
    means: 'No address was found for the name of the broker.',
    wayOut:
      'Compare the name in identity/device.json with the head-end\'s; try "getent hosts NAME"; see to /etc/resolv.conf, or give the name an address in /etc/hosts.',
  },
  brokerRefuses: {
    level: 'fail',
    says: sentence,
    means: 'The machine is there, and nothing listens on that port.',
    wayOut: 'Start the broker, or correct the port in identity/device.json; a firewall may refuse, too.',
  },
  brokerUnreachable: {
    level: 'fail',
    says: sentence,
    means: 'No answer from that address, or no route to it.',
    wayOut:
      'See to the cable and its lights, the address and gateway of this machine (ip addr, ip route), and firewalls.',
  },
  brokerSilent: {
    level: 'fail',
    says: sentence,
    means: 'Something accepts connections there, and then does not answer as a broker does.',
    wayOut:
      'See whether the broker hangs or is overloaded, and whether that port really is its MQTT port (mqtts: usually 8883).',
  },
  brokerCertificateExpired: {
    level: 'fail',
    says: sentence,
    means: "The certificate of the broker is past its end, by this machine's clock.",
    wayOut:
      'Renew the certificate at the broker. If it is not past its end, the clock of this machine is wrong.',
  },
  brokerCertificateNotYetValid: {
    level: 'fail',
    says: sentence,
    means: "The certificate of the broker begins later, by this machine's clock.",
    wayOut: 'Set the clock of this machine ("timedatectl"); then look at the certificate of the broker.',
  },
  brokerCertificateForOtherName: {
    level: 'fail',
    says: sentence,
    means: 'The certificate of the broker does not name the host that this device was told.',
    wayOut:
      'Name the broker in identity/device.json as its certificate does, or give the broker a certificate with that name.',
  },
  brokerCertificateOfOtherCa: {
    level: 'fail',
    says: sentence,
    means: 'The certificate of the broker was not issued by the CA in ca.crt. Somebody may be in between.',
    wayOut:
      'If the broker has a new CA, bring its ca.crt from the head-end. Do not, if nobody there knows of it.',
  },
  brokerRefusesExpired: {
    level: 'fail',
    says: sentence,
    means: "The broker ended TLS: by the broker's clock the certificate of this device is past its end.",
    wayOut:
      'Let the head-end serve enrolment ("vestibule-headend run --enrolment"): the device then renews its certificate within an hour. If it is not past its end, the clock of the broker is wrong.',
  },
  brokerRefusesRevoked: {
    level: 'fail',
    says: sentence,
    means: 'The broker ended TLS: the certificate of this device is on its revocation list.',
    wayOut:
      'Ask at the head-end why it was taken out ("vestibule-headend devices"). If it is to come back: "vestibule provision --replace".',
  },
  brokerRefusesCertificate: {
    level: 'fail',
    says: sentence,
    means:
      'The broker ended TLS over the certificate of this device: of another CA, none, or for a reason that it does not say.',
    wayOut:
      'See the findings on device.crt here; at the broker, its CA file, its revocation list and its clock.',
  },
  brokerTlsFails: {
    level: 'fail',
    says: sentence,
    means: 'The two do not come to speak TLS with each other.',
    wayOut:
      'Usually an mqtts:// address with the port of plain MQTT (1883 instead of 8883). The broker must offer TLS 1.2 or newer.',
  },
  brokerRefusesProtocol: {
    level: 'fail',
    says: sentence,
    means: 'CONNACK 1: the broker does not speak MQTT 3.1.1.',
    wayOut: 'Turn MQTT 3.1.1 on at the broker.',
  },
  brokerRefusesClientId: {
    level: 'fail',
    says: sentence,
    means: 'CONNACK 2: the broker does not accept the id of this device as a client id.',
    wayOut:
      'Let the broker accept client ids of up to 64 characters, equal to the common name of the certificate.',
  },
  brokerNotAvailable: {
    level: 'fail',
    says: sentence,
    means: 'CONNACK 3: the broker is there and takes nobody now.',
    wayOut: 'Look at the log of the broker: it starts, is overloaded, or lacks something that it needs.',
  },
  brokerRefusesPassword: {
    level: 'fail',
    says: sentence,
    means: 'CONNACK 4: the broker wants another user name or a password.',
    wayOut:
      'Devices prove themselves by their certificate: let the broker take its common name as the user name (Mosquitto: use_username_as_clientid, require_certificate).',
  },
  brokerDoesNotAuthorize: {
    level: 'fail',
    says: sentence,
    means: 'CONNACK 5: the broker does not let this device in. Mosquitto also says so of wrong passwords.',
    wayOut: 'Add the device to the users and to the access list of the broker, under its id.',
  },
  brokerRefusesOtherwise: {
    level: 'fail',
    says: sentence,
    means: 'The broker refuses with a number that MQTT 3.1.1 does not define.',
    wayOut: 'Look at the log of the broker.',
  },
  brokerRefusesSubscription: {
    level: 'fail',
    says: sentence,
    means: 'The broker lets this device in, and does not let it hear its own messages.',
    wayOut:
      'Let the access list of the broker have the device read vestibule/v1/ID/down/# and write vestibule/v1/ID/up/#.',
  },
  brokerLost: {
    level: 'fail',
    says: sentence,
    means: 'The connection broke off before the broker had answered.',
    wayOut: 'Look at the log of the broker; a firewall or proxy in between may end such connections.',
  },
} as const;

const codes = {
  unresolved: 'brokerUnresolved',
  refused: 'brokerRefuses',
  unreachable: 'brokerUnreachable',
  silent: 'brokerSilent',
  certificateExpired: 'brokerCertificateExpired',
  certificateNotYetValid: 'brokerCertificateNotYetValid',
  certificateForOtherName: 'brokerCertificateForOtherName',
  certificateOfOtherCa: 'brokerCertificateOfOtherCa',
  ourCertificateExpired: 'brokerRefusesExpired',
  ourCertificateRevoked: 'brokerRefusesRevoked',
  ourCertificateRefused: 'brokerRefusesCertificate',
  noTls: 'brokerTlsFails',
  wrongProtocol: 'brokerRefusesProtocol',
  clientIdRefused: 'brokerRefusesClientId',
  notAvailable: 'brokerNotAvailable',
  badCredentials: 'brokerRefusesPassword',
  notAuthorized: 'brokerDoesNotAuthorize',
  refusedOtherwise: 'brokerRefusesOtherwise',
  subscriptionRefused: 'brokerRefusesSubscription',
  lost: 'brokerLost',
  lostUntold: 'brokerLost',
} as const satisfies Readonly<Record<BrokerFault, keyof typeof linkKinds>>;

export type LinkFacts =
  /** As the running controller says. */
  | { readonly kind: 'running'; readonly link: ControllerStatus['link'] }
  | { readonly kind: 'probed'; readonly probe: BrokerProbe }
  /** There is no identity to ask with. */
  | { readonly kind: 'notProbed' };

const found = finderOf(linkKinds);

export function judgeLink(facts: LinkFacts): readonly Finding[] {
  switch (facts.kind) {
    case 'running':
      return [judgeRunning(facts.link)];
    case 'probed':
      return [judgeProbe(facts.probe)];
    case 'notProbed':
      return [];
    default:
      return facts satisfies never;
  }
}

function judgeRunning({ connected, session, problem }: ControllerStatus['link']): Finding {
  if (session) return found('linkInSession', {});
  if (connected) return found('headEndSilent', {});
  if (problem === undefined) return found('linkDown', { problem: 'it has not connected yet.' });
  const fault = brokerFaultIn(problem);
  return fault === undefined ? found('linkDown', { problem }) : found(codes[fault], { problem });
}

function judgeProbe(probe: BrokerProbe): Finding {
  switch (probe.kind) {
    case 'accepted':
      return found('brokerAccepts', probe);
    case 'reachable':
      return found('brokerReachable', probe);
    case 'fault':
      return found(codes[probe.fault], { problem: probe.problem });
    default:
      return probe satisfies never;
  }
}
