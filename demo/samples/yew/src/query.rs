//! What this sample takes from its own address. A real portal's back end registers each finished
//! service and gives the page its ticket; `?collector=…&ticket=…&ticket=…` stands in for it.

use web_sys::UrlSearchParams;

/// The collector, and the tickets of the person's matters in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub collector: String,
    pub tickets: Vec<String>,
}

impl Query {
    pub fn of_page() -> Self {
        let search = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
        let Ok(parameters) = UrlSearchParams::new_with_str(&search) else {
            return Self { collector: String::new(), tickets: Vec::new() };
        };
        Self {
            collector: parameters.get("collector").unwrap_or_default(),
            tickets: parameters.get_all("ticket").iter().filter_map(|ticket| ticket.as_string()).collect(),
        }
    }
}
