-- AlterTable
ALTER TABLE `uploads`
    ADD COLUMN `notice_pending_since` DATETIME(3) NULL,
    ADD COLUMN `notice_resends` INTEGER NOT NULL DEFAULT 0,
    ADD INDEX `uploads_pending_notices` (`notice_pending_since`);
