export {createPolicy, type Policy} from './policy.ts';
export {createTakeUp, enterStart} from './take_up.ts';
