/** How a measured command stands in a table: time, CPU, and the peak memory of each program that it ran. */
/** One spelling for all parts of the benchmark. */

import type { Measured } from './measure.ts';

export function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

/** `peak 310 MB (node), 88 MB (pagefind); 5.3 s of CPU` */
export function costOf({ peaks, cpuSeconds }: Measured): string {
  const each = [...peaks].sort(([, a], [, b]) => b - a).map(([name, bytes]) => `${megabytes(bytes)} (${name})`);
  return `peak ${each.join(', ')}; ${cpuSeconds.toFixed(1)} s of CPU`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
