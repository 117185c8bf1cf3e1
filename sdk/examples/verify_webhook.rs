//! A receiver of webhooks checks the signature before it reads the body.
//!
//! `cargo run -p haochaping --features portal --example verify_webhook`
#![expect(clippy::print_stdout, reason = "it is there to print")]

use haochaping::webhook::{Headers, MalformedSecret, Secret, verify};

fn main() -> Result<(), MalformedSecret> {
    // As `haochaping endpoint add` prints it. A receiver keeps it in its secrets.
    let secret: Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse()?;
    let (id, now, body) =
        ("msg_示例".replace("示例", "1"), 1_795_000_000, br#"{"type": "work_order.dispatch"}"#);
    let signature = secret.sign(&id, now, body);
    let headers = Headers { id: &id, timestamp: &now.to_string(), signature: &signature };

    println!("as sent: {:?}", verify(&secret, headers, body, now + 2));
    println!("changed on the way: {:?}", verify(&secret, headers, b"{}", now + 2));
    println!("sent again after an hour: {:?}", verify(&secret, headers, body, now + 3_600));
    Ok(())
}
