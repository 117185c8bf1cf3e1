//! A server that is spoken to by TLS is the one that was meant.

use haochaping_postgres::Server;
use haochaping_tests::Collector;

use crate::{load::verified, refusals::refuses};

#[test]
fn a_server_is_believed_by_its_authority_and_its_name() {
    let (server, authority) = Server::start_with_tls();
    let root = authority.display();
    let by_name = |url: &str| url.replace("127.0.0.1", "localhost");
    let url = server.database();

    let meant = format!("{}?sslmode=verify-full&sslrootcert={root}", by_name(&url));
    let collector = Collector::start_on(&meant, &[]);
    let encrypted = "select count(*) > 0 from pg_stat_ssl join pg_stat_activity using (pid)
         where ssl and application_name = 'haochaping'";
    assert_eq!(server.sql("postgres", encrypted), "t");
    assert_eq!(verified(&collector), 0);

    // The certificate names localhost and no address; and no public authority has signed it.
    refuses(
        &format!("{url}?sslmode=verify-full&sslrootcert={root}"),
        &["127.0.0.1", "certificate"],
    );
    refuses(&format!("{}?sslmode=verify-full", by_name(&url)), &["localhost", "certificate"]);
    refuses(
        &format!("{}?sslmode=verify-full&sslrootcert=/none.pem", by_name(&url)),
        &["/none.pem"],
    );
}
