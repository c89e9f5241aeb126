/**
 * Reads all chunks of a body.
 *
 * @param most bytes of the body at most
 * @param tooLarge creates the error for a larger one
 */
export async function readBytes(
  chunks: AsyncIterable<Uint8Array>,
  most: number,
  tooLarge: () => Error,
): Promise<Buffer> {
  const read: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > most) throw tooLarge();
    read.push(chunk);
  }
  return Buffer.concat(read);
}
