//! The two kinds of link that open a form, and what they lead to. A single-use ticket is about one
//! finished service; a printed card about a service point. Each is checked by its MAC before
//! anything is read.

use axum::http::StatusCode;
use haochaping::{
    form::{CardSubject, Subject},
    link::{Card, TokenError, Visit},
    rating::Violation,
    region::Region,
};
use haochaping_collector::{intake::accept::read_ticket, ports::random, state::App};
use haochaping_store::{ServiceView, StoreError, StoredCard};

/// A link as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) enum Link {
    /// `/r/…`
    Ticket(String),
    /// `/c/…`
    Card(String),
}

/// What is about to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Access {
    /// A form is opened.
    Open,
    /// A filled form arrives; one that was opened in time is taken a while longer.
    Send,
    /// Somebody comes back after the rating.
    Return,
}

/// Where a link leads.
#[derive(Debug)]
pub(in crate::http) struct LinkTarget {
    /// What the form shows.
    pub subject: Subject,
    /// The civil date of the rating that stands; a card has none.
    pub rated_on: Option<String>,
    /// Where it happened, or whose card it is; `None` where the store did not say.
    pub region: Option<Region>,
    /// The serial of a card.
    serial: Option<u32>,
}

/// Why no form can be shown.
#[derive(Debug)]
pub(in crate::http) enum FormUnavailable {
    /// The ticket is refused; nothing was read.
    Ticket(Violation),
    /// The card is refused; nothing was read.
    Card(TokenError),
    /// The card was ended by its office.
    Revoked,
    /// There is a new card in its place.
    Replaced,
    /// Nothing is on record.
    Unknown,
    /// The store failed.
    Store(StoreError),
}

/// Symbols of a card's token; a ticket has twice as many.
const CARD_SYMBOLS: usize = 24;

impl FormUnavailable {
    /// The stable code, on pages and in JSON.
    pub(in crate::http) fn code(&self) -> &'static str {
        match self {
            Self::Ticket(Violation::TicketExpired) => "expired",
            Self::Ticket(violation) => violation.code(),
            Self::Card(TokenError::Malformed) => "card-malformed",
            Self::Card(TokenError::NotGenuine) => "card-not-genuine",
            Self::Card(TokenError::Expired) => "card-expired",
            Self::Revoked => "card-revoked",
            Self::Replaced => "card-replaced",
            Self::Unknown => "unknown",
            Self::Store(_) => "internal",
        }
    }

    /// Gone is what was good once.
    pub(in crate::http) fn status(&self) -> StatusCode {
        match self {
            Self::Ticket(Violation::TicketExpired)
            | Self::Card(TokenError::Expired)
            | Self::Revoked
            | Self::Replaced => StatusCode::GONE,
            Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::NOT_FOUND,
        }
    }
}

impl Link {
    /// A link of either kind by its token.
    pub(in crate::http) fn of_token(token: String) -> Self {
        if token.len() == CARD_SYMBOLS { Self::Card(token) } else { Self::Ticket(token) }
    }

    /// The token as it came.
    pub(in crate::http) fn token(&self) -> &str {
        let (Self::Ticket(token) | Self::Card(token)) = self;
        token
    }

    /// The path of its page.
    pub(in crate::http) fn path(&self) -> String {
        match self {
            Self::Ticket(token) => format!("/r/{token}"),
            Self::Card(token) => format!("/c/{token}"),
        }
    }

    /// The attribute of the element that holds it.
    pub(in crate::http) fn attribute(&self) -> &'static str {
        match self {
            Self::Ticket(_) => "ticket",
            Self::Card(_) => "card",
        }
    }

    /// Whether it was made here, maybe long ago.
    pub(in crate::http) fn is_genuine(&self, app: &App) -> bool {
        match self {
            Self::Ticket(token) => {
                matches!(read_ticket(app, token), Ok(_) | Err(Violation::TicketExpired))
            }
            Self::Card(token) => {
                let card = Card::verify(token, &app.keys().card, &app.config.canonical_host());
                matches!(card, Ok(_) | Err(TokenError::Expired))
            }
        }
    }

    /// Where it leads at this moment.
    pub(in crate::http) async fn find(
        &self,
        app: &App,
        moment: Access,
    ) -> Result<LinkTarget, FormUnavailable> {
        match self {
            Self::Ticket(token) => find_service(app, token, moment).await,
            Self::Card(token) => find_card(app, token, moment).await,
        }
    }
}

