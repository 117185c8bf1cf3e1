//! The golden wire JSON, which every implementation of wire v1 reads: what is taken, what is
//! refused and why, and that each message is read and written without losing or adding a field.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::{collections::BTreeMap, path::Path};

use haochaping::{
    calendar::Instant,
    ledger::{
        Cell, Closing, DayTable, Entry, Evidence, Group, Kind, Leaf, LogKey, Nonce, Points,
        Promiser, Proof, Remainder, Salt, Tally, Tree, close_day, commit_all, leaf_hash,
        sign_checkpoint,
    },
    link::Receipt,
    rating::{Channel, INDICATOR_VERSION, Provenance, Rating, SatisfactionLevel, Violations},
    service::Service,
    wire::v1,
};
use haochaping_tests::workspace;
use serde_json::{Map, Value, json};

/// The golden files of a folder by name. A folder that was moved must not pass as empty.
fn golden(folder: &str) -> BTreeMap<String, Value> {
    let path = workspace().join("tests/fixtures/wire/v1").join(folder);
    let files =
        std::fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let found: BTreeMap<_, _> =
        files.map(|file| file.unwrap().path()).map(|path| (name(&path), read(&path))).collect();
    assert!(!found.is_empty(), "{} is empty", path.display());
    found
}

/// All faults of a request that its content alone shows: of the key, then of the draft, as the
/// collector orders them.
fn check(request: &v1::RatingRequest) -> Result<Rating, Vec<v1::Violation>> {
    let key = request.visit.as_ref().unwrap_or(&request.key);
    let mut faults: Vec<_> = v1::check_key(key).err().into_iter().collect();
    match Rating::try_from(request.draft()) {
        Ok(rating) if faults.is_empty() => return Ok(rating),
        Ok(_) => {}
        Err(Violations(found)) => faults.extend(found),
    }
    Err(faults.iter().map(v1::Violation::from).collect())
}

#[test]
fn every_accepted_request_is_a_rating_that_says_the_same() {
    for (name, file) in golden("accepted") {
        let request: v1::RatingRequest = serde_json::from_value(file.clone()).unwrap();
        assert_eq!(serde_json::to_value(&request).unwrap(), file, "{name}");
        let rating = check(&request).unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
        assert_eq!(rating.level().name(), request.level, "{name}");
        let codes: Vec<_> = rating.indicators().iter().map(ToString::to_string).collect();
        assert_eq!(codes, request.indicators, "{name}");
        assert_eq!(rating.comment().as_str(), request.comment, "{name}");
        assert_eq!(rating.is_anonymous(), request.anonymous, "{name}");
        let contact = rating
            .contact()
            .map(|c| v1::Contact { name: c.name().into(), phone: c.phone().into() });
        assert_eq!(contact, request.contact, "{name}");
        assert_eq!(rating.lang().tag(), request.lang, "{name}");
    }
}

#[test]
fn every_rejected_request_has_exactly_the_faults_of_its_file() {
    for (name, file) in golden("rejected") {
        let request: v1::RatingRequest = serde_json::from_value(file["request"].clone()).unwrap();
        let faults = check(&request).expect_err(&name);
        assert_eq!(serde_json::to_value(&faults).unwrap(), file["violations"], "{name}");
    }
}

