use haochaping::ledger::{Hash, MalformedKey, NoteFault, TableFault};

/// The first thing that does not fit, or why it could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum AuditFault {
    /// Nothing came from an address.
    #[error("{url}")]
    NoAnswer {
        /// What was asked for.
        url: String,
        /// Why nothing came.
        #[source]
        why: Box<ureq::Error>,
    },
    /// What came is no text.
    #[error("{0} is not text in UTF-8")]
    NoText(String),
    /// The key has not the form of one.
    #[error("the ledger's key")]
    Key(#[source] MalformedKey),
    /// The checkpoint is none, or of another key.
    #[error("the checkpoint")]
    Checkpoint(#[source] NoteFault),
    /// Another log than before.
    #[error(transparent)]
    Other(#[from] OtherLog),
    /// Hashes are missing or cut short.
    #[error("the tiles of the ledger: {0}")]
    Tiles(String),
    /// A tile of entries has fewer than it should.
    #[error("tile {n} of entries is cut short: {width} were to be in it")]
    CutShort {
        /// Which tile.
        n: u64,
        /// How many were to be in it.
        width: u64,
    },
    /// A leaf has no form that this version knows.
    #[error("leaf {0} has an unknown format")]
    UnknownLeaf(u64),
    /// A leaf's commitment is no element of the group.
    #[error("leaf {0} commits to nothing")]
    NoCommitment(u64),
    /// A leaf was another one when it was read again.
    #[error("leaf {0} is not the one that was signed")]
    OtherLeaf(u64),
    /// The leaves up to here are not those of the checkpoint.
    #[error("the leaves before {0} are not those that were signed")]
    OtherLeaves(u64, #[source] Box<Self>),
    /// The leaves have another root than the checkpoint.
    #[error(
        "the checkpoint of {size} leaves has the root {signed}, and its leaves have {read}: {why}"
    )]
    Root {
        /// Of the log.
        size: u64,
        /// In the checkpoint.
        signed: Hash,
        /// Over what was read.
        read: Hash,
        /// What that means.
        why: &'static str,
    },
    /// Tables come one after the other.
    #[error("leaf {leaf} says that there is a table {number}, and it is the turn of table {turn}")]
    Turn {
        /// Which leaf.
        leaf: u64,
        /// Which table it names.
        number: u32,
        /// Which one would follow.
        turn: u32,
    },
    /// A table that a leaf names did not come.
    #[error("leaf {leaf} says that there is a table {number}")]
    NoTable {
        /// Which leaf.
        leaf: u64,
        /// Which table it names.
        number: u32,
        /// Why it did not come.
        #[source]
        why: Box<Self>,
    },
    /// A table was exchanged after its day.
    #[error("table {number} is not the one that leaf {leaf} says was published: it was rewritten")]
    Rewritten {
        /// Which leaf.
        leaf: u64,
        /// Which table.
        number: u32,
    },
    /// A table says that it is another one.
    #[error("table {number} says that it is table {claimed}")]
    OtherNumber {
        /// Which table.
        number: u32,
        /// Which one it says.
        claimed: u32,
    },
    /// A table accounts for other leaves than its turn is.
    #[error(
        "table {number} accounts for the leaves from {from} to {size}; it has to go on from {turn}, up to {leaf} at most"
    )]
    Range {
        /// Which table.
        number: u32,
        /// Its first leaf.
        from: u64,
        /// The first after it.
        size: u64,
        /// Where the table before ended.
        turn: u64,
        /// The leaf that says that there is this table.
        leaf: u64,
    },
    /// A table closes a day before that of the last one.
    #[error("table {number} closes a day before {before}, which was closed already")]
    Backwards {
        /// Which table.
        number: u32,
        /// The last closed day.
        before: String,
    },
    /// A table does not follow from its leaves.
    #[error("table {number}, which closes {closed} and accounts for the leaves before {size}")]
    Table {
        /// Which table.
        number: u32,
        /// The last day that it closes.
        closed: String,
        /// The first leaf after it.
        size: u64,
        /// What does not fit.
        #[source]
        fault: TableFault,
    },
    /// A table is none.
    #[error("table {0}")]
    NoneSuch(u32, #[source] TableFault),
    /// The state cannot be read or written.
    #[error("{path} cannot be {what}")]
    File {
        /// Which file.
        path: String,
        /// Read or written.
        what: &'static str,
        /// Why not.
        #[source]
        why: std::io::Error,
    },
    /// The file holds something else.
    #[error("{0} holds no state of an audit")]
    NoState(String),
}

/// What only a collector does that shows two logs, or that lost leaves: no second look mends it.
#[derive(Debug, thiserror::Error)]
pub enum OtherLog {
    /// It has fewer leaves than before.
    #[error(
        "the log shrank: it had {had} leaves and has {has}; a collector that was set back to a backup has lost leaves"
    )]
    Shrank {
        /// Leaves that were seen.
        had: u64,
        /// Leaves that are shown.
        has: u64,
    },
    /// Two signed roots of one size.
    #[error(
        "two logs of {size} leaves: {seen} was seen before, and {shown} is shown now; both are signed"
    )]
    SameSize {
        /// Leaves of both.
        size: u64,
        /// The root that was seen.
        seen: Hash,
        /// The root that is shown.
        shown: Hash,
    },
    /// The longer one did not grow out of the shorter one.
    #[error(
        "the log of {after} leaves does not begin with the one of {before} leaves that was seen before: it is another log"
    )]
    Grown {
        /// Leaves that were seen.
        before: u64,
        /// Leaves that are shown.
        after: u64,
    },
}
