BEGIN TRANSACTION;
CREATE TABLE epochs (
	run_id VARCHAR(32) NOT NULL, 
	epoch INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	seconds DOUBLE, 
	train_loss DOUBLE, 
	test_loss DOUBLE, 
	train_accuracy DOUBLE, 
	test_accuracy DOUBLE, 
	learning_rate DOUBLE, 
	images_per_second DOUBLE, 
	PRIMARY KEY (run_id, epoch)
)
 WITHOUT ROWID

;
INSERT INTO "epochs" VALUES('20261128-101553-22ab89f1',1,10,5.0,0.1,0.2,91.0,81.0,0.1,100.0);
INSERT INTO "epochs" VALUES('20261128-101553-22ab89f1',2,20,10.0,0.05,0.1,92.0,82.0,0.1,100.0);
CREATE TABLE gradients (
	run_id VARCHAR(32) NOT NULL, 
	step INTEGER NOT NULL, 
	epoch DOUBLE NOT NULL, 
	weight_norms BLOB NOT NULL, 
	gradient_norms BLOB NOT NULL, 
	PRIMARY KEY (run_id, step)
)
 WITHOUT ROWID

;
INSERT INTO "gradients" VALUES('20261128-101553-22ab89f1',1,0.1,X'0000803F0000A03F0000C03F',X'0000C03F0000A03F0000803F');
INSERT INTO "gradients" VALUES('20261128-101553-22ab89f1',2,0.2,X'000000400000104000002040',X'000020400000104000000040');
INSERT INTO "gradients" VALUES('20261128-101553-22ab89f1',3,0.3,X'000040400000504000006040',X'000060400000504000004040');
CREATE TABLE runs (
	id VARCHAR(32) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	config TEXT NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	pair VARCHAR(32), 
	position INTEGER NOT NULL, 
	created DOUBLE NOT NULL, 
	started DOUBLE, 
	ended DOUBLE, 
	error TEXT, 
	device VARCHAR(64), 
	data_read DOUBLE, 
	hardware TEXT, 
	layers TEXT, 
	steps_per_epoch INTEGER, 
	total_steps INTEGER NOT NULL, 
	epoch INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	seconds DOUBLE NOT NULL, 
	train_loss DOUBLE, 
	test_loss DOUBLE, 
	train_accuracy DOUBLE, 
	test_accuracy DOUBLE, 
	images_per_second DOUBLE, 
	slot INTEGER, 
	stop_requested BOOLEAN NOT NULL, 
	token VARCHAR(32), 
	host VARCHAR(255), 
	pid INTEGER, 
	process_started DOUBLE, 
	beat DOUBLE, 
	tags TEXT, 
	notes TEXT, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
INSERT INTO "runs" VALUES('20261128-101553-22ab89f1','resnet20-digits-seed1-2','{"architecture": "resnet20", "batch_size": 64, "data": "digits", "device": "auto", "epochs": 15, "input_size": null, "learning_rate": 0.1, "options": {}, "precision": "auto", "recipe": "quick", "seed": 1, "start": null, "threads": 1, "trunk_rate": null, "weight_decay": 0.0001}','stopped',NULL,1,1.79586095365713810921e+09,NULL,1.79586095377558970453e+09,NULL,'CPU',NULL,'2 cores','["conv1", "layer1.0.conv1", "fc"]',10,40,2,20,10.0,0.05,0.1,92.0,82.0,100.0,NULL,0,'t1','elsewhere',NULL,NULL,1.79586095377559709553e+09,'first, old','Before there were migrations.');
INSERT INTO "runs" VALUES('20261128-101553-509951b2','plain20-digits-seed2-2','{"architecture": "plain20", "batch_size": 64, "data": "digits", "device": "auto", "epochs": 15, "input_size": null, "learning_rate": 0.1, "options": {}, "precision": "auto", "recipe": "quick", "seed": 2, "start": null, "threads": null, "trunk_rate": null, "weight_decay": 0.0001}','queued',NULL,2,1.79586095367714548114e+09,NULL,NULL,NULL,NULL,NULL,'2 cores',NULL,NULL,0,0,0,0.0,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE settings (
	name VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "settings" VALUES('schema','1');
INSERT INTO "settings" VALUES('slots','1');
CREATE TABLE steps (
	run_id VARCHAR(32) NOT NULL, 
	step INTEGER NOT NULL, 
	epoch DOUBLE, 
	seconds DOUBLE, 
	train_loss DOUBLE, 
	learning_rate DOUBLE, 
	PRIMARY KEY (run_id, step)
)
 WITHOUT ROWID

;
INSERT INTO "steps" VALUES('20261128-101553-22ab89f1',1,0.1,0.5,1.0,0.1);
INSERT INTO "steps" VALUES('20261128-101553-22ab89f1',2,0.2,1.0,0.5,0.1);
INSERT INTO "steps" VALUES('20261128-101553-22ab89f1',3,0.3,1.5,3.33333333333333314829e-01,0.1);
CREATE INDEX ix_runs_status ON runs (status);
CREATE INDEX runs_by_age ON runs (created, position);
COMMIT;
