import type {Cipher} from '../../kernel/cipher.ts';
import type {Clock} from '../../kernel/clock.ts';
import type {State} from '../../kernel/state.ts';
import type {Ledger} from '../../ledger/index.ts';

export type StoreParts = {state: State; clock: Clock; ledger: Ledger; cipher: Cipher};
