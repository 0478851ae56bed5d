export {createLedger, LEDGER_TABLE, type Ledger} from './ledger.ts';
