-- Scored texts, newest last.
CREATE TABLE scores (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL,
  score DOUBLE PRECISION NOT NULL
);
