use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use haochaping::link::CardKind;
use haochaping_cards::sheet::Sheet;
use haochaping_collector::cards::Terms;

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping card print roster.xlsx --out cards --public-url https://hcp.example.gov.cn
  haochaping card print windows.csv --kind window --out stands --agency 11321000014216389W

The roster is CSV (UTF-8, UTF-16, GBK or GB18030) or XLSX. Columns are found by their headings, wherever the headings are:
姓名 name, 村社区代码 region or 村（社区） with 镇街 by name, 责任单位代码 agency (or --agency, by code or by name); and 工号,
责任单位, 服务范围, 电话, 照片, 有效期 if you have them. Whoever has no 工号 gets one, the same each time. Every bad line is
named with number, column and reason, and nothing is printed until there is none. The same roster again gives the same
cards; a changed line would end a printed card, which takes --replace. Look first with --dry-run.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(in crate::cli::card) struct Args {
    /// The roster
    pub(super) roster: PathBuf,
    /// The folder for what is printed; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Where people reach the collector; cards are bound to its host
    #[arg(long, env = "HAOCHAPING_PUBLIC_URL", value_name = "URL")]
    pub(super) public_url: String,
    /// What the cards stand for
    #[arg(long, value_enum, default_value = "agent")]
    pub(super) kind: Kind,
    /// The agency of lines that name none: its credit code, or its name if that is on record
    #[arg(long, value_name = "CODE or NAME")]
    pub(super) agency: Option<String>,
    /// Say what would be printed and replaced, and do nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// End printed cards whose lines say something else now; without it nothing is printed if there
    /// is one
    #[arg(long)]
    pub(super) replace: bool,
    /// What to print on; without it a4-10 for agents and a5 for windows and halls
    #[arg(long, value_enum)]
    pub(super) sheet: Option<SheetName>,
    /// What to write
    #[arg(long, value_enum, default_value = "pdf")]
    pub(super) format: FormatName,
    /// A back behind every page, for printing on both sides; with pdf
    #[arg(long)]
    pub(super) back: bool,
    /// One file, however many cards; without it more than 500 are written as one file a street
    #[arg(long)]
    pub(super) one_file: bool,
    /// For how many months a card is good if its line does not say
    #[arg(long, value_name = "MONTHS", default_value_t = 24, value_parser = clap::value_parser!(u8).range(1..=120))]
    pub(super) valid_months: u8,
    /// The title
    #[arg(long, default_value = "政务服务评价卡")]
    pub(super) title: String,
    /// The title in a second language; empty for none
    #[arg(long, default_value = "Government Service Rating Card")]
    pub(super) second_title: String,
    /// A folder with portraits, JPEG or PNG, named in the column 照片
    #[arg(long, value_name = "DIR")]
    pub(super) photos: Option<PathBuf>,
    /// The font; without it Noto Sans CJK of the system
    #[arg(long, value_name = "FILE")]
    pub(super) font: Option<PathBuf>,
    /// The bold font
    #[arg(long, value_name = "FILE")]
    pub(super) bold_font: Option<PathBuf>,
    /// Print the good lines, and list what was left out in left-out.txt
    #[arg(long)]
    pub(super) skip_bad: bool,
    /// Scheme and host in lower case, for scanners that know no HTTPS://
    #[arg(long)]
    pub(super) lower_case: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Kind {
    /// A person and a village
    Agent,
    /// A counter
    Window,
    /// A service hall
    Hall,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum SheetName {
    /// Ten cards on A4
    #[value(name = "a4-10")]
    A4Ten,
    /// Eight cards on A4, with room between them
    #[value(name = "a4-8")]
    A4Eight,
    /// A stand
    A5,
    /// A page a card
    Single,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatName {
    /// Sheets
    Pdf,
    /// A drawing a card
    Svg,
    /// An image of 300 dpi a card
    Png,
    /// All drawings and images in one file
    Zip,
}

impl Args {
    pub(super) fn kind(&self) -> CardKind {
        match self.kind {
            Kind::Agent => CardKind::Agent,
            Kind::Window => CardKind::Window,
            Kind::Hall => CardKind::Hall,
        }
    }

    pub(super) fn terms(&self) -> Terms {
        Terms {
            kind: self.kind(),
            valid_months: self.valid_months,
            public_url: self.public_url.clone(),
            is_lower_case: self.lower_case,
        }
    }

    pub(super) fn sheet(&self) -> Sheet {
        match (self.sheet, self.kind) {
            (Some(SheetName::A5), _) | (None, Kind::Window | Kind::Hall) => Sheet::A5,
            // Singles are cut already.
            (Some(SheetName::Single), _) => Sheet::Single,
            _ if self.format != FormatName::Pdf => Sheet::Single,
            (Some(SheetName::A4Eight), _) => Sheet::A4Eight,
            (Some(SheetName::A4Ten) | None, _) => Sheet::A4Ten,
        }
    }
}
