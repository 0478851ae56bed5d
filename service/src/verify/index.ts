export {createVerify, type Verify} from './verify.ts';