/// A fault that no file shows could change without anybody noticing. Missing here: what only keys,
/// links and headers show, and a withdrawn option, of which the list has none.
#[test]
fn the_rejected_requests_show_every_fault_of_a_draft() {
    let files = golden("rejected");
    let shown: std::collections::BTreeSet<_> = files
        .values()
        .flat_map(|file| file["violations"].as_array().unwrap())
        .map(|fault| (fault["field"].as_str().unwrap(), fault["code"].as_str().unwrap()))
        .collect();
    let all = [
        ("comment", "control-character"),
        ("comment", "too-long"),
        ("contact", "on-anonymous"),
        ("contact.name", "malformed"),
        ("contact.name", "too-long"),
        ("contact.phone", "malformed"),
        ("indicator_version", "unknown"),
        ("indicators", "other-level"),
        ("indicators", "reason-missing"),
        ("indicators", "unknown"),
        ("key", "malformed"),
        ("lang", "unknown"),
        ("level", "missing"),
        ("level", "unknown"),
    ];
    assert_eq!(shown.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn the_golden_options_are_those_of_the_official_list() {
    let text = std::fs::read_to_string(workspace().join("sdk/data/indicators.v1.json")).unwrap();
    let list: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(list["version"], INDICATOR_VERSION);
    let codes: Vec<_> =
        list["options"].as_array().unwrap().iter().map(|option| &option["code"]).collect();
    for (name, file) in golden("accepted") {
        assert_eq!(file["indicator_version"], list["version"], "{name}");
        for code in file["indicators"].as_array().unwrap() {
            assert!(codes.contains(&code), "{name}: {code}");
        }
    }
}

/// Read into `T`, written again.
fn through<T: serde::de::DeserializeOwned + serde::Serialize>(file: &Value) -> Value {
    serde_json::to_value(serde_json::from_value::<T>(file.clone()).unwrap()).unwrap()
}

#[test]
fn every_message_is_written_as_it_was_read() {
    for (name, file) in golden("messages") {
        let again = match name.as_str() {
            "rating-accepted" => through::<v1::RatingAccepted>(&file),
            _ if name.starts_with("rating-progress") => through::<v1::RatingProgress>(&file),
            "services-request" => through::<v1::ServicesRequest>(&file),
            "call-request" => through::<v1::CallRequest>(&file),
            "call" => through::<v1::Call>(&file),
            _ if name.starts_with("pad-state") => through::<v1::PadState>(&file),
            "pad-rating-sealed" => through::<v1::PadRating>(&file),
            "relay-request" => through::<v1::RelayRequest>(&file),
            "relay-answer" => through::<v1::RelayAnswer>(&file),
            "services-registered" => through::<v1::ServicesRegistered>(&file),
            _ if name.starts_with("statistics") => through::<v1::Statistics>(&file),
            "open-data" => through::<v1::StatisticsTable>(&file),
            "hot-words" => through::<v1::HotWords>(&file),
            _ if name.starts_with("ledger-proof") => through::<v1::LedgerProof>(&file),
            "ledger-tables" => through::<v1::LedgerTables>(&file),
            "ledger-table" => through::<DayTable>(&file),
            _ if name.starts_with("problem") => through::<v1::Problem>(&file),
            _ => panic!("{name}: of which type is it?"),
        };
        assert_eq!(again, file, "{name}");
    }
}

#[test]
fn the_golden_services_can_be_registered() {
    let request: v1::ServicesRequest =
        serde_json::from_value(golden("messages")["services-request"].clone()).unwrap();
    for registration in request.services {
        let case = registration.case_number.clone();
        assert!(Service::try_from(registration).is_ok(), "{case}");
    }
}

#[test]
fn what_may_be_left_out_may_be_left_out_and_unknown_fields_do_not_hurt() {
    let optional = ["indicators", "comment", "anonymous", "contact", "via"];
    let whole = golden("accepted")["good-with-nothing-else"].clone();
    let mut short: Map<String, Value> = whole.as_object().unwrap().clone();
    short.retain(|name, _| !optional.contains(&name.as_str()));
    short.insert("of_a_later_version".into(), json!({"a": 1}));
    let read: v1::RatingRequest = serde_json::from_value(Value::Object(short.clone())).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), whole);
    // A ticket and its key give way to a visit, so they are missed by name and not by the parser.
    for required in ["level", "indicator_version", "lang"] {
        let mut without = short.clone();
        without.remove(required);
        assert!(
            serde_json::from_value::<v1::RatingRequest>(Value::Object(without)).is_err(),
            "{required}"
        );
    }
}

/// Twelve ratings of two departments: cell, salt and receipt of each.
fn rated() -> Vec<(Cell, [u8; 32], Receipt)> {
    let rated = |n: u8| {
        let group = Group {
            kind: Kind::Counted,
            district: "321002".parse().unwrap(),
            agency: ["11321000014216389W", "11321002014233824T"][usize::from(n % 2)].into(),
            channel: Channel::Mobile,
            provenance: Provenance::Citizen,
        };
        let level = SatisfactionLevel::ALL[usize::from(n % 5)];
        (Cell::new(group, 20_778 + i64::from(n % 4), level), [n; 32], Receipt::of(n, &[n; 16]))
    };
    (0..12).map(rated).collect()
}

