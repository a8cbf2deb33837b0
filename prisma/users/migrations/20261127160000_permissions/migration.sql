-- AlterTable
ALTER TABLE `users` MODIFY COLUMN `permissions` VARCHAR(500) NOT NULL DEFAULT '';
