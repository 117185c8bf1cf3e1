//! What operators of hotlines and halls need of the store: services by case number, and wishes.

use haochaping::{calendar::Instant, region::Region};

use crate::{
    Id, PrimaryService, SqlStore, StoreError,
    database::{self, Cursor, FromColumns, OptionalRow as _, Selected as _, params, read_row, row},
    row::{signed, span},
    staff::{AuditEntry, statements::record},
};

/// A finished service, as staff find it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundService {
    /// The partition.
    pub part: u8,
    /// Its id.
    pub id: Id,
    /// Whose case number it is.
    pub authority: String,
    /// 办件编号
    pub case_number: String,
    /// 服务次数
    pub service_number: u32,
    /// 事项
    pub item_code: Option<String>,
    /// 事项名称
    pub item_name: Option<String>,
    /// Whose service it is.
    pub agency: String,
    /// Its name.
    pub agency_name: Option<String>,
    /// Where.
    pub region: Region,
    /// When it was finished.
    pub finished_at: Instant,
    /// Whether it is a service by which the collector tests itself.
    pub is_probe: bool,
    /// When it was rated.
    pub rated_at: Option<Instant>,
    /// The service that is rated in its place, of the later ones of a visit.
    pub lead: Option<PrimaryService>,
    /// Whose service that is, once it was looked up.
    pub lead_agency: Option<String>,
}

/// 口头诉求
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Binds the text to its row.
    pub id: Id,
    /// When it was said.
    pub at: Instant,
    /// Who noted it.
    pub who: String,
    /// Where.
    pub region: Region,
    /// Whose matter it is.
    pub agency: String,
    /// The matter's code.
    pub item_code: Option<String>,
    /// The matter's name.
    pub item_name: String,
    /// What was said, encrypted.
    pub text: Vec<u8>,
}

row!(FoundService {
    part: "s.part",
    id: "s.id",
    authority: "s.authority",
    case_number: "s.case_number",
    service_number: "s.service_number",
    item_code: "s.item_code",
    item_name: "s.item_name",
    agency: "s.agency",
    agency_name: "a.name",
    region: "s.region",
    finished_at: "s.finished_at",
    is_probe: "s.probe",
    rated_at: "r.rated_at",
    lead: "s.lead_case, s.lead_number",
    // It lies in another part, and is asked for there.
    lead_agency: "cast(null as text)",
});

impl FromColumns for Option<PrimaryService> {
    fn from_columns(cursor: &mut Cursor<'_>) -> database::Result<Self> {
        let lead: Option<(String, u32)> = cursor.take()?;
        Ok(lead.map(|(case_number, service_number)| PrimaryService { case_number, service_number }))
    }
}

row!(Wish {
    id: "id",
    at: "at",
    who: "who",
    region: "region",
    agency: "agency",
    item_code: "item_code",
    item_name: "item_name",
    text: "text",
});

/// A statement for services `s`; `rest` says which and in what order.
fn select(rest: &str) -> String {
    format!(
        "select {} from service s left join agency a on a.code = s.agency
         left join rating r on r.part = s.part and r.authority = s.authority and r.case_number = s.case_number
           and r.service_number = s.service_number {rest}",
        FoundService::columns()
    )
}

impl SqlStore {
    /// The services of a case.
    pub async fn services_of_case(
        &self,
        part: u8,
        authority: &str,
        case: &str,
    ) -> Result<Vec<FoundService>, StoreError> {
        let (authority, case) = (authority.to_owned(), case.to_owned());
        self.read(move |c| {
            let sql = select("where s.part = ?1 and s.authority = ?2 and s.case_number = ?3 order by s.service_number");
            Ok(c.query(&sql, params![part, authority, case], read_row)?)
        })
        .await
    }

    /// A service by its id.
    pub async fn found_service(
        &self,
        part: u8,
        id: Id,
    ) -> Result<Option<FoundService>, StoreError> {
        self.read(move |c| {
            let sql = select("where s.part = ?1 and s.id = ?2");
            Ok(c.query_row(&sql, params![part, id], read_row).optional()?)
        })
        .await
    }

    /// Who entered the rating of an order, and by which channel; `None` for what people sent
    /// themselves.
    pub async fn entered_by(
        &self,
        part: u8,
        rating: Id,
    ) -> Result<Option<(String, String)>, StoreError> {
        self.read(move |c| {
            let sql = "select entered_by, channel from rating where part = ?1 and id = ?2 and entered_by is not null";
            Ok(c.query_row(sql, params![part, rating], read_row).optional()?)
        })
        .await
    }

    /// Notes a wish, with the entry of the record that tells of it.
    pub async fn add_wish(&self, wish: Wish, entry: AuditEntry) -> Result<(), StoreError> {
        self.write(move |c| {
            let t = c.transaction()?;
            t.execute(
                "insert into wish (id, at, who, region, agency, item_code, item_name, text)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    wish.id,
                    wish.at.millis(),
                    wish.who,
                    signed(wish.region),
                    wish.agency,
                    wish.item_code,
                    wish.item_name,
                    wish.text
                ],
            )?;
            record(&t, &entry)?;
            t.commit()
        })
        .await
    }

    /// Wishes of a region with all below, and of one agency if it is named, the newest first.
    pub async fn wishes(
        &self,
        region: Region,
        agency: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Wish>, StoreError> {
        let (low, high) = span(region);
        let agency = agency.map(str::to_owned);
        self.read(move |c| {
            let sql = format!(
                "select {} from wish where (agency = ?1 or ?1 is null) and region between ?2 and ?3
                 order by at desc, id limit ?4",
                Wish::columns()
            );
            Ok(c.query(&sql, params![agency, low, high, limit], read_row)?)
        })
        .await
    }
}
