//! Where a rating belongs: what it takes over from its service, card or source.

use haochaping::{rating::Provenance, region::Region};

use crate::{
    About, CARD_AUTHORITY, NewRating, PrimaryService, StoreError,
    database::{Selected as _, Transaction, read_row, row, set},
};

/// What a rating takes over from its service or card.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) authority: String,
    pub(super) case_number: String,
    pub(super) service_number: i64,
    pub(super) item_code: Option<String>,
    pub(super) card: Option<u32>,
    pub(super) purpose: Option<String>,
    pub(super) agency: String,
    pub(super) region: Region,
    pub(super) is_probe: bool,
    pub(super) is_real_name: bool,
    pub(super) is_registered: bool,
    /// The service that is rated in its place, of the later ones of a visit.
    pub(super) lead: Option<PrimaryService>,
}

/// A rating with its place.
pub(super) struct Placed<'a> {
    pub(super) new: &'a NewRating,
    pub(super) place: Place,
    /// Whatever the entrance: what is said of a test service is a test.
    pub(super) provenance: Provenance,
}

/// The place of each of a batch; `None` for one that leads nowhere.
pub(super) fn find_places(
    transaction: &Transaction<'_>,
    batch: &[NewRating],
) -> Result<Vec<Option<Place>>, StoreError> {
    let (mut services, mut cards) = (Vec::new(), Vec::new());
    for new in batch {
        match &new.about {
            About::Service(id) => services.push(set![new.part, id]),
            About::Visit(visit) => cards.push(set![visit.card]),
            About::Imported(_) => {}
        }
    }
    let mut of_services = transaction
        .select_each(
            &format!(
                "select {} from service where part = ?1 and id = ?2",
                ServiceColumns::columns()
            ),
            &services,
            read_row::<ServiceColumns>,
        )?
        .into_iter();
    let mut of_cards = transaction
        .select_each(
            "select agency, region from card where serial = ?1",
            &cards,
            read_row::<(String, Region)>,
        )?
        .into_iter();
    let place = |new: &NewRating| match &new.about {
        About::Service(_) => of_services.next().flatten().map(Place::from),
        About::Visit(visit) => of_cards.next().flatten().map(|(agency, region)| Place {
            authority: CARD_AUTHORITY.to_owned(),
            case_number: visit.case_number.clone(),
            service_number: 1,
            item_code: None,
            card: Some(visit.card),
            purpose: visit.purpose.clone(),
            agency,
            region,
            is_probe: false,
            is_real_name: false,
            is_registered: false,
            lead: None,
        }),
        About::Imported(case) => Some(Place {
            authority: case.authority.clone(),
            case_number: case.case_number.clone(),
            service_number: case.service_number.into(),
            item_code: case.item_code.clone(),
            card: None,
            purpose: None,
            agency: case.agency.clone(),
            region: case.region,
            is_probe: false,
            is_real_name: false,
            is_registered: false,
            lead: None,
        }),
    };
    Ok(batch.iter().map(place).collect())
}

row! {
    struct ServiceColumns {
        authority: String = "authority",
        case_number: String = "case_number",
        service_number: i64 = "service_number",
        item_code: Option<String> = "item_code",
        agency: String = "agency",
        region: Region = "region",
        is_probe: bool = "probe",
        is_real_name: bool = "real_name",
        is_registered: bool = "relayed = 0",
        lead: Option<(String, u32)> = "lead_case, lead_number",
    }
}

impl From<ServiceColumns> for Place {
    fn from(row: ServiceColumns) -> Self {
        Self {
            authority: row.authority,
            case_number: row.case_number,
            service_number: row.service_number,
            item_code: row.item_code,
            card: None,
            purpose: None,
            agency: row.agency,
            region: row.region,
            is_probe: row.is_probe,
            is_real_name: row.is_real_name,
            is_registered: row.is_registered,
            lead: row.lead.map(|(case_number, service_number)| PrimaryService {
                case_number,
                service_number,
            }),
        }
    }
}
