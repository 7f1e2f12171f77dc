import { coded, said } from './errors.js';

/** No inflated part is larger than this many bytes; the engine's pack format says so. */
export const MAX_INFLATED = 8 << 20;

/** Inflates raw DEFLATE, never beyond {@link MAX_INFLATED}: a file of a few kilobytes could hold gigabytes of zeros. */
export async function inflate(file: string, deflated: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([deflated as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > MAX_INFLATED) break;
      chunks.push(value);
    }
  } catch (error) {
    throw coded('pack_checksum', `${file}: the part's bytes are damaged (${said(error)}): fetch it again`, error);
  }
  if (length > MAX_INFLATED) {
    // Inflating stops here, whether or not the stream can say that it has.
    reader.cancel().catch(() => {});
    throw coded('pack_value', `${file} inflates to more than ${MAX_INFLATED} bytes: rebuild the pack`);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
