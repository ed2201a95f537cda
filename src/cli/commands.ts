/** The table of commands: everything that `--help` says, and which file does the work. */
/** A new command is one row here and one file in commands/. The file is loaded only when its command runs. */

import { reasonNames } from '../model/withdrawal.ts';
import type { Command } from './command.ts';

export const commands: readonly Command[] = [
  {
    name: 'press',
    summary: 'ingest, build, and say where the site is (the default)',
    args: [],
    options: [],
    examples: ['turnpress', 'turnpress --archive ~/turns/archive --output ~/turns/_private'],
    load: () => import('./commands/press.ts'),
  },
  {
    name: 'init',
    summary: 'make a folder with a new archive, ready for git and a static host',
    args: [{ usage: '[folder]', says: 'where; default: here' }],
    options: [
      { flags: '--origin <name>', says: 'first part of the log origins, like example.org/turns; it stays for ever' },
      { flags: '--title <text>', says: 'title of the site' },
      { flags: '--url <url>', says: 'where the site will stand' },
    ],
    examples: ['turnpress init my-turns --url https://turns.example.org/'],
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'ingest',
    summary: 'read agents’ sessions into the archive',
    args: [
      { usage: '[path...]', says: 'session files or folders; default: where the agents on this machine keep them' },
    ],
    options: [
      { flags: '--dry-run', says: 'say what would be read, write nothing' },
      { flags: '--settle', says: 'take an unfinished last message as it stands' },
      { flags: '--workers <n>', says: 'threads beside the main one; default: by the amount of work' },
    ],
    examples: [
      'turnpress ingest',
      'turnpress ingest ~/.claude/projects --dry-run',
      'turnpress ingest session.jsonl --json',
    ],
    load: () => import('./commands/ingest.ts'),
  },
  {
    name: 'build',
    summary: 'write the website of the archive: the private one into _private/, the public one into _site/',
    args: [],
    options: [
      { flags: '--public', says: 'only what was published and site.json still makes public' },
      {
        flags: '--check',
        says: 'compare every file of the site with what was written, and make again what is gone or changed',
      },
    ],
    examples: ['turnpress build', 'turnpress build --public'],
    load: () => import('./commands/build.ts'),
  },
  {
    name: 'publish',
    summary: 'publish what the rules make public: sign it into the archive log and build the public site',
    args: [],
    options: [
      { flags: '--dry-run', says: 'say what would go out, by conversation, and what stays in and why; change nothing' },
      { flags: '--yes', says: 'publish new conversations without asking' },
      { flags: '--unsigned', says: 'without a key; only where none has signed yet' },
      { flags: '--rotate-key', says: 'a new key takes over, and the old one signs for it' },
      {
        flags: '--to <where>',
        says: 'hand the site over: a folder, git:<branch>, git:<remote>/<branch>, s3://<bucket>/<prefix>, or netlify',
      },
      {
        flags: '--endpoint <url>',
        says: 'with s3://: the store’s address; default: AWS_ENDPOINT_URL, that of the AWS profile, or Amazon',
      },
    ],
    examples: [
      'turnpress publish --dry-run',
      'turnpress publish',
      'turnpress publish --yes --to git:origin/pages',
      'turnpress publish --yes --to s3://my-bucket --endpoint https://s3.example.org',
    ],
    load: () => import('./commands/publish.ts'),
  },
  {
    name: 'unpublish',
    summary: 'withdraw conversations from what is published; everybody who follows the archive is told',
    args: [{ usage: '<id...>', says: 'first digits (4 or more) of each conversation' }],
    options: [{ flags: '--unsigned', says: 'without a key; only where none has signed yet' }],
    examples: ['turnpress unpublish 3f9a12c4'],
    load: () => import('./commands/unpublish.ts'),
  },
  {
    name: 'serve',
    summary: 'look at the built site, on this machine only',
    args: [],
    options: [
      { flags: '--port <number>', says: 'default: 8080; 0 takes a free one' },
      { flags: '--public', says: 'the public site; without it the private one, where there is one' },
    ],
    examples: ['turnpress serve', 'turnpress serve --public', 'turnpress serve --port 0'],
    load: () => import('./commands/serve.ts'),
  },
  {
    name: 'search',
    summary: 'full-text search over the whole archive, offline',
    args: [{ usage: '<words...>', says: 'all must occur; "a phrase" in quotes; word* for a beginning' }],
    options: [
      { flags: '--agent <id>', says: 'claude-code, codex, …' },
      { flags: '--project <name>', says: 'only this project' },
      { flags: '--model <name>', says: 'only this model' },
      { flags: '--role <role>', says: 'user, assistant, tool or system' },
      { flags: '--tag <tag>', says: 'only conversations with this tag' },
      { flags: '--since <date>', says: '2026-01-31, inclusive' },
      { flags: '--until <date>', says: '2026-01-31, inclusive' },
      { flags: '--everywhere', says: 'also in the copies of other archives, and in what the feeds brought' },
      { flags: '--limit <n>', says: 'default: 20' },
    ],
    examples: [
      'turnpress search race condition',
      `turnpress search '"exit code 1"' --role tool --since 2026-01-01`,
      'turnpress search race condition --everywhere',
    ],
    load: () => import('./commands/search.ts'),
  },
  {
    name: 'show',
    summary: 'read a turn or a conversation in the terminal',
    args: [{ usage: '<id>', says: 'first digits (4 or more) of a turn or conversation' }],
    options: [
      { flags: '--branch <name>', says: 'another branch of the conversation; default: main' },
      { flags: '--full', says: 'everything, as it stands' },
    ],
    examples: ['turnpress show 3f9a12c4', 'turnpress show 3f9a12c4 --branch b-0c1d2e3f --full'],
    load: () => import('./commands/show.ts'),
  },
  {
    name: 'log',
    summary: 'list conversations, or the turns of one',
    args: [{ usage: '[conversation]', says: 'first digits of its id; default: list all' }],
    options: [
      { flags: '--agent <id>', says: 'only this agent' },
      { flags: '--project <name>', says: 'only this project' },
      { flags: '--branch <name>', says: 'with a conversation: another branch; default: main' },
      { flags: '--limit <n>', says: 'newest so many; default: 50, 0 for all' },
    ],
    examples: ['turnpress log', 'turnpress log 3f9a12c4', 'turnpress log --project my-app --json'],
    load: () => import('./commands/log.ts'),
  },
  {
    name: 'verify',
    summary: 'recompute every hash of the archive from its bytes',
    args: [{ usage: '[conversation...]', says: 'only these' }],
    options: [
      { flags: '--sample <percent>', says: 'only a share, least recently verified first' },
      { flags: '--max-duration <seconds>', says: 'stop after so long, least recently verified first' },
      { flags: '--deep <address>', says: 'instead, hold what was published against what a site or mirror shows of it' },
      { flags: '--bytes', says: 'with --deep: fetch and hash every record, payload and blob, too' },
      { flags: '--allow-host <hosts>', says: 'with --deep: these may have private addresses' },
      {
        flags: '--rebuild-index',
        says: 'drop the index and build it anew before; what it knew and is not there stays damage',
      },
      {
        flags: '--accept-loss',
        says: 'with --rebuild-index: what is not there is known to be lost, and is said no more',
      },
    ],
    examples: [
      'turnpress verify',
      'turnpress verify --max-duration 60',
      'turnpress verify --deep https://mirror.example.net/ --bytes',
    ],
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'repair',
    summary: 'put damaged and missing bytes back, by hash, from a backup, a pulled copy or the published replica',
    args: [{ usage: '[conversation...]', says: 'only these' }],
    options: [
      {
        flags: '--from <places>',
        says: 'folders or addresses, with commas; else pulled copies, and the url of content/site.json',
      },
      { flags: '--dry-run', says: 'look and ask, and put nothing back' },
      { flags: '--allow-host <hosts>', says: 'these may have private addresses' },
    ],
    examples: ['turnpress repair --from /media/backup/archive', 'turnpress repair --from https://turns.example.org/'],
    load: () => import('./commands/repair.ts'),
  },
  {
    name: 'withdraw',
    summary: 'take the content of a turn, and the title and other meta that say it, back for ever',
    args: [{ usage: '<id>', says: 'first 16 digits of the turn, or of the conversation; fewer only where it can ask' }],
    options: [
      { flags: '--reason <why>', says: `${reasonNames()}; stands in the archive for ever` },
      { flags: '--meta', says: 'take back the conversation’s title, project, tags and all other meta, and no turn' },
      {
        flags: '--words <text>',
        says: 'what has to go, where it is less than the turn: finds titles, names and turns with it',
      },
      { flags: '--everywhere', says: 'the same words in other turns and conversations, too' },
      { flags: '--sources', says: 'the agents’ own files that are kept in archive/private/sources, too' },
      { flags: '--yes', says: 'do not ask' },
    ],
    examples: [
      'turnpress withdraw 3f9a12c4d5e6f708 --reason secret',
      "turnpress withdraw 3f9a12c4d5e6f708 --reason personal --words 'Jane Roe' --everywhere --sources",
      'turnpress withdraw 80eea95d73fba9ad --meta --reason personal',
    ],
    load: () => import('./commands/withdraw.ts'),
  },
  {
    name: 'subscribe',
    summary: 'follow a turnpress archive (its turns are pulled and verified) or any feed',
    args: [{ usage: '<address>', says: 'of a site, a page, a feed or a replica; or an OPML file with many feeds' }],
    options: [
      { flags: '--folder <name>', says: 'where it stands in content/subscriptions.opml' },
      { flags: '--title <text>', says: 'what you call it' },
      { flags: '--name <name>', says: 'of the copy in archive/private/replicas/; default: the host' },
      { flags: '--key <verifier key>', says: 'the key that its owner told you; any other is refused' },
      {
        flags: '--mirror <addresses>',
        says: 'other sites that hold the same archive, with commas; kept with the subscription',
      },
      {
        flags: '--allow-host <hosts>',
        says: 'these may have private addresses, as in 127.0.0.1:8080; kept with the subscription',
      },
      { flags: '--feed', says: 'follow the feed also where turns could be pulled' },
      { flags: '--private', says: 'it is never shown on the site, whatever site.json shows of what you follow' },
      { flags: '--remove', says: 'follow that feed no more; what was pulled and read stays' },
    ],
    examples: [
      'turnpress subscribe https://turns.example.org/',
      'turnpress subscribe https://blog.example.org/ --folder News',
      'turnpress subscribe their-feeds.opml',
    ],
    load: () => import('./commands/subscribe.ts'),
  },
  {
    name: 'pull',
    summary: 'bring what is new of all that is followed: turns, verified, and entries of feeds',
    args: [{ usage: '[name...]', says: 'only these: part of a name, title or address' }],
    options: [
      { flags: '--all', says: 'ask feeds whose time has not come, too' },
      {
        flags: '--key <verifier key>',
        says: 'a new key that its owner told you, where the old one did not sign for it',
      },
      { flags: '--allow-host <hosts>', says: 'these may have private addresses from now on' },
    ],
    examples: ['turnpress pull', 'turnpress pull turns.example.org', 'turnpress pull --all --json'],
    load: () => import('./commands/pull.ts'),
  },
  {
    name: 'read',
    summary: 'read what the feeds brought',
    args: [{ usage: '[number]', says: 'an entry of the list; it counts as read then' }],
    options: [
      { flags: '--all', says: 'what was read already, too' },
      { flags: '--starred', says: 'only what is starred' },
      { flags: '--feed <name>', says: 'only this feed: part of its title or address' },
      { flags: '--search <words>', says: 'all must occur' },
      { flags: '--limit <n>', says: 'default: 30' },
      { flags: '--star', says: 'star the entry' },
      { flags: '--unstar', says: 'and take the star back' },
      { flags: '--unread', says: 'the entry counts as unread again' },
      { flags: '--done', says: 'everything that is listed counts as read' },
      { flags: '--feeds', says: 'how each feed does: last answer, last error, next time, bytes' },
      { flags: '--export <file>', says: 'write what was read and starred, for another machine' },
      { flags: '--import <file>', says: 'merge such a file: of each entry the later choice stands' },
    ],
    examples: [
      'turnpress read',
      'turnpress read 12',
      'turnpress read --search "content addressed"',
      'turnpress read --feeds',
    ],
    load: () => import('./commands/read.ts'),
  },
  {
    name: 'proof',
    summary: 'write the proof that a turn was published, or check such a file without any archive',
    args: [
      {
        usage: '[turn]',
        says: 'first digits (4 or more) of a turn here, or its address on any site; --output names the file, default: stdout',
      },
    ],
    options: [
      { flags: '--check <file>', says: 'say what the proof in this file shows, and what it does not' },
      { flags: '--key <verifier key>', says: 'with --check or an address: the key that must have signed' },
      { flags: '--allow-host <hosts>', says: 'these may have private addresses, as in 127.0.0.1:8080' },
    ],
    examples: [
      'turnpress proof 3f9a12c4 --output said.proof',
      'turnpress proof https://turns.example.org/c/3f9a12c4d5e6f708/#t-3f9a12c4d5e6f708 > said.proof',
      'turnpress proof --check said.proof',
      'turnpress proof 3f9a12c4 --archive archive/private/replicas/turns.example.org > said.proof',
    ],
    load: () => import('./commands/proof.ts'),
  },
  {
    name: 'check',
    summary: 'check that a page of any turnpress site shows the turns that were published, as they were said',
    args: [{ usage: '<address>', says: 'of a conversation’s page, or of a turn' }],
    options: [
      { flags: '--key <verifier key>', says: 'the key that its owner told you; any other is refused' },
      { flags: '--allow-host <hosts>', says: 'these may have private addresses, as in 127.0.0.1:8080' },
    ],
    examples: [
      'turnpress check https://turns.example.org/c/3f9a12c4d5e6f708/',
      'turnpress check https://turns.example.org/t/#3f9a12c4d5e6f708',
    ],
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'stats',
    summary: 'what was done and what it took: tokens, tools, models, hours, longest conversations',
    args: [],
    options: [
      { flags: '--project <name>', says: 'of this project only' },
      { flags: '--limit <n>', says: 'rows of each list; default 10, 0 for all' },
    ],
    examples: ['turnpress stats', 'turnpress stats --project my-app --json'],
    load: () => import('./commands/site/stats.ts'),
  },
  {
    name: 'note',
    summary:
      'write about a conversation or a turn: its title, tags and summary, text beside it, an entry of the link blog',
    args: [{ usage: '<id>', says: 'first digits of a conversation or a turn' }],
    options: [{ flags: '--blog <name>', says: 'an entry of the link blog of this name that points at it' }],
    examples: ['turnpress note 20428ddfa5ed5917', 'turnpress note f228cbb0138418ab --blog how-the-clock-was-mended'],
    load: () => import('./commands/site/note.ts'),
  },
  {
    name: 'doctor',
    summary: 'check this machine, the archive and the configuration',
    args: [],
    options: [{ flags: '--visibility', says: 'what each rule of site.json lets out, and what keeps the rest in' }],
    examples: ['turnpress doctor', 'turnpress doctor --visibility'],
    load: () => import('./commands/doctor.ts'),
  },
];
