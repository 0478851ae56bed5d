export {accountName} from './account_name.ts';
export {readRequest, withUsage, type Typed} from './read_request.ts';
