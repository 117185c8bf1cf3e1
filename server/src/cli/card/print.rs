use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, bail, ensure};
use clap::{Args as ClapArgs, ValueEnum};
use haochaping::{
    identifier::Uscc,
    link::{CardKind, ExpiryMonth},
    qr::Layout,
    region::Region,
};
use haochaping_cards::{
    Batch, Format, Portrait,
    face::{Face, Wording},
    font::FontFiles,
    pdf,
    roster::{self, Checks, Row},
    sheet::Sheet,
    svg::Singles,
};
use sha2::{Digest, Sha256};

use super::{super::progress_bar, link, load_keys, open_existing};
use crate::{
    app::{Clock, SystemClock},
    config::StoreArgs,
    keys::Keys,
    store::{Issue, NewCard, Store, StoredCard},
};

/// More cards than this are written as one file a street.
const ONE_FILE_MAX: usize = 500;

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping card print roster.xlsx --out cards --public-url https://hcp.example.gov.cn
  haochaping card print windows.csv --kind window --out stands --agency 11321000014216389W

The roster is CSV (UTF-8, GBK or GB18030) or XLSX. Columns are found by their headings: 姓名 name, 工号 number,
村社区代码 region, 责任单位代码 agency (or --agency); and 责任单位, 服务范围, 电话, 照片, 有效期 if you have them. Every bad
line is named with number, column and reason, and nothing is printed until there is none. The same roster again gives
the same cards; a changed line gets a new card that replaces the old one.")]
pub(super) struct Args {
    /// The roster
    roster: PathBuf,
    /// The folder for what is printed; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Where people reach the collector; cards are bound to its host
    #[arg(long, env = "HAOCHAPING_PUBLIC_URL", value_name = "URL")]
    public_url: String,
    /// What the cards stand for
    #[arg(long, value_enum, default_value = "agent")]
    kind: Kind,
    /// The credit code of the agency, for lines that name none
    #[arg(long, value_name = "CODE", value_parser = parse_agency)]
    agency: Option<Uscc>,
    /// What to print on; without it a4-10 for agents and a5 for windows and halls
    #[arg(long, value_enum)]
    sheet: Option<SheetName>,
    /// What to write
    #[arg(long, value_enum, default_value = "pdf")]
    format: FormatName,
    /// A back behind every page, for printing on both sides; with pdf
    #[arg(long)]
    back: bool,
    /// One file, however many cards; without it more than 500 are written as one file a street
    #[arg(long)]
    one_file: bool,
    /// For how many months a card is good if its line does not say
    #[arg(long, value_name = "MONTHS", default_value_t = 24, value_parser = clap::value_parser!(u8).range(1..=120))]
    valid_months: u8,
    /// The title
    #[arg(long, default_value = "政务服务评价卡")]
    title: String,
    /// The title in a second language; empty for none
    #[arg(long, default_value = "Government Service Rating Card")]
    second_title: String,
    /// A folder with portraits, JPEG or PNG, named in the column 照片
    #[arg(long, value_name = "DIR")]
    photos: Option<PathBuf>,
    /// The font; without it Noto Sans CJK of the system
    #[arg(long, value_name = "FILE")]
    font: Option<PathBuf>,
    /// The bold font
    #[arg(long, value_name = "FILE")]
    bold_font: Option<PathBuf>,
    /// Print the good lines, and list what was left out in left-out.txt
    #[arg(long)]
    skip_bad: bool,
    /// Scheme and host in lower case, for scanners that know no HTTPS://
    #[arg(long)]
    lower_case: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// A person and a village
    Agent,
    /// A counter
    Window,
    /// A service hall
    Hall,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SheetName {
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
enum FormatName {
    /// Sheets
    Pdf,
    /// A drawing a card
    Svg,
    /// An image of 300 dpi a card
    Png,
    /// All drawings and images in one file
    Zip,
}

fn parse_agency(text: &str) -> Result<Uscc, String> {
    Uscc::parse(text).map_err(|error| error.to_string())
}

impl Args {
    fn kind(&self) -> CardKind {
        match self.kind {
            Kind::Agent => CardKind::Agent,
            Kind::Window => CardKind::Window,
            Kind::Hall => CardKind::Hall,
        }
    }

    fn sheet(&self) -> Sheet {
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

pub(super) async fn run(store_args: &StoreArgs, args: Args) -> Result<()> {
    let store = open_existing(store_args)?;
    let keys = load_keys(store_args, &store).await?;
    let names = Names { imported: store.regions().await?, agencies: store.agency_names().await? };
    let (rows, left_out) = read(&args, &names)?;
    ensure!(!rows.is_empty(), "{}: there is no card to print", args.roster.display());
    let portraits = read_portraits(&args, &rows)?;
    let fonts = FontFiles::find(args.font.as_deref(), args.bold_font.as_deref())?;
    let wording = Wording { title: args.title.clone(), second_title: args.second_title.clone(), ..Wording::default() };
    let news = to_cards(&args, &rows, &names);
    // With links that only have the right length: nothing is issued that cannot be printed.
    let drafts: Vec<_> = news.iter().map(|new| draft(new)).collect();
    let faces = to_faces(&args, &keys, &names, &rows, &drafts, &portraits);
    let layout = Layout::of(&faces[0].link)?;
    let (sheet, has_back) = (args.sheet(), args.back);
    let batch = Batch { faces: &faces, wording: &wording, sheet, layout, has_back };
    batch.check(&fonts)?;

    let issued = store.issue_cards(news, SystemClock.now()).await?;
    let cards: Vec<_> = issued.iter().map(|(card, _)| card.clone()).collect();
    let faces = to_faces(&args, &keys, &names, &rows, &cards, &portraits);
    let batch = Batch { faces: &faces, ..batch };
    fs::create_dir_all(&args.out).with_context(|| format!("{} cannot be written", args.out.display()))?;
    let bar = progress_bar(faces.len() as u64, "cards");
    let progress = |n| bar.inc(n);
    let serials: BTreeMap<_, _> = faces.iter().zip(&cards).map(|(face, card)| (face.line, card.serial)).collect();
    let name = |face: &Face| format!("{:08}-{}", serials[&face.line], plain(&face.number));
    match args.format {
        FormatName::Pdf => {
            for (name, faces) in files(&args, &names, &rows, &faces) {
                write_whole(&args.out.join(name), |file| {
                    Ok(pdf::write(BufWriter::new(file), &Batch { faces: &faces, ..batch }, &fonts, &progress)?)
                })?;
            }
        }
        FormatName::Zip => {
            let singles = Singles::new(batch, &fonts)?;
            write_whole(&args.out.join("cards.zip"), |file| Ok(singles.write_zip(file, &name, &progress)?))?;
        }
        FormatName::Svg | FormatName::Png => {
            let format = if args.format == FormatName::Svg { Format::Svg } else { Format::Png };
            Singles::new(batch, &fonts)?.write_files(&args.out, format, &name, &progress)?;
        }
    }
    bar.finish_and_clear();
    write_list(&args, &cards, &faces)?;
    report(&args, &issued, &left_out)
}

/// Names of places and agencies on record.
struct Names {
    imported: BTreeMap<Region, String>,
    agencies: BTreeMap<String, String>,
}

impl Names {
    fn region(&self, region: Region) -> Option<String> {
        region.builtin_name().map(str::to_owned).or_else(|| self.imported.get(&region).cloned())
    }
}

/// The good rows, and what is left out; faults end it here unless they may be skipped.
fn read(args: &Args, names: &Names) -> Result<(Vec<Row>, Vec<String>)> {
    let place = args.roster.display();
    let bytes = fs::read(&args.roster).with_context(|| format!("{place} cannot be read"))?;
    let region_name = |region| names.region(region);
    let checks = Checks { kind: args.kind(), agency: args.agency.clone(), region_name: &region_name };
    let roster = roster::read(&bytes, &checks).with_context(|| place.to_string())?;
    let faults: Vec<_> = roster.faults.iter().map(ToString::to_string).collect();
    if !faults.is_empty() && !args.skip_bad {
        bail!(
            "{place}: {} faults, nothing was printed; put them right or use --skip-bad\n{}",
            faults.len(),
            faults.join("\n")
        );
    }
    Ok((roster.rows, faults))
}

fn read_portraits(args: &Args, rows: &[Row]) -> Result<BTreeMap<u64, Arc<Portrait>>> {
    let Some(folder) = &args.photos else { return Ok(BTreeMap::new()) };
    let (mut found, mut faults) = (BTreeMap::new(), Vec::new());
    for (row, file) in rows.iter().filter_map(|row| row.photo.as_ref().map(|file| (row, file))) {
        match Portrait::read(folder, file) {
            Ok(portrait) => drop(found.insert(row.line, Arc::new(portrait))),
            Err(error) => faults.push(format!("line {}, 照片: {error}", row.line)),
        }
    }
    ensure!(faults.is_empty(), "{}: nothing was printed\n{}", args.roster.display(), faults.join("\n"));
    Ok(found)
}

fn to_cards(args: &Args, rows: &[Row], names: &Names) -> Vec<NewCard> {
    let default = ExpiryMonth::after(SystemClock.now().date_in_china(), args.valid_months);
    let to_card = |row: &Row| NewCard {
        kind: args.kind(),
        name: row.name.clone(),
        number: row.number.clone(),
        agency: row.agency.to_string(),
        agency_name: row.agency_name.clone().or_else(|| names.agencies.get(row.agency.as_str()).cloned()),
        region: row.region,
        scope: row.scope.clone(),
        phone: row.phone.clone(),
        expires: row.expires.unwrap_or(default),
        content: digest(row),
    };
    rows.iter().map(to_card).collect()
}

/// What makes a card another one. A term that was only assumed is not in it: the same roster next month is the same.
fn digest(row: &Row) -> [u8; 32] {
    let (region, expires) = (row.region.to_string(), row.expires.map(|month| month.to_string()));
    let optional = [&row.scope, &row.phone, &row.photo, &expires].map(|text| text.as_deref().unwrap_or(""));
    let mut hash = Sha256::new();
    for text in [row.name.as_str(), &row.number, row.agency.as_str(), &region].into_iter().chain(optional) {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

fn draft(new: &NewCard) -> StoredCard {
    StoredCard { serial: 0, card: new.clone(), issued_at: SystemClock.now(), revoked: None, replaced_by: None }
}

fn to_faces(
    args: &Args,
    keys: &Keys,
    names: &Names,
    rows: &[Row],
    cards: &[StoredCard],
    portraits: &BTreeMap<u64, Arc<Portrait>>,
) -> Vec<Face> {
    let to_face = |(row, stored): (&Row, &StoredCard)| {
        let card = &stored.card;
        // District and street around a village; of a window or hall what lies around it.
        let around = card
            .region
            .ancestors()
            .skip(1)
            .take(2)
            .take_while(|around| around.kind() > haochaping::region::RegionKind::Province);
        let mut around: Vec<_> = around.filter_map(|around| names.region(around)).collect();
        around.reverse();
        Face {
            line: row.line,
            kind: card.kind,
            name: card.name.clone(),
            number: card.number.clone(),
            place: names.region(card.region).unwrap_or_default(),
            around: around.join(" "),
            scope: card.scope.clone(),
            phone: card.phone.clone(),
            agency: card.agency_name.clone().unwrap_or_default(),
            link: link(stored, keys, &args.public_url, args.lower_case),
            issued: stored.issued_at.date_in_china().to_string()[..7].to_owned(),
            expires: card.expires.to_string(),
            portrait: portraits.get(&row.line).cloned(),
        }
    };
    rows.iter().zip(cards).map(to_face).collect()
}

/// The files and what goes into each: one, or one a street.
fn files(args: &Args, names: &Names, rows: &[Row], faces: &[Face]) -> Vec<(String, Vec<Face>)> {
    if args.one_file || faces.len() <= ONE_FILE_MAX {
        return vec![("cards.pdf".to_owned(), faces.to_vec())];
    }
    let mut streets: BTreeMap<Region, Vec<Face>> = BTreeMap::new();
    for (row, face) in rows.iter().zip(faces) {
        streets.entry(row.region.parent().unwrap_or(row.region)).or_default().push(face.clone());
    }
    let name = |street: Region| format!("{street}-{}.pdf", plain(&names.region(street).unwrap_or_default()));
    streets.into_iter().map(|(street, faces)| (name(street), faces)).collect()
}

/// What was printed: serial, number and link of each card, for checks and for other media.
fn write_list(args: &Args, cards: &[StoredCard], faces: &[Face]) -> Result<()> {
    write_whole(&args.out.join("cards.csv"), |file| {
        let mut out = csv::Writer::from_writer(file);
        out.write_record(["serial", "number", "name", "region", "expires", "link"])?;
        for (StoredCard { serial, card, .. }, face) in cards.iter().zip(faces) {
            let (serial, region, expires) = (serial.to_string(), card.region.to_string(), card.expires.to_string());
            out.write_record([&serial, &card.number, &card.name, &region, &expires, &face.link])?;
        }
        Ok(out.flush()?)
    })
}

/// Text that is safe in a file name.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

/// Writes a file beside its place and moves it there when it is whole.
fn write_whole(path: &Path, write: impl FnOnce(File) -> Result<()>) -> Result<()> {
    let said = || format!("{} cannot be written", path.display());
    let part = path.with_extension("part");
    write(File::create(&part).with_context(said)?)?;
    fs::rename(&part, path).with_context(said)
}

fn report(args: &Args, issued: &[(StoredCard, Issue)], left_out: &[String]) -> Result<()> {
    let n = |is: fn(&Issue) -> bool| issued.iter().filter(|(_, issue)| is(issue)).count();
    let (known, new) = (n(|issue| *issue == Issue::Known), n(|issue| *issue == Issue::New));
    for (card, issue) in issued {
        if let Issue::Replaces(old) = issue {
            eprintln!(
                "card {} of {:?} replaces card {old}: the line says something else, or its time was over",
                card.serial, card.card.number
            );
        }
    }
    eprintln!(
        "{} cards in {}: {new} new, {} replace others, {known} as before",
        issued.len(),
        args.out.display(),
        issued.len() - new - known
    );
    if !left_out.is_empty() {
        let list = args.out.join("left-out.txt");
        fs::write(&list, left_out.join("\n") + "\n")
            .with_context(|| format!("{} cannot be written", list.display()))?;
        eprintln!(
            "{} faults, their lines were left out; see {}\n{}",
            left_out.len(),
            list.display(),
            left_out.join("\n")
        );
    }
    Ok(())
}
