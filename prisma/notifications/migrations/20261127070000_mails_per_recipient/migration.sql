-- CreateIndex
CREATE INDEX `emails_recipient_sent_at_idx` ON `emails`(`recipient`, `sent_at`);
