// Times and sizes as people read them.

/** As "3.2 ms". */
export function timeText(milliseconds: number): string {
  // Browsers round their clock to 0.1 ms or more.
  return milliseconds < 0.1 ? "under 0.1 ms" : `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}

/** As "49.3 kB". */
export function bytesText(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}
