export {createChat, type Chat, type ChatParts, type Listener} from './chat.ts';
export {CHAT_TABLES} from './post_store.ts';
