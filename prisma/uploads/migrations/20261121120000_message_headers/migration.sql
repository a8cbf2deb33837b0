-- Whose trace a message belongs to, however late it is sent.
ALTER TABLE `outbox` ADD COLUMN `headers` VARCHAR(1000) NULL;
