use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use haochaping::ledger::Cosigner;
use haochaping_collector::ports::{Clock, SystemClock, SystemRng, random};

use crate::audit::{AuditFault, Client, OtherLog, State, follows, replace, trusted};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping cosign https://hcp.example.gov.cn --name audit.example.org --directory witness
  haochaping cosign https://hcp.example.gov.cn --name audit.example.org --directory witness --every 60

For an independent body. Signs the newest checkpoint if the log has only grown since the last one that was signed, keeps every
one of them in the directory, and gives its line to the collector. Two logs are both kept, and named. The first run makes a key and
prints its public half: the collector takes lines of the keys that it was given by --witness.")]
pub(super) struct Args {
    /// The collector, as people reach it
    url: String,
    /// The witness's name, as in audit.example.org
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Where key, state and checkpoints are kept; made if it is not there
    #[arg(long, value_name = "DIR")]
    directory: PathBuf,
    /// Again after so many seconds, until it is stopped
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    every: Option<u64>,
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "commands answer on standard output")]
pub(super) async fn run(args: Args) -> Result<()> {
    super::make_directory(&args.directory)?;
    let cosigner = cosigner(&args)?;
    println!("{}", cosigner.public());
    tokio::task::spawn_blocking(move || {
        loop {
            match (once(&args, &cosigner), args.every) {
                (Ok(size), _) => println!("cosigned {size} leaves"),
                // A collector that does not answer is asked again. One that shows two logs is not.
                (Err(error), Some(_)) if !shows_another_log(&error) => {
                    eprintln!("not cosigned: {error:#}");
                }
                (Err(error), _) => return Err(error),
            }
            let Some(seconds) = args.every else { return Ok(()) };
            std::thread::sleep(Duration::from_secs(seconds));
        }
    })
    .await?
}

fn shows_another_log(error: &anyhow::Error) -> bool {
    error.is::<OtherLog>() || matches!(error.downcast_ref(), Some(AuditFault::Other(_)))
}

fn cosigner(args: &Args) -> Result<Cosigner> {
    use std::os::unix::fs::OpenOptionsExt;
    let path = args.directory.join("key");
    let seed: [u8; 32] = if path.exists() {
        let bytes =
            std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        bytes
            .try_into()
            .map_err(|_| anyhow::anyhow!("{} does not hold a key of 32 bytes", path.display()))?
    } else {
        let seed: [u8; 32] = random(&SystemRng);
        let mut file =
            std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        std::io::Write::write_all(&mut file, &seed)?;
        file.sync_all()?;
        seed
    };
    Cosigner::new(&args.name, &seed).context("--name")
}

fn once(args: &Args, cosigner: &Cosigner) -> Result<u64> {
    let client = Client::new(&args.url);
    let file = args.directory.join("state.json");
    let mut state = State::read(&file)?;
    let key = trusted(&client, &mut state)?;
    let text = client.text("checkpoint")?;
    // Kept before it is judged: a forked log is evidence.
    let opened = haochaping::ledger::open_checkpoint(&text, &key).context("the checkpoint")?;
    let kept =
        args.directory.join(format!("checkpoint-{}-{}", opened.size, fingerprint(&opened.root.0)));
    replace(&kept, text.as_bytes())?;
    if let Some(seen) = &state.seen {
        let both = || format!("both checkpoints are in {}", args.directory.display());
        follows(&opened, seen).with_context(both)?;
        client
            .check_growth((seen.size, seen.root.0), (opened.size, opened.root.0))
            .with_context(both)?;
    }
    let cosigned = cosigner.cosign(&text, SystemClock.now()).context("the checkpoint")?;
    replace(&kept, cosigned.as_bytes())?;
    let size = opened.size;
    state.seen = Some(opened);
    state.write(&file)?;
    client.cosigned(&cosigned).context("the collector did not take the line; it is kept here")?;
    Ok(size)
}

fn fingerprint(root: &[u8; 32]) -> String {
    root[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}
