//! Finished services on their way to the store, and what registering them did.

pub(crate) mod register;
pub(crate) mod visit;

use std::collections::BTreeMap;

use haochaping::{calendar::Instant, link::part_of, region::Region, service::Service};

use crate::{
    Counted, Id, SqlStore, StoreError,
    database::{Connection, OptionalRow as _, Selected as _, params, read_row, row},
};
use register::{Known, LEADS_MAX};

/// A service on its way to the store.
#[derive(Clone, Debug)]
pub struct NewService {
    /// The checked service.
    pub service: Service,
    /// Its partition.
    pub part: u8,
    /// The id it gets if it is new.
    pub id: Id,
    /// The last day of the ticket it gets if it needs one.
    pub last_day: u16,
    /// Whether it is a service by which the collector tests itself.
    pub is_probe: bool,
    /// Whether its rating comes with it, so that nobody is invited to rate it, and it is none of
    /// those of which a share is rated.
    pub is_rated_elsewhere: bool,
    /// The service that is rated in its place, of the later ones of a visit; the store sees to it.
    pub lead: Option<PrimaryService>,
    /// Now.
    pub at: Instant,
}

/// The first service of a visit, by its own key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrimaryService {
    /// 办件编号
    pub case_number: String,
    /// 服务次数
    pub service_number: u32,
}

/// A service that is on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The partition of what is rated: the service, or the first one of its visit.
    pub part: u8,
    /// The id of what is rated.
    pub id: Id,
    /// The last day of its current ticket.
    pub last_day: u16,
    /// Whether this call put it on record.
    pub is_new: bool,
    /// Where it is, as it was registered first.
    pub region: Region,
    /// Whose it is, likewise.
    pub agency: String,
    /// When it was rated.
    pub rated_at: Option<Instant>,
}

/// What a registration did.
#[derive(Debug)]
pub struct Registration {
    /// The services, in order.
    pub services: Vec<Registered>,
    /// What it added to the figures, commit by commit.
    pub counted: Vec<Counted>,
}

/// What a rating page shows of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceView {
    /// 办理事项
    pub item_name: Option<String>,
    /// 办理部门
    pub agency_name: Option<String>,
    /// Where.
    pub region: Region,
    /// When it was finished.
    pub finished_at: Instant,
    /// Whether it is a service by which the collector tests itself.
    pub is_probe: bool,
    /// When it was rated.
    pub rated_at: Option<Instant>,
}

impl SqlStore {
    /// Puts services on record, a transaction for each lane, each applied alone; the answers are in
    /// order.
    pub async fn register(
        &self,
        authority: &str,
        mut services: Vec<NewService>,
    ) -> Result<Registration, StoreError> {
        self.name_leads(authority, &mut services).await?;
        let mut registered: Vec<Option<Known>> = vec![None; services.len()];
        let mut counted = Vec::new();
        for (part, places) in self.by_lane(services.iter().map(|new| new.part)) {
            let news: Vec<_> = places.iter().map(|n| services[*n].clone()).collect();
            let authority = authority.to_owned();
            let (known, added) =
                self.write_part(part, move |c| register::register(c, &authority, &news)).await?;
            places.into_iter().zip(known).for_each(|(n, one)| registered[n] = Some(one));
            counted.extend(added);
        }
        let mut standing = Vec::with_capacity(services.len());
        for (new, known) in services.into_iter().zip(registered.into_iter().flatten()) {
            standing.push(self.follow(authority, new, known).await?);
        }
        Ok(Registration { services: standing, counted })
    }

    /// The service of a ticket.
    pub async fn service(&self, part: u8, id: Id) -> Result<Option<ServiceView>, StoreError> {
        self.read(move |c| service(c, part, id)).await
    }

    /// A service by its case, with its id and last ticket day.
    pub async fn find_service(
        &self,
        part: u8,
        authority: &str,
        case: &str,
        number: u32,
    ) -> Result<Option<Registered>, StoreError> {
        let (authority, case) = (authority.to_owned(), case.to_owned());
        self.read(move |c| register::find(c, part, &authority, &case, number)).await
    }