/// Their leaves with their nonces, from the salts on.
fn leaves_of(rated: &[(Cell, [u8; 32], Receipt)]) -> Vec<(Vec<u8>, Nonce)> {
    let blindings: Vec<_> = rated.iter().map(|(_, salt, _)| Salt::new(*salt).blinding()).collect();
    let cells = rated.iter().map(|(cell, ..)| cell).zip(&blindings);
    let commitments = commit_all(cells, &mut Points::default());
    let leaves = rated.iter().zip(commitments).map(|((_, salt, receipt), commitment)| {
        let content = Leaf::content_of_rating(salt, &[3; 16], 1_790_000_000_123);
        let nonce = Leaf::nonce(salt);
        (
            Entry::Leaf(Leaf { commitment, content, about: Leaf::about_rating(receipt, &nonce) })
                .bytes(),
            nonce,
        )
    });
    leaves.collect()
}

/// The hash of the entry that says that this table was published.
const TABLE_ENTRY: &str = "eFLnmXZr+Y0tMiEMTftg9Iyd9TH9oj/z2q+bf5vcFpI=";

/// What people hold and what logs have published must hold for ever: from the salt to the proof
/// nothing of scheme 1 may change.
#[test]
fn the_ledger_s_scheme_1_makes_and_checks_what_it_always_did() {
    let files = golden("messages");
    let key = LogKey::new("hcp.example.gov.cn/ledger", &[7; 32]).unwrap();
    let rated = rated();
    let leaves = leaves_of(&rated);
    let tree = Tree::new(leaves.iter().map(|(entry, _)| leaf_hash(entry)).collect());
    let checkpoint = sign_checkpoint(&key, tree.size(), tree.root());
    let (entry, nonce) = leaves[4].clone();
    let proof = Proof { entry, nonce, index: 4, path: tree.path(4), checkpoint };
    let promise =
        Promiser::new(&key, leaves, Instant::from_millis(1_790_000_000_456)).promise(4).unwrap();
    for (name, index, proof) in [
        ("ledger-proof", Some(4), proof.to_text()),
        ("ledger-proof-promised", None, promise.to_text()),
    ] {
        let receipt = rated[4].2.to_string();
        let made = v1::LedgerProof { receipt, index, proof, key: key.public().into() };
        assert_eq!(serde_json::to_value(&made).unwrap(), files[name], "{name}");
        let read: v1::LedgerProof = serde_json::from_value(files[name].clone()).unwrap();
        let shown = Evidence::check(&read.proof, &read.key.parse().unwrap(), Some(&read.receipt));
        assert!(shown.is_ok(), "{name}: {shown:?}");
    }

    let (mut taken, mut rest) = (BTreeMap::<Group, Tally>::new(), Tally::default());
    let mut all = Tally::default();
    for (n, (cell, salt, _)) in rated.iter().enumerate() {
        // The first department on one day, the other on several; then what the second of them held
        // back, and an appeal.
        let mut cell = cell.clone();
        cell.day = if n % 2 == 0 { 20_778 } else { cell.day };
        cell.group.kind = if n == 3 { Kind::Held } else { Kind::Counted };
        let to = if n < 10 { taken.entry(cell.group.clone()).or_default() } else { &mut rest };
        to.add_rating(cell.clone(), salt);
        all.add_rating(cell.clone(), salt);
        if n == 0 {
            cell.group.kind = Kind::Upheld;
            rest.add_event(cell.clone(), salt, 4);
            all.add_event(cell, salt, 4);
        }
    }
    let (made, kept) =
        close_day(Closing { number: 1, day: 20_781, from: 0, size: 13 }, taken, &rest, None);
    assert_eq!(serde_json::to_value(&made).unwrap(), files["ledger-table"]);
    let read: DayTable = serde_json::from_value(files["ledger-table"].clone()).unwrap();
    assert_eq!(read.check(&Remainder::default(), 13, all.element()), Ok(()));
    assert_eq!(kept.opening.check(1, &read.remainder), Ok(()));
    let entry = Entry::Table { number: 1, hash: DayTable::hash(&read.to_bytes()) }.bytes();
    assert_eq!(leaf_hash(&entry).to_string(), TABLE_ENTRY);
}
