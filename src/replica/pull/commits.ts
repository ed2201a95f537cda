/** Takes what was verified to the disk, many conversations at a time: what comes while one group is under way makes the next. */
/** The disk's waiting is the dearest part of a pull, and it is nearly the same for one file and for a hundred. */

import type { ArchiveWriter, PlannedExtension } from '../../archive/archive.ts';
import type { BlobHash, PayloadHash } from '../../model/ids.ts';
import type { ArchiveLog } from '../log/archive-log.ts';
import type { LoggedState } from '../log/log-index.ts';
import type { Room } from './room.ts';

/** What is to be durable; each part may be absent. */
export interface Arrival {
  /** With the bytes of its file. */
  readonly blob?: readonly [BlobHash | PayloadHash, Uint8Array];
  readonly plan?: PlannedExtension;
  /** Then the archive holds this state, whose checkpoint has these bytes. */
  readonly held?: { readonly state: LoggedState; readonly checkpoint: Uint8Array };
}

interface Waiting {
  readonly arrival: Arrival;
  readonly weight: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Conversations and blobs of one group. */
const MOST = 128;
/** States that are noted as held together: a pull that is killed looks at so many conversations once more. */
const MOST_NOTED = 256;
/** What the objects of an arrival take, whatever it brings. */
const ARRIVAL_BYTES = 8 * 1024;

export class Commits {
  readonly #archive: ArchiveWriter;
  readonly #log: ArchiveLog;
  readonly #room: Room;
  readonly #waiting: Waiting[] = [];
  #held: LoggedState[] = [];
  #running = false;

  constructor(archive: ArchiveWriter, log: ArchiveLog, room: Room) {
    this.#archive = archive;
    this.#log = log;
    this.#room = room;
  }

  /** Resolves when it is durable. Of one conversation nothing more is added before. `weight`: of the room, taken by the caller and given back here. */
  add(arrival: Arrival, weight = 0): Promise<void> {
    this.#room.take(ARRIVAL_BYTES);
    return new Promise((done, failed) => {
      this.#waiting.push({ arrival, weight: weight + ARRIVAL_BYTES, done, failed });
      if (!this.#running) void this.#run();
    });
  }

  /** Never rejects: who added something is told. */
  async #run(): Promise<void> {
    this.#running = true;
    // whoever else is ready in this turn comes along
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MOST);
      try {
        await this.#commit(group.map(({ arrival }) => arrival));
        for (const { done } of group) done();
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
      this.#room.give(group.reduce((sum, { weight }) => sum + weight, 0));
    }
    this.#running = false;
  }

  /** Blobs before what names them; a state is held when all of it stands. */
  async #commit(group: readonly Arrival[]): Promise<void> {
    const blobs = new Map(group.flatMap(({ blob }) => (blob === undefined ? [] : [blob])));
    if (blobs.size > 0) await this.#archive.putBlobFrames(blobs);
    const plans = group.flatMap(({ plan }) => plan ?? []);
    if (plans.length > 0) await this.#archive.commitExtensions(plans);
    const held = group.flatMap((each) => each.held ?? []);
    if (held.length === 0) return;
    await this.#log.keepConversations(held.map(({ state, checkpoint }) => [state.conversation, checkpoint]));
    this.#held.push(...held.map(({ state }) => state));
    if (this.#held.length >= MOST_NOTED) this.note();
  }

  /** Notes in the log's index what the archive holds by now; to be done in the end, too. */
  note(): void {
    const held = this.#held.splice(0);
    if (held.length === 0) return;
    this.#log.noteAll(() => {
      for (const { conversation, position } of held) this.#log.setHeld(conversation, position);
    });
  }
}
