use std::io::Read as _;

use anyhow::{Context, Result, bail};
use clap::Args as ClapArgs;
use haochaping::{
    ledger::{Evidence, Promised, Verifier},
    wire::v1,
};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping verify-receipt proof.json --key 'hcp.example.gov.cn/ledger+1a2b3c4d+AQ…'
  haochaping verify-receipt https://hcp.example.gov.cn/api/v1/ratings/XXXXX-XXXXX-XXXXX-XXXXX/proof

A file is checked without any network. It holds what that address answers, or the proof alone, or what the answer to a rating says
under `proof`. Without --key the key in the answer is used, which says what this collector says of itself.")]
pub(super) struct Args {
    /// A file, - for standard input, or an address
    #[arg(value_name = "FILE|URL")]
    what: String,
    /// The ledger's key, from somebody that you trust
    #[arg(long, value_name = "KEY")]
    key: Option<Verifier>,
    /// The receipt that it is to be of
    #[arg(long, value_name = "RECEIPT")]
    receipt: Option<String>,
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub(super) async fn run(args: Args) -> Result<()> {
    let text = tokio::task::spawn_blocking({
        let what = args.what.clone();
        move || read(&what)
    })
    .await??;
    let answer: Option<v1::LedgerProof> = serde_json::from_str(&text).ok();
    let proof = match &answer {
        Some(answer) => answer.proof.clone(),
        None => match serde_json::from_str::<v1::RatingAccepted>(&text) {
            Ok(accepted) => accepted.proof.context("the answer to the rating holds no proof")?,
            Err(_) => text,
        },
    };
    let given = answer.as_ref().and_then(|answer| answer.key.parse().ok());
    let key =
        args.key.or(given).context("--key is needed: nothing here says by which key to check")?;
    let receipt = args.receipt.or_else(|| answer.map(|answer| answer.receipt));
    let shown = Evidence::check(&proof, &key, receipt.as_deref()).context(args.what)?;
    let about = receipt
        .map(|receipt| format!(", and is that of the receipt {receipt}"))
        .unwrap_or_default();
    match shown {
        Evidence::Included { index, checkpoint } => {
            println!(
                "leaf {index} is in the ledger {} of {} leaves{about}",
                checkpoint.origin, checkpoint.size
            );
            println!("it shows that the rating was taken in, and not what it says");
        }
        Evidence::Promised(Promised { at }) => {
            println!("{} promised on {} to hold this leaf{about}", key.origin(), at.to_rfc3339());
            println!(
                "a promise is not a proof yet: ask again after a second, and show this promise if the leaf is not there"
            );
        }
    }
    Ok(())
}

fn read(what: &str) -> Result<String> {
    if what.starts_with("http://") || what.starts_with("https://") {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent.get(what).call().with_context(|| what.to_owned())?;
        let text = answer.body_mut().read_to_string().with_context(|| what.to_owned())?;
        if answer.status().is_success() {
            return Ok(text);
        }
        let message = serde_json::from_str::<v1::Problem>(&text)
            .map(|problem| problem.detail.unwrap_or(problem.title));
        bail!(
            "{what} gives no proof ({}): {}",
            answer.status(),
            message.unwrap_or_else(|_| "no reason was given".into())
        );
    }
    if what == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    match std::fs::read_to_string(what) {
        Ok(text) => Ok(text),
        Err(error) => bail!("{what} cannot be read: {error}"),
    }
}
