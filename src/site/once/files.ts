/** `/files/`: every file that a conversation on this site changed, with the conversations, the prompts and the turns. */
/** A page for each folder, so that a change makes its folder's page again and the lists above it, at any size. */

import { html, joinHtml, type SafeHtml, text } from '../../base/html.ts';
import { isoTime, readableDate } from '../../base/time.ts';
import type { BuildContext } from '../conversation/context.ts';
import { FILES_PER_PAGE, pathOf } from '../lists/file-paths.ts';
import { declarePage } from '../lists/lists.ts';
import { ofProject, renderBusiestFiles, renderFileLink } from '../lists/work-facts.ts';
import { plural, projectName } from '../render/names.ts';
import type { LinkModel, PagerModel } from '../shell/page-model.ts';
import { touches } from '../state/touched.ts';
import type { FileCount, FilePlace, ListedEdit } from '../state/work/edits.ts';
import { conversationUrl, fileAnchor, fileHistoryUrl, filesUrl, folderUrl, pages, turnAnchor } from '../urls.ts';

const OWNER = 'files';
const FOLDERS_PER_PAGE = 200;
/** Prompts shown for one file in its folder; all of them stand on pages of its own. */
const MOST_IN_FOLDER = 8;
/** Fewer files in a folder are not listed above what is told of them. */
const NAMED_FROM = 4;
const EDITS_PER_PAGE = 100;
/** Files that stand above the folders of their project. */
const MOST_LATEST = 12;

export function buildFiles(context: BuildContext): void {
  const { state, afresh } = context;
  const changed = state.touched.listTouched(touches.files).map((each) => each.slice(touches.files.length));
  if (!afresh && changed.length === 0) return;
  const projects = state.edits.listProjects();
  const wanted = afresh ? allFolders(context) : changed.map(folderOfKey);
  for (const { project, folder } of wanted) buildFolder(context, project, folder);
  for (const project of new Set([...wanted.map((each) => each.project), ...projects.map((each) => each.project)]))
    buildProject(context, project);
  buildOverview(context, projects);
}

/** Written by the table of edits. */
function folderOfKey(key: string): Pick<FilePlace, 'project' | 'folder'> {
  const [project, folder] = JSON.parse(key) as readonly [string, string];
  return { project, folder };
}

function* walkFolders({ state }: BuildContext, project: string): Generator<string> {
  for (let from = 0; ; from += FOLDERS_PER_PAGE) {
    const folders = state.edits.listFolders(project, from, FOLDERS_PER_PAGE);
    for (const { folder } of folders) yield folder;
    if (folders.length < FOLDERS_PER_PAGE) return;
  }
}

function allFolders(context: BuildContext): readonly Pick<FilePlace, 'project' | 'folder'>[] {
  return context.state.edits
    .listProjects()
    .flatMap(({ project }) => [...walkFolders(context, project)].map((folder) => ({ project, folder })));
}

function buildOverview(context: BuildContext, projects: readonly { project: string; files: number; lastMs: number }[]) {
  context.output.take(OWNER);
  const items = projects
    .toSorted((a, b) => b.lastMs - a.lastMs || (a.project < b.project ? -1 : 1))
    .map(({ project, files, lastMs }) => ({
      ...{ url: filesUrl(project), label: titleOf(project), glyph: '', bars: '' },
      facts: [plural(files, 'file'), readableDate(lastMs)],
    }));
  const model = context.frame.page({
    ...{ url: pages.files, template: 'list.njk', width: 'wide', title: 'Files' },
    description: 'Every file that a conversation here changed, with the prompts that led to it',
    tiles: items.length === 0 ? [] : [{ heading: 'By project', more: { label: '', url: '' }, items }],
    empty: items.length === 0 ? 'No conversation here changed a file.' : '',
  });
  // no project whose last change is older than theirs has one of the latest
  const newest = projects.toSorted((a, b) => b.lastMs - a.lastMs).slice(0, MOST_LATEST);
  const latest = newest
    .flatMap(({ project }) => context.state.edits.listLatest(project, MOST_LATEST))
    .sort((a, b) => b.timeMs - a.timeMs)
    .slice(0, MOST_LATEST);
  const body = html`<div class="pair">
${renderLatest(context, latest)}${renderBusiestFiles(context)}</div>
`;
  declarePage(context, model, OWNER, items.length === 0 ? undefined : body);
}

