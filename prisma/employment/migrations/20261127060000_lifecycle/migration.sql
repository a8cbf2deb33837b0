-- AlterTable
ALTER TABLE `loads`
    ADD COLUMN `dead_lettered_at` DATETIME(3) NULL;
