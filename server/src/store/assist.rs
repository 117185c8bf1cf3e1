//! What operators of hotlines and halls need of the store: services by case number, and wishes.

use haochaping::{calendar::Instant, region::Region};

use super::{Id, Lead};

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
    pub lead: Option<Lead>,
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
