/** The entries of one read of a directory, as they come: one after another, and long ones in several pieces. */
import type { DirectoryEntries, Item } from '#southbound/messages';
import { entryOf } from './directory-items.rules.js';
import type { Entry } from './directory.port.js';
import type { Entity } from './entities.js';

/** The count of a page has two bytes. */
const ENTRIES_MAX = 65_535;
/** Each at most a frame: more than all fields of an entity can fill. */
const PIECES_MAX = 32;

const MODEL_LENGTH_MAX = 40;

type Piece = DirectoryEntries['entries'][number];

export class ReadPage {
  /** Models of devices, by handle, as far as they are told. */
  readonly models = new Map<number, string>();
  private readonly whole: Entry[] = [];
  private open: { readonly handle: number; readonly items: Item[]; pieces: number } | undefined;

  /** @param isContinued the read has said that entries may come in pieces */
  constructor(
    private readonly entity: Entity,
    private readonly icpId: number,
    private readonly isContinued: boolean,
  ) {}

  /** Takes what came in one frame. @returns why nothing of the read can be used; undefined: it can */
  add(pieces: readonly Piece[]): string | undefined {
    for (const piece of pieces) {
      const { handle, items } = piece;
      if (handle === 0) continue;
      if (!this.isContinued) this.keep(piece);
      else if (this.open?.handle !== handle) {
        this.close();
        this.open = { handle, items: [...items], pieces: 1 };
      } else {
        this.open.items.push(...items);
        this.open.pieces += 1;
        if (this.open.pieces > PIECES_MAX) return 'an entry goes on for longer than any can be';
      }
    }
    return this.whole.length > ENTRIES_MAX ? 'more entries came than a page can have' : undefined;
  }

  /** All that came, when the response has. */
  end(): readonly Entry[] {
    this.close();
    return this.whole;
  }

  private close(): void {
    if (this.open !== undefined) this.keep(this.open);
    this.open = undefined;
  }

  private keep(piece: Piece): void {
    const model = piece.items.find(({ word }) => word === 'MODEL')?.value ?? '';
    if (model !== '') this.models.set(piece.handle, model.slice(0, MODEL_LENGTH_MAX));
    this.whole.push(entryOf(this.entity, this.icpId, piece));
  }
}
