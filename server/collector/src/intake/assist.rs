//! 代录: a rating entered by an operator of a hotline or hall at the citizen's word, for those
//! without a phone. The operator is on record with it, reads it back before it is sent, and is
//! never of the body that is rated.

use haochaping::{
    link::part_of,
    rating::{Channel, Provenance, RatingDraft},
    region::Region,
};
use haochaping_store::{Id, StoreError, assist::FoundService};

use crate::{
    intake::accept::{Accepted, Claim, Entrance, Refusal, accept},
    state::App,
};

/// Who enters ratings for others.
#[derive(Clone, Debug)]
pub struct Operator {
    /// `staff:` and a name, or `api:` and a key with the operator's own number.
    pub who: String,
    /// The bodies they belong to.
    pub agencies: Vec<String>,
    /// Where, with all below.
    pub regions: Vec<Region>,
}

impl Operator {
    /// Whether a service lies in their region. What does not answers as if it were not there.
    pub fn sees(&self, service: &FoundService) -> bool {
        !service.is_probe && self.regions.iter().any(|own| own.contains(service.region))
    }

    /// Whether they may enter what is said of it: nobody writes down what is said of their own
    /// body.
    pub fn may_enter(&self, service: &FoundService) -> bool {
        let rated = [Some(&service.agency), service.lead_agency.as_ref()];
        !rated.into_iter().flatten().any(|rated| self.agencies.contains(rated))
    }
}

/// The channels of assisted entry, as the national list calls them: by telephone, or at a hall's
/// own device.
pub const CHANNELS: [Channel; 2] = [Channel::Phone, Channel::HallTerminal];

/// The services of a case number in an operator's region, whoever registered it.
///
/// # Errors
/// The store's.
pub async fn find(
    app: &App,
    operator: &Operator,
    case: &str,
) -> Result<Vec<FoundService>, StoreError> {
    let mut found = Vec::new();
    for authority in app.callers().authorities() {
        found
            .extend(app.store.services_of_case(part_of(&authority, case), &authority, case).await?);
    }
    found.retain(|service| operator.sees(service));
    for service in &mut found {
        follow(app, service).await?;
    }
    Ok(found)
}

/// A service by its id.
///
/// # Errors
/// The store's.
pub async fn found(app: &App, part: u8, id: Id) -> Result<Option<FoundService>, StoreError> {
    let Some(mut service) = app.store.found_service(part, id).await? else { return Ok(None) };
    follow(app, &mut service).await?;
    Ok(Some(service))
}

/// A later service of a visit is rated by the first one; what is shown of it stays its own.
///
/// # Errors
/// The store's.
pub async fn follow(app: &App, service: &mut FoundService) -> Result<(), StoreError> {
    let Some(lead) = &service.lead else { return Ok(()) };
    let (authority, case) = (&service.authority, &lead.case_number);
    let known = app
        .store
        .find_service(part_of(authority, case), authority, case, lead.service_number)
        .await?;
    if let Some(known) = known {
        (service.part, service.id, service.rated_at) = (known.part, known.id, known.rated_at);
        service.lead_agency = Some(known.agency);
    }
    Ok(())
}

/// Enters a rating that was read back. Nothing else than the citizen's own rating becomes of it: it
/// counts, it opens a work order, and a second one is refused.
///
/// # Errors
/// [`Refusal`]. Whether the operator sees the service and may enter it is the caller's question.
pub async fn enter(
    app: &App,
    operator: &Operator,
    service: &FoundService,
    channel: Channel,
    key: &str,
    draft: RatingDraft,
) -> Result<Accepted, Refusal> {
    let entrance = Entrance { channel, provenance: Provenance::Assisted };
    let claim = Claim::Assisted { part: service.part, service: service.id, key, by: &operator.who };
    accept(app, entrance, claim, draft).await
}
