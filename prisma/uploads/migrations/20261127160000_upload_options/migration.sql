-- AlterTable
ALTER TABLE `uploads` ADD COLUMN `options` TEXT NULL;