impl LinkTarget {
    /// What is shown where the store does not say what a link is about: a filled form must come
    /// back all the same.
    pub(in crate::http) fn nothing_known() -> Self {
        Self { subject: Subject::default(), rated_on: None, region: None, serial: None }
    }

    /// Whether a form's key may rate here: of a card, a visit to this card whose time is not over.
    pub(in crate::http) fn admits(&self, app: &App, key: &str) -> bool {
        self.serial.is_none_or(|serial| {
            Visit::check(key, &app.keys().page, app.clock.now())
                .is_ok_and(|visit| visit.serial == serial)
        })
    }

    /// The key of a new form: random, or a visit to the card.
    pub(in crate::http) fn fresh_key(&self, app: &App) -> String {
        match self.serial {
            None => haochaping::link::base32::encode(&random::<16>(&*app.rng)),
            Some(serial) => {
                let visit = Visit { serial, opened_at: app.clock.now(), nonce: random(&*app.rng) };
                visit.mint(&app.keys().page)
            }
        }
    }
}

async fn find_service(
    app: &App,
    token: &str,
    moment: Access,
) -> Result<LinkTarget, FormUnavailable> {
    let ticket = read_ticket(app, token).map_err(FormUnavailable::Ticket)?;
    let now = app.clock.now();
    let is_in_time = match moment {
        Access::Open => ticket.opens_at(now),
        Access::Send => ticket.takes_rating_at(now),
        Access::Return => true,
    };
    if !is_in_time {
        return Err(FormUnavailable::Ticket(Violation::TicketExpired));
    }
    let service =
        app.store.service(ticket.part, ticket.service).await.map_err(FormUnavailable::Store)?;
    let service = service.ok_or(FormUnavailable::Unknown)?;
    let rated_on = service.rated_at.map(|at| at.date_in_china().to_string());
    let region = Some(service.region);
    Ok(LinkTarget { subject: of_service(service), rated_on, region, serial: None })
}

fn of_service(service: ServiceView) -> Subject {
    Subject::Service {
        item: service.item_name.unwrap_or_default(),
        agency: service.agency_name.unwrap_or_default(),
        finished_on: service.finished_at.date_in_china().to_string(),
        is_probe: service.is_probe,
    }
}

async fn find_card(app: &App, token: &str, moment: Access) -> Result<LinkTarget, FormUnavailable> {
    let card = Card::verify(token, &app.keys().card, &app.config.canonical_host())
        .map_err(FormUnavailable::Card)?;
    // A page that was opened in time may still send: its visit says until when.
    let is_open = moment == Access::Open;
    if is_open && !card.expires.is_good_on(app.clock.now().date_in_china()) {
        return Err(FormUnavailable::Card(TokenError::Expired));
    }
    let stored = app
        .store
        .card(card.serial)
        .await
        .map_err(FormUnavailable::Store)?
        .ok_or(FormUnavailable::Unknown)?;
    if is_open && stored.replaced_by.is_some() {
        return Err(FormUnavailable::Replaced);
    }
    if is_open && stored.revoked.is_some() {
        return Err(FormUnavailable::Revoked);
    }
    let region = Some(stored.card.region);
    let serial = Some(card.serial);
    Ok(LinkTarget { subject: of_card(app, stored), rated_on: None, region, serial })
}

fn of_card(app: &App, StoredCard { card, .. }: StoredCard) -> Subject {
    // From the district down: whoever stands before the agent knows the city.
    let mut places: Vec<_> =
        card.region.ancestors().take(3).map(|region| app.region_name(region)).collect();
    places.reverse();
    Subject::Card(CardSubject {
        kind: card.kind,
        name: card.name,
        number: card.number,
        place: places.join(" "),
        scope: card.scope.unwrap_or_default(),
        agency: card.agency_name.unwrap_or(card.agency),
        purposes: app.config.purposes.0.clone(),
        purpose: String::new(),
    })
}
