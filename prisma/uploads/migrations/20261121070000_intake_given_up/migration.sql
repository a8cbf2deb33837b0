-- Set when an intake is given up: from then on its file is only deleted, and the row goes after it.
ALTER TABLE `intakes` ADD COLUMN `given_up_at` DATETIME(3) NULL;
