//! The portal's back end as a customer of the collector: it registers finished services by the
//! public API and learns which of them have been rated.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use haochaping::wire::v1::{ServiceRegistration, ServicesRegistered, ServicesRequest};

use crate::samples::registrations;

/// How old the answer may be that a page shows.
const FRESH_FOR: Duration = Duration::from_secs(1);
/// Longer than the collector ever takes.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// A finished service with its rating link.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    /// What was registered.
    pub(crate) service: ServiceRegistration,
    /// The single-use link's token.
    pub(crate) ticket: String,
    /// The rating page.
    pub(crate) url: String,
    /// The civil date of its rating.
    pub(crate) rated_on: Option<String>,
}

/// All finished services, as the collector answered last.
#[derive(Clone, Debug)]
pub(crate) struct Registry {
    client: Arc<Client>,
    latest: Arc<Mutex<(Instant, Vec<Finished>)>>,
}

#[derive(Debug)]
struct Client {
    url: String,
    key: String,
}

impl Registry {
    /// Registers everything for the first time.
    pub(crate) async fn open(collector: &str, key: String) -> Result<Self> {
        let client = Arc::new(Client { url: format!("{collector}/api/v1/services"), key });
        let finished = register(Arc::clone(&client)).await?;
        Ok(Self { client, latest: Arc::new(Mutex::new((Instant::now(), finished))) })
    }

    /// All finished services. Registering again is idempotent and says what has been rated since; a
    /// collector that does not answer leaves the answer before.
    pub(crate) async fn finished(&self) -> Vec<Finished> {
        let (asked_at, known) = self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if asked_at.elapsed() < FRESH_FOR {
            return known;
        }
        match register(Arc::clone(&self.client)).await {
            Ok(finished) => {
                *self.latest.lock().unwrap_or_else(PoisonError::into_inner) =
                    (Instant::now(), finished.clone());
                finished
            }
            Err(error) => {
                eprintln!("haochaping-demo: {error:#}");
                known
            }
        }
    }
}

async fn register(client: Arc<Client>) -> Result<Vec<Finished>> {
    tokio::task::spawn_blocking(move || client.register())
        .await
        .context("the registration ended early")?
}

impl Client {
    fn register(&self) -> Result<Vec<Finished>> {
        let services = registrations();
        let request = ServicesRequest { services: services.clone() };
        let agent: ureq::Agent =
            ureq::Agent::config_builder().timeout_global(Some(TIME_LIMIT)).build().into();
        let answered = agent
            .post(&self.url)
            .header("Authorization", format!("Bearer {}", self.key))
            .send_json(&request);
        let mut answer = match answered {
            Ok(answer) => answer,
            Err(ureq::Error::StatusCode(401)) => bail!(
                "the collector does not know the key in the file api-key: remove the data directory and start again"
            ),
            Err(error) => return Err(error).context("services cannot be registered"),
        };
        let registered =
            answer.body_mut().read_json().context("the collector's answer cannot be read")?;
        pair(services, registered)
    }
}

/// Each service with its link; the answer is in the order of the request.
fn pair(
    services: Vec<ServiceRegistration>,
    registered: ServicesRegistered,
) -> Result<Vec<Finished>> {
    if let Some(fault) = registered.rejected.first() {
        bail!("the collector refused service {}: {} {}", fault.index, fault.field, fault.code);
    }
    ensure!(registered.tickets.len() == services.len(), "the collector left services out");
    let pairs = services.into_iter().zip(registered.tickets);
    let finished = pairs.map(|(service, issued)| Finished {
        service,
        ticket: issued.ticket,
        url: issued.url,
        rated_on: issued.rated_on,
    });
    Ok(finished.collect())
}
