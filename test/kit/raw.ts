import type { Socket } from 'node:net';

/** Writes texts one after the other, and resolves with all that came back when the connection ended. */
export function exchange(socket: Socket, texts: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = '';
    socket.on('data', (chunk) => (got += String(chunk)));
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
    void (async () => {
      for (const text of texts) {
        socket.write(text);
        await new Promise((next) => setTimeout(next, 50));
      }
    })();
  });
}
