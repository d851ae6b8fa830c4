CREATE TABLE `order_refusals` (
	`minute` integer NOT NULL,
	`reason` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`minute`, `reason`)
);