function buildProject(context: BuildContext, project: string): void {
  const { state, output } = context;
  const owner = `${OWNER}:${project}`;
  output.take(owner);
  const count = state.edits.countFolders(project);
  const last = Math.ceil(count / FOLDERS_PER_PAGE);
  for (let page = 1; page <= last; page++) {
    const folders = state.edits.listFolders(project, (page - 1) * FOLDERS_PER_PAGE, FOLDERS_PER_PAGE);
    const rows = folders.map(
      ({ folder, files, conversations, lastMs }) =>
        html`<tr><th scope="row"><a class="path" href="${text(folderUrl(project, folder))}">${text(folderLabel(folder))}</a></th><td>${text(files)}</td><td class="roomy">${text(conversations)}</td><td>${text(readableDate(lastMs))}</td></tr>\n`,
    );
    const body = html`${page === 1 ? renderLatest(context, state.edits.listLatest(project, MOST_LATEST), project) : html``}<h2 id="folders">Folders</h2>
<table class="numbers"><thead><tr><th scope="col">Folder</th><th scope="col">Files</th><th scope="col" class="roomy">Conversations</th><th scope="col">Last</th></tr></thead>
<tbody>
${rows}</tbody></table>
`;
    const model = context.frame.page({
      ...{ url: filesUrl(project, page), template: 'list.njk', width: 'wide' },
      title: page === 1 ? `Files of ${titleOf(project)}` : `Files of ${titleOf(project)}, page ${page}`,
      description: `${plural(state.edits.countFiles(project), 'file')} changed by conversations, in ${plural(count, 'folder')}`,
      crumbs: crumbsTo(undefined),
      pager: pagerOf(page, last, (number) => filesUrl(project, number)),
    });
    declarePage(context, model, owner, body);
  }
  output.settle(owner);
}

/** What was changed last: by prompt, which leads to the turn, with the files that it changed. */
function renderLatest({ state }: BuildContext, edits: readonly ListedEdit[], project?: string): SafeHtml {
  const prompts = Map.groupBy(edits, ({ page, prompt }) => `${page}#${prompt}`);
  const rows = [...prompts.values()].map((own) => {
    const [newest] = own;
    if (newest === undefined) return html``;
    const { title, timeMs } = newest;
    const files = own.map((edit) => html`<li>${renderFileLink(state, edit)}</li>\n`);
    return html`<li>${renderWhy({ ...newest, turns: newest.turns.slice(0, 1), count: 1 })}<br><span class="soft">${ofProject(newest, project)}${text(title)} · <time datetime="${text(isoTime(timeMs))}">${text(readableDate(timeMs))}</time></span>
<ul>
${files}</ul></li>
`;
  });
  return html`<section class="busiest latest">
<h2 id="latest">Changed last</h2>
<ol>
${rows}</ol>
</section>
`;
}

function buildFolder(context: BuildContext, project: string, folder: string): void {
  const { state, output } = context;
  const owner = `${OWNER}:${project}/${folder}`;
  output.take(owner);
  const first = state.edits.listFiles(project, folder, 0, FILES_PER_PAGE + 1);
  for (let page = 1, from = 0, files = first; files.length > 0; page++) {
    const shown = files.slice(0, FILES_PER_PAGE);
    const more = files.length > FILES_PER_PAGE;
    const blocks = shown.map(({ file, edits }) => renderFile(context, { project, folder, file }, edits, owner));
    const body = joinHtml([renderNames(shown), ...blocks]);
    const model = context.frame.page({
      ...{ url: folderUrl(project, folder, page), template: 'list.njk', width: 'wide' },
      title: `${folderLabel(folder)}, ${titleOf(project)}`,
      heading: folderLabel(folder),
      description: `Files of ${titleOf(project)} that conversations changed`,
      crumbs: crumbsTo(project),
      pager: pagerOf(page, more ? page + 1 : page, (number) => folderUrl(project, folder, number)),
    });
    declarePage(context, model, owner, body);
    from += FILES_PER_PAGE;
    files = more ? state.edits.listFiles(project, folder, from, FILES_PER_PAGE + 1) : [];
  }
  output.settle(owner);
}

