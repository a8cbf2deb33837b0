-- AlterTable
ALTER TABLE `users` ADD COLUMN `email_confirmed_at` DATETIME(3) NULL;

-- Existing accounts keep getting mails.
UPDATE `users` SET `email_confirmed_at` = `created_at`;

-- CreateTable
CREATE TABLE `email_confirmations` (
    `id` CHAR(36) NOT NULL,
    `user_id` CHAR(36) NOT NULL,
    `token_hash` CHAR(64) NOT NULL,
    `created_at` DATETIME(3) NOT NULL,
    `expires_at` DATETIME(3) NOT NULL,

    UNIQUE INDEX `email_confirmations_token_hash_key`(`token_hash`),
    INDEX `email_confirmations_user_id_expires_at_idx`(`user_id`, `expires_at`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- AddForeignKey
ALTER TABLE `email_confirmations` ADD CONSTRAINT `email_confirmations_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;
