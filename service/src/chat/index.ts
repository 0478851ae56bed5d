export {createChat, type Chat, type Listener} from './chat.ts';
export {CHAT_TABLES} from './post_store.ts';
