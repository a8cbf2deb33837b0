-- AlterTable
ALTER TABLE `loads`
    ADD COLUMN `deleted_at` DATETIME(3) NULL;
