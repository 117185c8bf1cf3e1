#![doc = include_str!("../README.md")]

mod collector;
mod gallery;
mod hall;
mod pages;
mod playground;
mod portal;
mod samples;
mod seed;

use std::{future, net::Ipv4Addr, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use clap::Parser;
use tokio::{net::TcpListener, signal::unix};

use crate::{
    collector::{Collector, Keys},
    hall::Hall,
    portal::Portal,
    seed::Registry,
};

/// A sample government portal (示例政务门户) and the collector behind its ratings
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    /// The collector's binary; without it `haochaping` beside this one
    #[arg(long, value_name = "FILE")]
    collector_bin: Option<PathBuf>,
    /// Where ratings, keys and the collector's log are kept
    #[arg(long, value_name = "DIR", default_value = "target/demo")]
    data: PathBuf,
    /// The portal's port, 0 for any free one
    #[arg(long, value_name = "PORT", default_value_t = 8090)]
    portal_port: u16,
    /// The collector's port, 0 for any free one
    #[arg(long, value_name = "PORT", default_value_t = 8089)]
    collector_port: u16,
    /// End by itself after so many seconds
    #[arg(long, value_name = "SECONDS")]
    open_for: Option<u64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line: what failed and the way out.
            eprintln!("haochaping-demo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<()> {
    let listener = listen("portal", cli.portal_port).await?;
    drop(listen("collector", cli.collector_port).await?);
    let portal_origin = format!("http://localhost:{}", listener.local_addr()?.port());
    let binary = cli.collector_bin.map_or_else(collector::beside_this_binary, Ok)?;
    let keys = collector::prepare(&binary, &cli.data).await?;
    let mut collector = tokio::select! {
        started = Collector::start(&binary, &cli.data, cli.collector_port, &portal_origin) => started?,
        () = ended(None) => return Ok(()),
    };
    let code = collector::pairing_code(&binary, &cli.data).await?;
    let welcome = collector.welcome_link(&binary, &cli.data).await;
    let served =
        serve(&mut collector, listener, keys, &portal_origin, (cli.open_for, code, welcome)).await;
    collector.stop().await?;
    served
}

/// Serves the portal until a signal, the end of the time asked for, or the end of the collector.
async fn serve(
    collector: &mut Collector,
    listener: TcpListener,
    keys: Keys,
    portal_origin: &str,
    (open_for, code, welcome): (Option<u64>, Option<String>, Option<String>),
) -> Result<()> {
    let registry = Registry::open(&collector.origin, keys.portal).await?;
    let hall = Hall::new(&collector.origin, &keys.windows, collector.pid(), collector.started);
    let routes =
        portal::routes(Arc::new(Portal { collector: collector.origin.clone(), registry, hall }));
    say_where(portal_origin, &collector.origin, welcome.as_deref(), code.as_deref());
    tokio::select! {
        () = ended(open_for) => Ok(()),
        served = axum::serve(listener, routes) => served.context("the portal ended"),
        status = collector.died() => bail!("the collector ended by itself ({status}): {} says why", collector.log.display()),
    }
}

#[expect(clippy::print_stdout, reason = "the addresses are what a person starts this for")]
fn say_where(portal: &str, collector: &str, welcome: Option<&str>, code: Option<&str>) {
    println!("portal       {portal}/");
    println!("services     {portal}/services");
    println!("playground   {portal}/playground");
    let pad = code.map_or_else(
        || "paired before".to_owned(),
        |code| format!("pairing code {code}, for 10 minutes"),
    );
    println!("window       {portal}/hall, its pad {collector}/pad/{} ({pad})", hall::WINDOW);
    println!("guide        {collector}/embed");
    println!("public page  {collector}/");
    match welcome {
        Some(link) => {
            println!(
                "desk         {collector}/desk, whose administrator sets a password at {link}"
            );
        }
        None => println!("desk         {collector}/desk"),
    }
    println!("Ctrl-C ends it");
}

async fn listen(what: &str, port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.with_context(|| {
        format!("the {what} cannot listen on port {port}: end what holds it, or choose another by --{what}-port")
    })
}

async fn ended(open_for: Option<u64>) {
    let mut terminated = unix::signal(unix::SignalKind::terminate()).expect("signals can be heard");
    let time_is_over = async {
        match open_for {
            Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            None => future::pending().await,
        }
    };
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
        () = time_is_over => {}
    }
}
