export {createLedger, LEDGER_TABLE, verifyChain, type Entry, type Ledger} from './ledger.ts';
