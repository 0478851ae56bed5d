export {accountName} from './account_name.ts';
export {readRequest, withUsage, type Reader, type Typed} from './read_request.ts';
