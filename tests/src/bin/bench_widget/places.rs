//! Where everything is: the collector, the peers, and the portal's pages.

use haochaping_tests::{Collector, Http, workspace};
use tokio::task::block_in_place;

use crate::{
    orphans::{at_panic, kill},
    site::Site,
    wire::Wire,
};

/// A collector and the other server, each behind a wire. The portal is the latter by its other
/// name, so that the collector is foreign to it.
#[derive(Debug)]
pub(crate) struct Places {
    wires: [Wire; 2],
    ticket: String,
    /// Ends with this.
    _collector: Collector,
}

impl Places {
    pub(crate) async fn open() -> Self {
        let wires = [Wire::lay().await, Wire::lay().await];
        let [to_collector, to_site] = &wires;
        let url = format!("http://127.0.0.1:{}", to_collector.port());
        let portal = format!("http://localhost:{}", to_site.port());
        let collector =
            block_in_place(|| Collector::start(&["--public-url", &url, "--allow-origin", &portal]));
        let pid = collector.pid();
        at_panic(move || kill(pid));
        to_collector.lead_to(collector.address());
        let ticket = block_in_place(|| collector.register(1)).remove(0);

        let mut site = Site::of_peers(&workspace().join("target/peers"));
        let fragment = block_in_place(|| fragment(&url, &ticket));
        let link = format!("<a href=\"{url}/r/{ticket}\">评价本次服务</a>");
        let element = |inside: &str| {
            format!("<hao-cha-ping ticket=\"{ticket}\" lang=\"zh-Hans\">{inside}</hao-cha-ping>")
        };
        site.add("/blank.html", "<!doctype html><link rel=\"icon\" href=\"data:,\">");
        site.add("/fetched", &portal_page(&url, &element(&link)));
        let preload = format!(
            "<link rel=\"preload\" as=\"fetch\" crossorigin href=\"{url}/r/{ticket}/form?lang=zh-Hans&amp;style=template\">"
        );
        let preloaded =
            portal_page(&url, &element(&link)).replacen("<script", &format!("{preload}<script"), 1);
        site.add("/preloaded", &preloaded);
        let tag = format!("<script async src=\"{url}/r/{ticket}/widget.js\"></script>");
        site.add("/one-tag", &page("", &tag));
        site.add("/in-page", &portal_page(&url, &element(&fragment)));
        // All of them in one place: the element waits with the app until it is in sight.
        let template = format!(
            "<style>hao-cha-ping{{position:absolute;top:0;left:0;width:100%}}</style>\
             <template id=\"element\">{}</template>",
            element(&fragment)
        );
        site.add("/many", &portal_page(&url, &template));
        to_site.lead_to(&site.serve().await);
        Self { wires, ticket, _collector: collector }
    }

    /// On the collector.
    pub(crate) fn of_collector(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.wires[0].port())
    }

    /// The rating page of the one ticket; opening it uses nothing up.
    pub(crate) fn rating_page(&self) -> String {
        self.of_collector(&format!("/r/{}?lang=zh-Hans", self.ticket))
    }

    /// A page of a peer.
    pub(crate) fn of_peer(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}/{name}.html", self.wires[1].port())
    }

    /// On the portal.
    pub(crate) fn of_portal(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.wires[1].port())
    }

    /// Bytes that came from both servers so far.
    pub(crate) fn n_bytes(&self) -> u64 {
        self.wires.iter().map(Wire::n_bytes).sum()
    }
}

/// What a portal's own server puts into the element: style and form.
fn fragment(collector: &str, ticket: &str) -> String {
    let answer =
        Http::unchecked().get(&format!("{collector}/r/{ticket}/form?style=inline&lang=zh-Hans"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    text[text.find("<style").expect("the fragment has its style")..].to_owned()
}

fn portal_page(collector: &str, body: &str) -> String {
    page(&format!("<script type=\"module\" src=\"{collector}/v1/haochaping.js\"></script>"), body)
}

fn page(head: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"zh-Hans\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>办件结果（示例）</title>\
         <link rel=\"icon\" href=\"data:,\">{head}</head>\
         <body><main><h1>办件结果（示例）</h1>{body}</main></body></html>"
    )
}
