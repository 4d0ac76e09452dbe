import { phoneContract } from '../../support/phone-contract.ts';
import { SipPeer } from '../../support/sip-peer.ts';
import { sipFolder, sipPhone, sipSetup } from '../../support/sip-site.ts';

const statuses = {
  rings: [180, 'Ringing'],
  busy: [486, 'Busy Here'],
  unavailable: [480, 'Temporarily Unavailable'],
  unknownNumber: [404, 'Not Found'],
  failed: [503, 'Service Unavailable'],
} as const;

phoneContract('the SIP phone', async () => {
  const peer = await SipPeer.start();
  const folder = sipFolder();
  return {
    phone: sipPhone(folder, await sipSetup(folder, peer.port)),
    farEnd: {
      async prepare(meets) {
        peer.onInvite = () => {
          if (meets === 'silent') return;
          const [status, reason] = statuses[meets];
          peer.reply(status, reason);
        };
      },
      async answer() {
        peer.answer();
      },
      async decline() {
        peer.reply(603, 'Decline');
      },
      async press(digit) {
        peer.press(digit);
      },
      async hangUp() {
        peer.hangUp();
      },
    },
    async close() {
      await peer[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
});
