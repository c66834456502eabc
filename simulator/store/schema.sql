-- Format 7. A change of these tables, or of what a journal row means, is a new format version.
CREATE TABLE account (
    position    INTEGER PRIMARY KEY,
    company_key TEXT NOT NULL UNIQUE,
    record      BLOB NOT NULL
);

-- rows of an account's journal from `first` to `last`: lines of JSON, [at, kind, type, body] each
CREATE TABLE journal (
    position    INTEGER PRIMARY KEY,
    company_key TEXT NOT NULL,
    first       INTEGER NOT NULL,
    last        INTEGER NOT NULL,
    until       INTEGER NOT NULL, -- when the last one was
    lines       BLOB NOT NULL,
    attempts    BLOB           -- at callbacks, that came with these rows: lines of JSON, [position, attempt] each
);
CREATE UNIQUE INDEX journal_last ON journal (company_key, last);

-- what the journal leads to at a row, to begin a restart from; it can be thrown away
CREATE TABLE image (
    company_key TEXT PRIMARY KEY,
    seq         INTEGER NOT NULL,
    body        BLOB NOT NULL
);

-- the row of the journal that the tables below are up to; what comes after it is derived anew
CREATE TABLE derived (
    company_key TEXT PRIMARY KEY,
    seq         INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE message (
    company_key TEXT NOT NULL,
    position    INTEGER NOT NULL,
    id          TEXT NOT NULL,
    direction   TEXT NOT NULL,
    mdn         TEXT NOT NULL,
    code        TEXT NOT NULL,
    text        TEXT NOT NULL,
    state       TEXT NOT NULL,
    at          INTEGER NOT NULL,
    segments    INTEGER NOT NULL,
    purpose     TEXT NOT NULL,
    surface     TEXT NOT NULL,
    carrier     TEXT NOT NULL,
    campaign_id TEXT,
    list_ids    TEXT NOT NULL, -- JSON
    source      INTEGER NOT NULL, -- the row of the journal that holds it
    history     TEXT NOT NULL,
    wording     INTEGER NOT NULL,
    told        INTEGER NOT NULL, -- the row of the journal that its state and history are up to
    PRIMARY KEY (company_key, position)
) WITHOUT ROWID;
-- by random words: stretch by stretch, so that a new row falls into a page that is in memory
CREATE INDEX message_id ON message (company_key, position >> 16, id);
CREATE INDEX message_mdn ON message (company_key, position >> 16, mdn, position);
-- what a search asks of a message, in a row so short that a million of them are looked through at once
CREATE INDEX message_words ON message (company_key, position, state, wording);

-- every combination of words that messages of an account have, so that a search compares numbers
CREATE TABLE wording (
    company_key TEXT NOT NULL,
    number      INTEGER NOT NULL,
    direction   TEXT NOT NULL,
    code        TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    campaign_id TEXT,
    list_ids    TEXT NOT NULL, -- JSON
    PRIMARY KEY (company_key, number)
) WITHOUT ROWID;

CREATE TABLE text_block (
    company_key TEXT NOT NULL,
    first       INTEGER NOT NULL,
    last        INTEGER NOT NULL,
    positions   BLOB NOT NULL,
    texts       BLOB NOT NULL,
    PRIMARY KEY (company_key, first)
);

CREATE TABLE part (
    company_key TEXT NOT NULL,
    position    INTEGER NOT NULL, -- of its message
    number      INTEGER NOT NULL,
    id          TEXT NOT NULL,
    PRIMARY KEY (company_key, position, number)
) WITHOUT ROWID;
CREATE INDEX part_id ON part (company_key, position >> 16, id);

CREATE TABLE attempt (
    company_key TEXT NOT NULL,
    position    INTEGER NOT NULL, -- of the row of the journal that it came with
    delivery_id TEXT NOT NULL,
    PRIMARY KEY (company_key, position)
) WITHOUT ROWID;
CREATE INDEX attempt_delivery ON attempt (company_key, position >> 16, delivery_id);

CREATE TABLE trail (
    company_key TEXT NOT NULL,
    position    INTEGER NOT NULL, -- of the message that a row of the journal tells of
    seq         INTEGER NOT NULL,
    PRIMARY KEY (company_key, position, seq)
) WITHOUT ROWID;
