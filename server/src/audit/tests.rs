//! An audit from outside, of a collector whose loops stand still: what it sees comes in the order
//! that the test says.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    body::Bytes,
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
};
use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    work_order::Profile,
};

use haochaping_collector::{
    contract::fixture::{SetClock, app},
    state::App,
};
use haochaping_store::{
    NewRating, SqlStore,
    contract::{
        fixture::on_file,
        make::{Placed, TODAY, noon, outcomes, place_n, rating},
    },
    ledger::{CloseDay, entries_of, sequence},
};

use super::{Audited, Client, State, audit};
use crate::{
    assets::Releases,
    http::{assets::Served, router::router},
};

/// A collector that answers on loopback.
struct Shown {
    app: Arc<App>,
    store: SqlStore,
    placed: Vec<Placed>,
    url: String,
    file: PathBuf,
    /// From now on it shows another second tile to whoever has read it.
    lies: Arc<AtomicBool>,
    _directory: tempfile::TempDir,
}

async fn shown(n: usize) -> Shown {
    let fresh = on_file().await;
    let placed = place_n(&fresh.store, n).await;
    let (clock, directory) = (Arc::new(SetClock::default()), fresh.directory);
    clock.set(Instant::from_millis(noon(TODAY).millis() + DAY_MILLIS));
    let app = Arc::new(app(&directory, &clock, Profile::JIANGSU).await);
    let releases = Releases::keep(&directory.path().join("releases"));
    let lies = Arc::new(AtomicBool::new(false));
    let liar = Arc::clone(&lies);
    let served = router(&app, Served(Arc::new(releases))).layer(from_fn(
        move |request: Request, next: Next| {
            let liar = Arc::clone(&liar);
            async move { tell(request, next, &liar).await }
        },
    ));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = served.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, served).await });
    let file = directory.path().join("audit.json");
    Shown { app, store: fresh.store, placed, url, file, lies, _directory: directory }
}

/// Leaf 300 is entry 44 of the second tile, and is shown in the place of the next one too.
const TWICE: usize = 44;

/// As the collector says it; or with one leaf of the second tile twice, and hashes that fit.
async fn tell(request: Request, next: Next, lies: &AtomicBool) -> Response {
    let path = request.uri().path().to_owned();
    let answer = next.run(request).await;
    let is_hashes = path == "/ledger/tile/0/001";
    if !lies.load(Ordering::Relaxed) || !(is_hashes || path == "/ledger/tile/entries/001") {
        return answer;
    }
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    let of = |n: usize| &bytes[n * 32..(n + 1) * 32];
    let forged = if is_hashes {
        [&bytes[..(TWICE + 1) * 32], of(TWICE), &bytes[(TWICE + 2) * 32..]].concat()
    } else {
        twice(&bytes)
    };
    Bytes::from(forged).into_response()
}

fn twice(bundle: &Bytes) -> Vec<u8> {
    let mut entries = entries_of(bundle).unwrap();
    entries[TWICE + 1] = entries[TWICE].clone();
    let with_length =
        |entry: &Vec<u8>| [&u16::try_from(entry.len()).unwrap().to_be_bytes()[..], entry].concat();
    entries.iter().flat_map(with_length).collect()
}

impl Shown {
    async fn rate(&self, which: std::ops::Range<usize>, day: u16) {
        let of = |n: usize| NewRating {
            rated_at: noon(day),
            ..rating(&self.placed[n], u32::try_from(n).unwrap())
        };
        outcomes(&self.store, which.map(of).collect()).await;
        sequence(&self.app.store, &self.app.ledger).await.unwrap();
    }

    async fn follow(&self) -> Result<Audited, String> {
        let (url, file) = (self.url.clone(), self.file.clone());
        let audited = tokio::task::spawn_blocking(move || {
            let mut state = State::read(&file)?;
            audit(&Client::new(&url), &mut state, &file, &|_, _| {})
        });
        audited.await.unwrap().map_err(|fault| fault.to_string())
    }
}

const CLOSE: CloseDay = CloseDay { today: TODAY as i64 + 1, group: 5, n_max: 1_000 };

/// While a table is made leaves go on coming, and an auditor may come between them and its entry.
#[tokio::test(flavor = "multi_thread")]
async fn an_audit_follows_a_table_that_was_made_while_leaves_came() {
    let shown = shown(12).await;
    shown.rate(0..5, TODAY).await;
    let closed = shown.app.store.ledger_close(CLOSE).await.unwrap().unwrap();
    shown.rate(5..8, TODAY + 1).await;
    assert_eq!(shown.follow().await.map(|audited| (audited.size, audited.n_tables)), Ok((8, 0)));
    assert!(shown.app.store.ledger_publish(closed).await.unwrap());
    shown.rate(8..9, TODAY + 1).await;
    let audited = shown.follow().await.unwrap();
    assert_eq!((audited.size, audited.n_read, audited.n_tables, audited.n_left), (10, 2, 1, 9));
    // The same from the beginning, and once more with nothing new.
    std::fs::remove_file(&shown.file).unwrap();
    assert_eq!(shown.follow().await, Ok(Audited { n_read: 10, ..audited.clone() }));
    assert_eq!(shown.follow().await, Ok(Audited { n_read: 0, ..audited }));
}

/// Leaves that came while a table was made are read twice. Another leaf the second time could make
/// up for a padded table.
#[tokio::test(flavor = "multi_thread")]
async fn a_leaf_that_is_another_one_when_it_is_read_again_is_named() {
    let shown = shown(600).await;
    shown.rate(0..300, TODAY).await;
    let closed = shown.app.store.ledger_close(CLOSE).await.unwrap().unwrap();
    shown.rate(300..600, TODAY + 1).await;
    assert_eq!(shown.follow().await.map(|audited| audited.n_left), Ok(600));
    assert!(shown.app.store.ledger_publish(closed).await.unwrap());
    sequence(&shown.app.store, &shown.app.ledger).await.unwrap();
    let kept = std::fs::read(&shown.file).unwrap();
    shown.lies.store(true, Ordering::Relaxed);
    let message = shown.follow().await.unwrap_err();
    assert!(message.contains("leaf 300 is not the one that was signed"), "{message}");
    shown.lies.store(false, Ordering::Relaxed);
    assert_eq!(std::fs::read(&shown.file).unwrap(), kept, "nothing that was false is remembered");
    assert_eq!(
        shown.follow().await.map(|audited| (audited.n_tables, audited.n_left)),
        Ok((1, 600))
    );
}
