export { type NotificationsDb, openNotificationsDb } from './client.ts';
export { type MailState, sendOnce } from './send-once.ts';
