/** Version 1: runs with their metrics, rollouts, V* artifacts, evaluations, checkpoints and events. */
export const schemaV1 = `
CREATE TABLE run (
  number INTEGER PRIMARY KEY,          -- order of creation, whatever the clock said
  run_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  stage TEXT NOT NULL,
  status TEXT NOT NULL,
  config TEXT NOT NULL,
  config_hash TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  started_at_ms INTEGER,
  ended_at_ms INTEGER,
  process_id INTEGER,
  process_started_at_ms INTEGER,
  heartbeat_at_ms INTEGER,
  device TEXT,
  step INTEGER NOT NULL DEFAULT 0,
  total_steps INTEGER NOT NULL,
  active_ms REAL NOT NULL DEFAULT 0,
  tokens_generated INTEGER NOT NULL DEFAULT 0,
  problems_seen INTEGER NOT NULL DEFAULT 0,
  error_code TEXT,
  error_message TEXT,
  latest TEXT NOT NULL DEFAULT '{}',   -- latest value of each metric, JSON
  v_star_id TEXT,
  last_batch INTEGER NOT NULL DEFAULT 0 -- number of the last event batch stored
) STRICT;

CREATE TABLE tag (run_id TEXT NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (run_id, tag)) STRICT, WITHOUT ROWID;

CREATE TABLE metric_series (
  series_id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  name TEXT NOT NULL,
  points INTEGER NOT NULL DEFAULT 0,
  last_step INTEGER NOT NULL DEFAULT -1,
  UNIQUE (run_id, name)
) STRICT;

CREATE TABLE metric_point (
  series_id INTEGER NOT NULL,
  step INTEGER NOT NULL,
  time_ms REAL NOT NULL,
  tokens REAL NOT NULL,
  problems REAL NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (series_id, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE problem (
  problem_key INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  problem_id TEXT NOT NULL,
  question TEXT NOT NULL,
  known_answer TEXT NOT NULL,
  subject TEXT,
  level TEXT,
  UNIQUE (run_id, problem_id)
) STRICT;

CREATE TABLE rollout (
  rollout_id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  split TEXT NOT NULL,
  step INTEGER NOT NULL,
  position INTEGER NOT NULL,           -- place within the step
  problem_key INTEGER NOT NULL,
  verdict TEXT,
  outcome TEXT NOT NULL,
  truncated INTEGER NOT NULL,
  UNIQUE (run_id, split, step, position)
) STRICT;
CREATE INDEX rollout_of_problem ON rollout (problem_key, step);
CREATE INDEX rollout_of_outcome ON rollout (run_id, split, outcome, step);

CREATE TABLE turn (
  rollout_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  prompt_text TEXT NOT NULL,
  completion_text TEXT NOT NULL,
  answer TEXT,
  is_correct INTEGER NOT NULL,
  reward REAL NOT NULL,
  turn_baseline REAL,
  advantage REAL,
  log_ratio REAL,
  tokens INTEGER NOT NULL,
  finish_reason TEXT NOT NULL,
  PRIMARY KEY (rollout_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE v_star (
  v_star_id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  input_hash TEXT NOT NULL,
  inputs TEXT NOT NULL,                -- the hashed parts, JSON
  complete INTEGER NOT NULL,
  problems INTEGER NOT NULL
) STRICT;

CREATE TABLE v_star_estimate (
  v_star_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  problem_id TEXT NOT NULL,
  canonical TEXT NOT NULL,
  samples INTEGER NOT NULL,
  correct_attempts INTEGER NOT NULL,
  verdicts_after_correct INTEGER NOT NULL,
  right_verdicts_after_correct INTEGER NOT NULL,
  verdicts_after_wrong INTEGER NOT NULL,
  right_verdicts_after_wrong INTEGER NOT NULL,
  revisions_after_correct INTEGER NOT NULL,
  right_revisions_after_correct INTEGER NOT NULL,
  revisions_after_wrong INTEGER NOT NULL,
  right_revisions_after_wrong INTEGER NOT NULL,
  PRIMARY KEY (v_star_id, position),
  UNIQUE (v_star_id, problem_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE evaluation (
  evaluation_id TEXT PRIMARY KEY,
  run_id TEXT,
  step INTEGER NOT NULL,
  split TEXT NOT NULL,
  samples INTEGER NOT NULL,
  problems INTEGER NOT NULL,
  proportions TEXT NOT NULL,           -- JSON
  created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX evaluation_of_run ON evaluation (run_id, split, step);

CREATE TABLE checkpoint (
  checkpoint_id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL,
  step INTEGER NOT NULL,
  folder TEXT NOT NULL,                -- relative to the data folder
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  validation REAL,
  created_at_ms INTEGER NOT NULL,
  UNIQUE (run_id, step)
) STRICT;

CREATE TABLE event (
  run_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  level TEXT NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  remedy TEXT,
  PRIMARY KEY (run_id, sequence)
) STRICT, WITHOUT ROWID;
`
