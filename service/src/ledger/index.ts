export {createLedger, LEDGER_TABLE, verifyChain, type Chain, type Entry, type Ledger} from './ledger.ts';
