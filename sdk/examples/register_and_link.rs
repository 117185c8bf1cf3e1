//! A portal's back end registers a finished service and gets the link by which its citizen rates
//! it.
//!
//! `cargo run -p haochaping --features portal --example register_and_link`
#![expect(clippy::print_stdout, reason = "it is there to print")]

use haochaping::{
    portal::{Answer, Portal},
    wire::v1::{ServiceMode, ServiceRegistration},
};

fn main() {
    let portal = Portal::new("https://hcp.example.gov.cn", "hcp_abcdefgh_0123456789abcdef");
    let finished = ServiceRegistration {
        case_number: "示例-2026-0001".into(),
        service_number: 1,
        item_name: Some("社会保障卡申领".into()),
        agency_code: "11110000000021135M".into(),
        agency_name: Some("示例社会保障服务所".into()),
        region: "321002".into(),
        finished_at: "2026-11-20T15:04:05+08:00".into(),
        mode: ServiceMode::OnSite,
        ..ServiceRegistration::default()
    };
    let request = portal.register(&[finished]);
    println!("{} {} ({} bytes)", request.method, request.url, request.body.len());

    // Whatever HTTP client the portal has sends the request; this is what a collector answers.
    let body = r#"{"tickets": [{"index": 0, "case_number": "示例-2026-0001", "service_number": 1, "ticket": "T",
        "url": "https://hcp.example.gov.cn/r/T", "created": true}], "rejected": []}"#;
    match portal.registered(Answer { status: 200, body: body.as_bytes() }) {
        Ok(registered) => {
            registered.tickets.iter().for_each(|ticket| println!("rate at {}", ticket.url));
        }
        Err(error) => println!("not registered: {error}"),
    }
}