/** Where the files of a page stand on it; nothing where a glance finds them. */
function renderNames(files: readonly FileCount[]): SafeHtml {
  if (files.length < NAMED_FROM) return html``;
  const rows = files.map(
    ({ file, lastMs }) =>
      html`<li><a class="path" href="#${text(fileAnchor(file))}">${text(file)}</a> <time class="soft" datetime="${text(isoTime(lastMs))}">${text(readableDate(lastMs))}</time></li>\n`,
  );
  return html`<nav class="file-names" aria-label="Files">
<ul>
${rows}</ul>
</nav>
`;
}

/** A file in its folder: what was done to it last, and where all of it stands when that is more. */
function renderFile(context: BuildContext, place: FilePlace, edits: number, owner: string): SafeHtml {
  const { project, folder, file } = place;
  const listed = context.state.edits.listEdits(place, 0, MOST_IN_FOLDER);
  const rest = edits - listed.length;
  if (rest > 0) buildHistory(context, place, edits, owner);
  const all = html`<p><a href="${text(fileHistoryUrl(project, folder, file))}">All ${text(plural(edits, 'prompt'))} that changed it</a></p>\n`;
  return html`<section class="file-block" id="${text(fileAnchor(file))}">
<h2 class="path">${text(file)}</h2>
${renderEdits(listed)}${rest > 0 ? all : html``}</section>
`;
}

function buildHistory(context: BuildContext, place: FilePlace, edits: number, owner: string): void {
  const { project, folder, file } = place;
  const last = Math.ceil(edits / EDITS_PER_PAGE);
  for (let page = 1; page <= last; page++) {
    const listed = context.state.edits.listEdits(place, (page - 1) * EDITS_PER_PAGE, EDITS_PER_PAGE);
    const model = context.frame.page({
      ...{ url: fileHistoryUrl(project, folder, file, page), template: 'list.njk', width: 'wide' },
      title: `${pathOf(folder, file)}, ${titleOf(project)}`,
      heading: file,
      description: `${plural(edits, 'prompt')} that changed ${pathOf(folder, file)}, newest first`,
      crumbs: [...crumbsTo(project), { label: folderLabel(folder), url: folderUrl(project, folder) }],
      pager: pagerOf(page, last, (number) => fileHistoryUrl(project, folder, file, number)),
    });
    declarePage(context, model, owner, renderEdits(listed));
  }
}

/** By conversation: when, which, and for each prompt its words and the turns. */
function renderEdits(edits: readonly ListedEdit[]): SafeHtml {
  const rows = [...Map.groupBy(edits, ({ conversation }) => conversation)].map(([conversation, own]) => {
    const [newest] = own;
    if (newest === undefined) return html``;
    const why = own.map((edit) => html`<li>${renderWhy(edit)}</li>\n`);
    return html`<li><time datetime="${text(isoTime(newest.timeMs))}">${text(readableDate(newest.timeMs))}</time> <a href="${text(conversationUrl(conversation))}">${text(newest.title)}</a>
<ul>
${why}</ul></li>
`;
  });
  return html`<ol class="file-edits">
${rows}</ol>
`;
}

function renderWhy({ page, turns, why, count }: ListedEdit): SafeHtml {
  const urlOf = (turn: ListedEdit['turns'][number]): string => `${page}#${turnAnchor(turn)}`;
  const [first, ...others] = turns;
  const words = why === '' ? 'without a prompt of its own' : why;
  if (first === undefined) return html`${text(words)}`;
  const again = others.map((turn, i) => html` <a href="${text(urlOf(turn))}">${text(i + 2)}</a>`);
  const more = again.length === 0 ? html`` : html` <span class="soft">again:</span>${again}`;
  const left = count - turns.length;
  return html`<a href="${text(urlOf(first))}">${text(words)}</a>${more}${left > 0 ? html` <span class="soft">and ${text(left)} more</span>` : html``}`;
}

function titleOf(project: string): string {
  return project === '' ? 'No project' : projectName(project);
}

function folderLabel(folder: string): string {
  return folder === '' ? './' : `${folder}/`;
}

function crumbsTo(project: string | undefined): readonly LinkModel[] {
  const top = { label: 'Files', url: pages.files };
  return project === undefined ? [top] : [top, { label: titleOf(project), url: filesUrl(project) }];
}

function pagerOf(page: number, last: number, urlOf: (page: number) => string): PagerModel {
  return {
    newer: page > 1 ? { label: 'Page before', url: urlOf(page - 1) } : null,
    older: page < last ? { label: 'Next page', url: urlOf(page + 1) } : null,
    pages: [],
  };
}
