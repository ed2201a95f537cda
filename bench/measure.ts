/** Runs a command and measures it: wall time, and the peak memory of every process that it starts. */
/** Linux only: memory is the high-water mark that the kernel keeps (VmHWM), read while the processes live. */

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Measured {
  readonly seconds: number;
  /** CPU seconds, user and system, of the command and all that it started and waited for. */
  readonly cpuSeconds: number;
  /** Largest resident size of one process, bytes, and its name. */
  readonly peakBytes: number;
  readonly peakProcess: string;
  /** The same for each program that ran, by name. */
  readonly peaks: ReadonlyMap<string, number>;
  readonly stdout: string;
}

/** Runs to the end; throws when it fails. `env`: of this process when absent. */
export async function measure(
  command: string,
  args: readonly string[],
  cwd: string,
  env?: NodeJS.ProcessEnv,
): Promise<Measured> {
  const started = performance.now();
  const child = spawn('bash', ['-c', TIMED, 'bash', command, ...args], {
    cwd,
    ...(env === undefined ? {} : { env }),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let times = '';
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    times += chunk.toString();
  });
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const peaks = new Map<string, number>();
  const look = () => {
    for (const pid of familyOf(child.pid ?? 0).slice(1)) {
      const seen = highWater(pid);
      if (seen !== undefined) peaks.set(seen.name, Math.max(seen.bytes, peaks.get(seen.name) ?? 0));
    }
  };
  // A mark never falls, so looking seldom misses nothing but processes that live shorter; looking often slows what is measured.
  const timer = setInterval(look, 200);
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
  clearInterval(timer);
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${stderr}`);
  const [peakProcess, peakBytes] = [...peaks].sort(([, a], [, b]) => b - a)[0] ?? ['', 0];
  return { seconds, cpuSeconds: cpuOf(times), peakBytes, peakProcess, peaks, stdout };
}

/** Runs its arguments and writes what they cost to descriptor 3, as the shell's `times` tells it. */
const TIMED = '"$@"; code=$?; times >&3; exit $code';

/** The second line of `times` is of the children: `1m2.345s 0m0.678s`. */
function cpuOf(times: string): number {
  const [, children = ''] = times.split('\n');
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0);
}

/** Bytes and number of all files below a folder. */
export function sizeOf(folder: string, skip?: string): { readonly bytes: number; readonly files: number } {
  let bytes = 0;
  let files = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === skip) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const inner = sizeOf(path, skip);
      bytes += inner.bytes;
      files += inner.files;
    } else if (entry.isFile()) {
      bytes += statSync(path).size;
      files++;
    }
  }
  return { bytes, files };
}

function familyOf(pid: number): number[] {
  const children = readProc(`/proc/${pid}/task/${pid}/children`);
  // Threads other than the first may have started processes too.
  const byThread = children === undefined ? '' : readThreads(pid);
  return [pid, ...byThread.split(' ').filter(Boolean).map(Number).flatMap(familyOf)];
}

function readThreads(pid: number): string {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .map((thread) => readProc(`/proc/${pid}/task/${thread}/children`) ?? '')
      .join(' ');
  } catch {
    return ''; // The process has ended meanwhile.
  }
}

function highWater(pid: number): { bytes: number; name: string } | undefined {
  const status = readProc(`/proc/${pid}/status`);
  const kib = status === undefined ? null : /^VmHWM:\s+(\d+) kB/m.exec(status);
  return kib === null ? undefined : { bytes: Number(kib[1]) * 1024, name: nameOf(status ?? '') };
}

/** Node calls its first thread so, and the kernel shows a process by that. */
function nameOf(status: string): string {
  const name = /^Name:\s+(.+)/m.exec(status)?.[1] ?? '?';
  return name === 'MainThread' ? 'node' : name;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // The process has ended meanwhile.
  }
}
