/** Where an S3-compatible store is and who asks: from the environment, and from the files that the AWS programs keep. */
/** Nothing of it is ever printed, and nothing is guessed: what is not there is named. */

import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { World } from '../context.ts';
import { UsageError } from '../errors.ts';

export interface S3Settings {
  readonly bucket: string;
  /** Before each key: empty, or with a slash at its end. */
  readonly prefix: string;
  /** Without a slash at its end. */
  readonly endpoint: string;
  /** Address of the bucket there, without a slash at its end. */
  readonly root: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

type Section = Readonly<Record<string, string>>;

/** `place`: bucket, or bucket and prefix. `endpoint`: as typed; absent: the environment's, the profile's, Amazon's. Throws UsageError. */
export function readS3Settings(world: World, place: string, endpoint: string | undefined): S3Settings {
  const [bucket = '', ...rest] = place.split('/');
  if (!/^[a-z0-9A-Z][a-zA-Z0-9._-]{1,254}$/.test(bucket)) throw new UsageError(`"${bucket}" is no name of a bucket`);
  const prefix = rest.filter((part) => part !== '').map((part) => `${part}/`);
  if (prefix.some((part) => part === './' || part === '../'))
    throw new UsageError(`"${place}": a prefix has no points for a part`);
  const { env } = world;
  const profile = readProfile(world);
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? profile.region ?? 'us-east-1';
  if (!/^[a-z0-9-]{1,64}$/.test(region)) throw new UsageError(`"${region}" is no name of a region`);
  const named = endpoint ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL ?? profile.endpoint_url;
  const store = named === undefined ? amazon(region, bucket) : elsewhere(checkEndpoint(named), bucket);
  return { ...{ bucket, prefix: prefix.join(''), region }, ...store, ...credentialsOf(world, profile) };
}

type Store = Pick<S3Settings, 'endpoint' | 'root'>;

/** The bucket is a part of the host, as Amazon wants it; one with a point in its name has no certificate there and stays in the path. */
function amazon(region: string, bucket: string): Store {
  const host = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const endpoint = `https://${host}`;
  return { endpoint, root: /^[a-z0-9-]{3,63}$/.test(bucket) ? `https://${bucket}.${host}` : `${endpoint}/${bucket}` };
}

/** In the path, which every store knows, unless the host that was named begins with the bucket already. */
function elsewhere(endpoint: string, bucket: string): Store {
  const { hostname, pathname } = new URL(endpoint);
  const isNamed = pathname === '/' && isIP(hostname) === 0 && hostname.startsWith(`${bucket.toLowerCase()}.`);
  return { endpoint, root: isNamed ? endpoint : `${endpoint}/${bucket}` };
}

function checkEndpoint(endpoint: string): string {
  const url = URL.parse(endpoint);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password + url.search + url.hash !== '')
    throw new UsageError('the endpoint of a store is an http or https address without a user, a query or a fragment');
  return url.href.replace(/\/+$/, '');
}

function credentialsOf(
  { env }: World,
  profile: Section,
): Pick<S3Settings, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'> {
  const typed = env.AWS_ACCESS_KEY_ID !== undefined && env.AWS_SECRET_ACCESS_KEY !== undefined;
  const [accessKeyId, secretAccessKey, sessionToken] = typed
    ? [env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY, env.AWS_SESSION_TOKEN]
    : [profile.aws_access_key_id, profile.aws_secret_access_key, profile.aws_session_token];
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  throw new UsageError(
    `no key for the store: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile of ~/.aws/credentials that has them in AWS_PROFILE ("aws configure export-credentials --format env" makes them of any other login)`,
  );
}

/** What both files say of the profile, the file of credentials last. Throws UsageError for one that was named and is nowhere. */
function readProfile({ env, home }: World): Section {
  const name = env.AWS_PROFILE ?? env.AWS_DEFAULT_PROFILE ?? 'default';
  const config = readIni(env.AWS_CONFIG_FILE ?? join(home, '.aws', 'config'));
  const credentials = readIni(env.AWS_SHARED_CREDENTIALS_FILE ?? join(home, '.aws', 'credentials'));
  const found = [config.get(`profile ${name}`) ?? config.get(name), credentials.get(name)];
  if (found.every((section) => section === undefined) && name !== 'default')
    throw new UsageError(`the AWS files know no profile "${name}"`);
  return { ...found[0], ...found[1] };
}

/** Sections by name. Lines that are set in belong to a setting above and are none themselves. */
function readIni(file: string): ReadonlyMap<string, Section> {
  const sections = new Map<string, Record<string, string>>();
  if (!existsSync(file)) return sections;
  let open: Record<string, string> = {};
  for (const line of readFileSync(file, 'utf8').split(/\r?\n/)) {
    const section = /^\[\s*([^\]]*?)\s*\]/.exec(line)?.[1];
    if (section !== undefined) {
      open = sections.get(section) ?? Object.create(null);
      sections.set(section.replace(/\s+/g, ' '), open);
    }
    const [, key, value] = /^([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined && value !== '') open[key.toLowerCase()] = value;
  }
  return sections;
}
