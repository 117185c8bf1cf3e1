//! What an operator sets, as the command line reads it.

use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};
use haochaping::{ledger::WitnessKey, region::Region, work_order::Profile};
use haochaping_collector::{
    config::{
        Config, Publication, Purposes, parse_folder, parse_network, parse_origin, parse_public_url,
        read_profile, read_purposes,
    },
    exchange::Format,
    site::Sites,
};
use ipnet::IpNet;

/// Where the data are. Every command takes these, and works beside a running collector.
#[derive(Args, Clone, Debug)]
pub struct StoreArgs {
    /// The data directory; made if it is not there
    #[arg(
        long,
        global = true,
        env = "HAOCHAPING_DATA",
        value_name = "DIR",
        default_value = "data"
    )]
    pub data: PathBuf,
    /// A PostgreSQL database in the place of a file, as in
    /// postgres://USER:PASSWORD@HOST/DATABASE?sslmode=verify-full; better given by the environment,
    /// which other users of the machine do not see
    #[arg(
        long,
        global = true,
        env = "HAOCHAPING_DATABASE",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub database: Option<String>,
    /// Begin an empty store beside a key file that is there
    #[arg(long, global = true, env = "HAOCHAPING_NEW")]
    pub new: bool,
    /// The file with the master key; without it DIR/master.key
    #[arg(long, global = true, env = "HAOCHAPING_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

impl StoreArgs {
    /// The key file in force.
    pub fn key_path(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.data.join("master.key"))
    }
}

/// What shapes links and pages.
#[derive(Args, Clone, Debug)]
pub(crate) struct ConfigArgs {
    /// Where people reach the collector, maybe under a path; without it http://LISTEN
    #[arg(long, env = "HAOCHAPING_PUBLIC_URL", value_name = "URL", default_value = "", value_parser = parse_public_url)]
    public_url: String,
    /// A portal that may send ratings from its own pages, as in https://portal.example; may be
    /// given several times
    #[arg(long = "allow-origin", env = "HAOCHAPING_ALLOW_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = parse_origin)]
    allow_origins: Vec<String>,
    /// The address of a proxy whose X-Forwarded-For (or Forwarded) is believed, or a network of
    /// them, as in 10.0.0.0/24; may be given several times
    #[arg(long = "trusted-proxy", env = "HAOCHAPING_TRUSTED_PROXY", value_name = "IP|CIDR", value_delimiter = ',', value_parser = parse_network)]
    trusted_proxies: Vec<IpNet>,
    /// The region at the root of the public page, 000000 for the country
    #[arg(long, env = "HAOCHAPING_ROOT_REGION", value_name = "CODE", default_value = "000000")]
    root_region: Region,
    /// What of the figures is public, and when.
    #[command(flatten)]
    publication: PublicationArgs,
    /// The licence that open data are given under, by its SPDX name or address
    #[arg(long, env = "HAOCHAPING_LICENCE", value_name = "LICENCE", default_value = "CC-BY-4.0")]
    licence: String,
    /// How many days a rating link lives
    #[arg(long, env = "HAOCHAPING_TICKET_DAYS", value_name = "DAYS", default_value_t = 90, value_parser = value_parser!(u16).range(1..=3650))]
    ticket_days: u16,
    /// More ratings of one card on a day than this go into quarantine
    #[arg(long, env = "HAOCHAPING_CARD_DAY_LIMIT", value_name = "N", default_value_t = 100)]
    card_day_limit: u32,
    /// More ratings of one card on a day from one network and browser than this go into quarantine
    #[arg(long, env = "HAOCHAPING_CARD_SOURCE_LIMIT", value_name = "N", default_value_t = 10)]
    card_source_limit: u32,
    /// After how many days a rating in quarantine counts by itself
    #[arg(long, env = "HAOCHAPING_QUARANTINE_DAYS", value_name = "DAYS", default_value_t = 7, value_parser = value_parser!(u16).range(0..=60))]
    quarantine_days: u16,
    /// After how many days the contact of a rater is deleted; while their work order is open it
    /// stays
    #[arg(long, env = "HAOCHAPING_CONTACT_DAYS", value_name = "DAYS", default_value_t = 180, value_parser = value_parser!(u16).range(1..=3650))]
    contact_days: u16,
    /// How long a pad asks without a choice, in seconds; each touch begins it anew
    #[arg(long, env = "HAOCHAPING_PAD_SECONDS", value_name = "SECONDS", default_value_t = 60, value_parser = value_parser!(u16).range(3..=600))]
    pad_seconds: u16,
    /// Send messages to endpoints with private addresses too; without it a name that leads into the
    /// own network is refused
    #[arg(long, env = "HAOCHAPING_ALLOW_PRIVATE_ENDPOINTS")]
    allow_private_endpoints: bool,
    /// A file with what agents do for people, a line each, to be chosen on the pages of cards; no
    /// choice without it
    #[arg(long, env = "HAOCHAPING_PURPOSES", value_name = "FILE", default_value = "", value_parser = read_purposes)]
    purposes: Purposes,
    /// Whose the pages are: a file in TOML with name, organiser and numbers, for all or by region
    #[arg(long, env = "HAOCHAPING_SITE", value_name = "FILE", default_value = "", value_parser = Sites::read)]
    site: Sites,
    /// The terms of bad ratings: jiangsu, shanghai, zhejiang, or a JSON file with those of another
    /// place
    #[arg(long, env = "HAOCHAPING_PROFILE", value_name = "NAME|FILE", default_value = "jiangsu", value_parser = read_profile)]
    profile: Profile,
    /// A folder with the files by which platforms check the domain, served from the root:
    /// /WW_verify_….txt and the like
    #[arg(long, env = "HAOCHAPING_VERIFICATION_DIR", value_name = "DIR", value_parser = parse_folder)]
    verification_dir: Option<PathBuf>,
    /// The key of an independent body that signs the ledger's checkpoints, as `haochaping cosign`
    /// prints it; may be given several times
    #[arg(long = "witness", env = "HAOCHAPING_WITNESS", value_name = "KEY", value_delimiter = ',')]
    witnesses: Vec<WitnessKey>,
}