    /// Names of agencies by code.
    pub async fn agency_names(&self) -> Result<BTreeMap<String, String>, StoreError> {
        self.read(agency_names).await
    }

    /// Says of each service of a visit which one is rated in its place: the one that was named
    /// first, now or before.
    async fn name_leads(
        &self,
        authority: &str,
        services: &mut [NewService],
    ) -> Result<(), StoreError> {
        let mut visits: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (n, new) in services.iter().enumerate() {
            if let Some(visit) = &new.service.visit {
                visits.entry(visit.clone()).or_default().push(n);
            }
        }
        for (visit, places) in visits {
            let first = key_of(&services[places[0]]);
            let items = places
                .iter()
                .filter_map(|n| services[*n].service.item_name.clone())
                .collect::<Vec<_>>();
            let (part, authority) = (part_of(authority, &visit), authority.to_owned());
            let claim =
                move |c: &mut _| visit::claim(c, part, (&authority, &visit), &first, &items);
            let lead = self.write_part(part, claim).await?;
            for n in places {
                services[n].lead = (key_of(&services[n]) != lead).then(|| lead.clone());
            }
        }
        Ok(())
    }

    /// What is rated in the place of a service, as it stands.
    async fn follow(
        &self,
        authority: &str,
        new: NewService,
        known: Known,
    ) -> Result<Registered, StoreError> {
        let Known { mut standing, mut lead } = known;
        for _ in 0..LEADS_MAX {
            let Some(next) = lead else { return Ok(standing) };
            let (part, authority) = (part_of(authority, &next.case_number), authority.to_owned());
            let new = new.clone();
            let found = self
                .write_part(part, move |c| register::stand_in(c, &authority, &next, &new))
                .await?;
            // Another collector named it and has not put it on record yet.
            let found = found.ok_or_else(|| {
                StoreError::Busy("the first service of a visit is not on record".into())
            })?;
            let Registered { is_new, region, agency, .. } = standing;
            standing = Registered { is_new, region, agency, ..found.standing };
            lead = found.lead;
        }
        Err(StoreError::Failed("visits lead in a circle".into()))
    }
}

fn key_of(new: &NewService) -> PrimaryService {
    let service = &new.service;
    PrimaryService {
        case_number: service.case_number.as_str().to_owned(),
        service_number: service.service_number,
    }
}

row!(ServiceView {
    item_name: "s.item_name",
    agency_name: "a.name",
    region: "s.region",
    finished_at: "s.finished_at",
    is_probe: "s.probe",
    rated_at: "r.rated_at",
});

fn service(connection: &Connection, part: u8, id: Id) -> Result<Option<ServiceView>, StoreError> {
    let sql = format!(
        "select {}, s.authority, s.visit from service s
         left join agency a on a.code = s.agency
         left join rating r on r.part = s.part and r.authority = s.authority
           and r.case_number = s.case_number and r.service_number = s.service_number
         where s.part = ?1 and s.id = ?2",
        ServiceView::columns()
    );
    let found: Option<(ServiceView, String, Option<String>)> =
        connection.query_row(&sql, params![part, id], read_row).optional()?;
    let Some((mut view, authority, visit)) = found else { return Ok(None) };
    if let Some(visit) = visit {
        // It is rated for all that was done in the visit.
        let items = visit::items(connection, part_of(&authority, &visit), (&authority, &visit))?;
        view.item_name =
            Some(items.join("、")).filter(|items| !items.is_empty()).or(view.item_name);
    }
    Ok(Some(view))
}

fn agency_names(connection: &Connection) -> Result<BTreeMap<String, String>, StoreError> {
    Ok(connection
        .query("select code, name from agency", params![], |row| Ok((row.get(0)?, row.get(1)?)))?)
}
