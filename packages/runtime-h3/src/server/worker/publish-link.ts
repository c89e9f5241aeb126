import type { PublishLink } from '../../app/options.ts';
import type { LimitCounts } from '../../telemetry/record/limit-counts.ts';
import type { Logger } from '../../types/context.ts';
import { Backlog } from '../channel/backlog.ts';
import { isMessage, type PublishMessage } from '../channel/messages.ts';

/** Creates the link that sends published messages to the other workers, through the supervisor. */
export function createPublishLink(
  logger: Logger,
  limit: number,
  limitCounts: LimitCounts,
): PublishLink {
  const backlog = new Backlog(limit);
  return {
    publish({ topic, data }) {
      if (!process.connected) return;
      const message: PublishMessage =
        typeof data === 'string'
          ? { gati: 'publish', topic, data }
          : { gati: 'publish', topic, data: toBase64(data), bytes: true };
      const result = backlog.send(message, (written) =>
        process.send!(message, undefined, undefined, written),
      );
      if (result === 'sent') return;
      limitCounts.add('publishQueue');
      // Only the first of several lost messages is logged.
      if (result === 'behind') return;
      const reason = result === 'large' ? 'it is too large' : 'the supervisor reads too slowly';
      logger.error(`a published message does not reach other workers: ${reason}`, {
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
