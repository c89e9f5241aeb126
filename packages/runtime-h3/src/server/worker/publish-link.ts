import type { PublishLink } from '../../app/options.ts';
import type { Logger } from '../../types/context.ts';
import { Backlog } from '../channel/backlog.ts';
import { isMessage, type PublishMessage } from '../channel/messages.ts';

/** From this worker to the others by the supervisor, and back. */
export function createPublishLink(logger: Logger): PublishLink {
  const backlog = new Backlog();
  return {
    publish({ topic, data }) {
      if (!process.connected) return;
      const message: PublishMessage =
        typeof data === 'string'
          ? { gati: 'publish', topic, data }
          : { gati: 'publish', topic, data: toBase64(data), bytes: true };
      const sent = backlog.send(message, (written) =>
        process.send!(message, undefined, undefined, written),
      );
      if (sent === 'sent' || sent === 'behind') return;
      const why = sent === 'large' ? 'it is too large' : 'the supervisor reads too slowly';
      logger.error(`a published message does not reach other workers: ${why}`, {
        code: 'GATI_PUBLISH_LOST',
        topic,
        size: data.length,
      });
    },
    receive(deliver) {
      process.on('message', (message) => {
        if (!isMessage(message) || message.gati !== 'publish') return;
        const { topic, data, bytes } = message as PublishMessage;
        deliver({ topic, data: bytes ? Buffer.from(data, 'base64') : data });
      });
    },
  };
}

function toBase64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
