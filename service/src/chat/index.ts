export {createChat, type Chat, type ChatParts} from './chat.ts';
export {CHAT_TABLES} from './post_store.ts';