/// When a figure may be seen, so that whoever holds only public figures never learns one person's
/// level.
#[derive(Args, Clone, Copy, Debug)]
struct PublicationArgs {
    /// How many new ratings move the figure of a province, a city or a large department
    #[arg(long = "public-step", env = "HAOCHAPING_PUBLIC_STEP", value_name = "N", default_value_t = Publication::USUAL.step)]
    step: u64,
    /// How many new ratings that agree in place, department, item, card and entrance are published
    /// together, the next day
    #[arg(long = "public-group", env = "HAOCHAPING_PUBLIC_GROUP", value_name = "N", default_value_t = Publication::USUAL.group)]
    group: u64,
    /// A department with fewer ratings than this in a region is published the next day only
    #[arg(long = "public-small", env = "HAOCHAPING_PUBLIC_SMALL", value_name = "N", default_value_t = Publication::USUAL.small)]
    small: u64,
    /// From how many on a public rate is shown
    #[arg(long = "public-rate-min", env = "HAOCHAPING_PUBLIC_RATE_MIN", value_name = "N", default_value_t = Publication::USUAL.rate_min)]
    rate_min: u64,
    /// From how many ratings of a month on a hot word is shown
    #[arg(long = "hot-word-min", env = "HAOCHAPING_HOT_WORD_MIN", value_name = "N", default_value_t = Publication::USUAL.word_min)]
    word_min: u64,
}

/// How rows of a file are written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum FormatArg {
    /// Comma-separated values in UTF-8 with a first line of names
    Csv,
    /// One JSON object a line
    Jsonl,
}

impl From<FormatArg> for Format {
    fn from(arg: FormatArg) -> Self {
        match arg {
            FormatArg::Csv => Self::Csv,
            FormatArg::Jsonl => Self::Jsonl,
        }
    }
}

impl From<ConfigArgs> for Config {
    fn from(args: ConfigArgs) -> Self {
        let ConfigArgs {
            public_url,
            allow_origins,
            trusted_proxies,
            root_region,
            publication,
            licence,
            ticket_days,
            card_day_limit,
            card_source_limit,
            quarantine_days,
            contact_days,
            pad_seconds,
            allow_private_endpoints,
            purposes,
            site: sites,
            profile,
            verification_dir,
            witnesses,
        } = args;
        let publication = publication.into();
        Self {
            public_url,
            allow_origins,
            trusted_proxies,
            root_region,
            publication,
            licence,
            ticket_days,
            card_day_limit,
            card_source_limit,
            quarantine_days,
            contact_days,
            pad_seconds,
            allow_private_endpoints,
            purposes,
            sites,
            profile,
            verification_dir,
            witnesses,
        }
    }
}

impl From<PublicationArgs> for Publication {
    fn from(args: PublicationArgs) -> Self {
        let PublicationArgs { step, group, small, rate_min, word_min } = args;
        Self { step, group, small, rate_min, word_min }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        config: ConfigArgs,
    }

    #[test]
    fn the_usual_is_what_holds_when_nothing_is_set() {
        let config = Config::from(Command::parse_from(["serve"]).config);
        assert_eq!(
            format!("{config:?}"),
            format!("{:?}", Config::usual(config.public_url.clone()))
        );
    }
}
