//! Somebody at the desk, as a browser without scripts.

use crate::{
    collector::Collector,
    eventually,
    http::{Answer, Http, form},
};

/// The password of everybody here; all names are made up.
pub const PASSWORD: &str = "十二个字的密码现在够长了";

/// An account that has signed in.
#[derive(Clone, Debug)]
pub struct Staff {
    /// Sends the cookie along, as from a page of the collector.
    pub http: Http,
    /// The collector's address.
    pub origin: String,
    /// The name and value of the session.
    pub cookie: String,
}

impl Staff {
    /// Makes an account by the command line, sets its password by the link, and signs in.
    ///
    /// # Panics
    /// If any step is refused.
    pub fn new(collector: &Collector, name: &str, args: &[&str]) -> Self {
        Self::add(collector, name, args);
        Self::sign_in(collector, name)
    }

    /// The account with its password, not signed in.
    ///
    /// # Panics
    /// If a step is refused.
    pub fn add(collector: &Collector, name: &str, args: &[&str]) {
        let origin = collector.url();
        let output =
            collector.cli(&[&["staff", "add", name, "--public-url", &origin], args].concat());
        assert_eq!(output.code, Some(0), "{}", output.err);
        Self::accept(output.out.trim());
    }

    /// Sets the password by a link.
    ///
    /// # Panics
    /// If it is refused.
    pub fn accept(link: &str) {
        assert_eq!(Http::new().get(link).status, 200, "{link}");
        let set =
            Http::new().post_form(link, &form(&[("password", PASSWORD), ("again", PASSWORD)]));
        assert_eq!(set.status, 303, "{}", set.text());
    }

    /// Signs in.
    ///
    /// # Panics
    /// If it is refused.
    pub fn sign_in(collector: &Collector, name: &str) -> Self {
        let origin = collector.url();
        let answer = try_sign_in(&origin, name, PASSWORD);
        assert_eq!(answer.status, 303, "{}", answer.text());
        let cookie = answer.header("set-cookie");
        let cookie = cookie.split(';').next().expect("a cookie has a value");
        Self::with_cookie(cookie, origin)
    }

    fn with_cookie(cookie: &str, origin: String) -> Self {
        let http = Http::new().header("cookie", cookie).header("origin", &origin);
        Self { http, origin, cookie: cookie.to_owned() }
    }

    /// The same session where the collector listens by now.
    #[must_use]
    pub fn moved_to(&self, collector: &Collector) -> Self {
        Self::with_cookie(&self.cookie, collector.url())
    }

    /// A page.
    pub fn get(&self, path: &str) -> Answer {
        self.http.get(&format!("{}{path}", self.origin))
    }

    /// A form, with the token of this session.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf();
        self.http.post_form(
            &format!("{}{path}", self.origin),
            &form(&[&[("csrf", &csrf[..])], fields].concat()),
        )
    }

    /// The token of this session's forms.
    ///
    /// # Panics
    /// If no page has one.
    pub fn csrf(&self) -> String {
        let mut page = self.get("/desk");
        if page.status == 303 {
            page = self.get(&page.header("location"));
        }
        let (_, rest) =
            page.text().split_once("name=\"csrf\" value=\"").expect("every page has a token");
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// The paths of the orders on the list of what is due, once there are so many.
    ///
    /// # Panics
    /// If they do not come.
    pub fn orders(&self, n: usize) -> Vec<String> {
        eventually("the orders are on the list", || {
            let page = self.get("/desk");
            let links =
                page.text().split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
            let links: Vec<_> =
                links.filter(|link| link.contains("/desk/orders/")).map(str::to_owned).collect();
            (links.len() == n).then_some(links)
        })
    }

    /// Takes an action on an order, as its page stands.
    pub fn act(&self, path: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(path);
        let n = page.text().split_once("name=\"n_entries\" value=\"").map_or("", |(_, rest)| rest);
        let n = n.split('"').next().unwrap_or_default().to_owned();
        self.post(path, &[&[("action", action), ("n_entries", &n[..])], fields].concat())
    }
}

/// Tries to sign in.
pub fn try_sign_in(origin: &str, name: &str, password: &str) -> Answer {
    let body = form(&[("name", name), ("password", password), ("next", "/desk"), ("kept", "")]);
    Http::new().header("origin", origin).post_form(&format!("{origin}/desk/sign-in"), &body)
}
