export { type NotificationsDb, openNotificationsDb } from './client.ts';
export {
  countSentMails,
  endLease,
  type Lease,
  leaseMail,
  type MailRequest,
  type MailState,
  type PendingMail,
  recordMail,
  renewLease,
  type SettledMail,
} from './mail-leases.ts';
export { listStoppedMails, readReopenedMail, resendMails } from './resend-mails.ts';
