-- AlterTable
ALTER TABLE `uploads` ADD COLUMN `owner_email_confirmed` BOOLEAN NOT NULL DEFAULT true;
