import { describe, expect, it } from 'vitest';
import { createMemoryArchive, prepareTurn } from '../../../src/archive/archive.ts';
import type { ConversationId } from '../../../src/model/ids.ts';
import { encodeItem } from '../../../src/model/item.ts';
import { ITEM_PAYLOAD } from '../../../src/model/payload.ts';

function prepared(say: string, parent: ReturnType<typeof prepareTurn> | null = null) {
  const payload = encodeItem({ role: 'user', parts: [{ type: 'text', content: say }] });
  return prepareTurn({ parent, timeMs: 1, ...ITEM_PAYLOAD, payload });
}

describe('the ledger', () => {
  const archive = createMemoryArchive({ origin: 'example.org/test' });
  const { ledger } = archive;
  const [a, b, c] = [prepared('a'), prepared('b'), prepared('c')];
  archive.append({ turns: [a, b, c] });

  it('follows a key to where its turn moved last, and forgets nobody on the way', () => {
    ledger.record({ keys: [{ key: 'x:1', turn: a.hash, provisional: true }] });
    expect([ledger.findKey('x:1'), ledger.isProvisional('x:1')]).toEqual([a.hash, true]);
    ledger.record({ moved: [{ turn: a.hash, into: b.hash }] });
    ledger.record({ moved: [{ turn: b.hash, into: c.hash }] });
    expect([ledger.findKey('x:1'), ledger.findMoved(a.hash), ledger.findMoved(c.hash)]).toEqual([
      c.hash,
      c.hash,
      undefined,
    ]);
  });

  it('ends when turns moved in a circle', () => {
    ledger.record({ moved: [{ turn: c.hash, into: a.hash }] });
    expect([a.hash, b.hash, c.hash]).toContain(ledger.findKey('x:1'));
    ledger.record({ moved: [{ turn: c.hash, into: c.hash }] });
  });

  it('knows which conversation took over which, through all that did', () => {
    const [one, two, three] = [a, b, c].map(({ hash }) => hash as string as ConversationId);
    if (one === undefined || two === undefined || three === undefined) throw new Error('no conversations');
    ledger.record({ joined: [{ conversation: one, into: two }] });
    ledger.record({ joined: [{ conversation: two, into: three }] });
    expect([ledger.findJoined(one), ledger.findJoined(three)]).toEqual([three, undefined]);
    expect(ledger.listJoined(three)).toEqual([one, two].sort());
  });

  it('remembers what waits for a parent until it is found', () => {
    const lost = { parent: 'x:0', turn: a.hash, place: 'below' } as const;
    ledger.record({ lost: [lost] });
    expect([ledger.hasLost(), ledger.listLost('x:0')]).toEqual([true, [lost]]);
    ledger.record({ found: [a.hash] });
    expect([ledger.hasLost(), ledger.listLost('x:0')]).toEqual([false, []]);
  });

  it('remembers what was withdrawn, wherever its key led', () => {
    ledger.record({
      keys: [
        { key: 'x:2', turn: b.hash },
        { key: 'x:3', turn: prepared('other').hash },
      ],
    });
    expect([ledger.isWithdrawn('x:2'), ledger.isWithdrawn('x:3')]).toEqual([false, false]);
    archive.withdraw(b.hash, 1, 2);
    expect([ledger.isWithdrawn('x:2'), ledger.isWithdrawn('x:3'), ledger.isWithdrawn('x:4')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
