//! `haochaping card print`: a roster is read and checked as a whole, its cards are issued, and then
//! printed.

mod args;
mod files;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::BufWriter,
    path::Path,
};

use anyhow::{Context, Result, anyhow, ensure};
pub(super) use args::Args;
use haochaping::{qr::Layout, region::Region};
use haochaping_cards::{
    Batch, Format,
    face::{Face, Wording},
    font::FontFiles,
    pdf,
    roster::Row,
    svg::Singles,
};
use haochaping_collector::{
    accounts::audit_trail::Acting,
    cards::{Names, Plan, change, draft, to_cards, to_faces},
    ports::{Clock, SystemClock},
};
use haochaping_store::{Issue, StoredCard};

use self::{
    args::FormatName,
    files::{read, read_portraits},
};
use super::{
    super::{listed, progress_bar, say_notes},
    load_keys, open_existing,
};
use crate::cli::settings::StoreArgs;

/// More cards than this are written as one file a street.
const ONE_FILE_MAX: usize = 500;

pub(super) async fn run(store_args: &StoreArgs, args: Args) -> Result<()> {
    let store = open_existing(store_args).await?;
    let keys = load_keys(store_args, &store).await?;
    let names = Names { imported: store.regions().await?, agencies: store.agency_names().await? };
    let known = store.cards().await?;
    let (roster, left_out) = read(&args, &names, &known)?;
    say_notes(&roster.table);
    if !roster.unknown.is_empty() {
        eprintln!(
            "columns that were not understood, and are on no card: {}",
            roster.unknown.join(", ")
        );
    }
    let rows = roster.rows;
    ensure!(!rows.is_empty(), "{}: there is no card to print", args.roster.display());
    let portraits = read_portraits(&args, &rows)?;
    let fonts = FontFiles::find(args.font.as_deref(), args.bold_font.as_deref())?;
    let wording = Wording {
        title: args.title.clone(),
        second_title: args.second_title.clone(),
        ..Wording::default()
    };
    let terms = args.terms();
    let news = to_cards(&terms, &rows, &names, SystemClock.now());
    let plan = Plan::of(&news, &known, SystemClock.now().date_in_china());
    say_plan(&plan, &rows);
    if args.dry_run {
        return Ok(());
    }
    ensure!(
        plan.replacements.is_empty() || args.replace,
        "nothing was printed: {} printed cards would end; look at the list above, then use --replace, or put the roster right",
        plan.replacements.len()
    );
    // With links that only have the right length: nothing is issued that cannot be printed.
    let drafts: Vec<_> = news.iter().map(|new| draft(new, SystemClock.now())).collect();
    let faces = to_faces(&terms, &keys, &names, &rows, &drafts, &portraits);
    let layout = Layout::of(&faces[0].link)?;
    let (sheet, has_back) = (args.sheet(), args.back);
    let batch = Batch { faces: &faces, wording: &wording, sheet, layout, has_back };
    batch.check(&fonts)?;

    prepare_folder(&args)?;
    let agreed = plan.replacements.iter().filter(|_| args.replace).map(|one| one.serial).collect();
    let issued = change::issue(&Acting::at_command_line(&store), news, agreed).await?.map_err(|serials| {
        anyhow!("nothing was printed: meanwhile the cards {serials:?} came into use, which would end; look again")
    })?;
    let cards: Vec<_> = issued.iter().map(|(card, _)| card.clone()).collect();
    let faces = to_faces(&terms, &keys, &names, &rows, &cards, &portraits);
    let batch = Batch { faces: &faces, ..batch };
    let bar = progress_bar(faces.len() as u64, "cards");
    let progress = |n| bar.inc(n);
    let serials: BTreeMap<_, _> =
        faces.iter().zip(&cards).map(|(face, card)| (face.line, card.serial)).collect();
    let name = |face: &Face| format!("{:08}-{}", serials[&face.line], plain(&face.number));
    match args.format {
        FormatName::Pdf => {
            for (name, faces) in split(&args, &names, &rows, &faces) {
                write_whole(&args.out.join(name), |file| {
                    Ok(pdf::write(
                        BufWriter::new(file),
                        &Batch { faces: &faces, ..batch },
                        &fonts,
                        &progress,
                    )?)
                })?;
            }
        }
        FormatName::Zip => {
            let singles = Singles::new(batch, &fonts)?;
            write_whole(&args.out.join("cards.zip"), |file| {
                Ok(singles.write_zip(file, &name, &progress)?)
            })?;
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

/// What printing would do.
fn say_plan(plan: &Plan, rows: &[Row]) {
    for row in rows.iter().filter(|row| row.is_assigned) {
        eprintln!("line {}: {} gets the number {}", row.line, row.name, row.number);
    }
    for one in &plan.replacements {
        let changes: Vec<_> = one.changes.iter().map(ToString::to_string).collect();
        eprintln!(
            "card {} of {} {:?} would end: {}",
            one.serial,
            one.name,
            one.number,
            changes.join("；")
        );
    }
    eprintln!(
        "{} new, {} unchanged, {} that replace a printed card",
        plan.n_new,
        plan.n_unchanged,
        plan.replacements.len()
    );
}

/// The files and what goes into each: one, or one a street.
fn split(args: &Args, names: &Names, rows: &[Row], faces: &[Face]) -> Vec<(String, Vec<Face>)> {
    if args.one_file || faces.len() <= ONE_FILE_MAX {
        return vec![("cards.pdf".to_owned(), faces.to_vec())];
    }
    let mut streets: BTreeMap<Region, Vec<Face>> = BTreeMap::new();
    for (row, face) in rows.iter().zip(faces) {
        streets.entry(row.region.parent().unwrap_or(row.region)).or_default().push(face.clone());
    }
    let name = |street: Region| {
        format!("{street}-{}.pdf", plain(&names.region(street).unwrap_or_default()))
    };
    streets.into_iter().map(|(street, faces)| (name(street), faces)).collect()
}

/// Makes the folder and tries it: issuing ends older cards, and must not happen where nothing can
/// be printed. The roster itself is never written over.
fn prepare_folder(args: &Args) -> Result<()> {
    let message = || format!("{} cannot be written", args.out.display());
    fs::create_dir_all(&args.out).with_context(message)?;
    let trial = args.out.join("cards.part");
    File::create(&trial).with_context(message)?;
    fs::remove_file(&trial).with_context(message)?;
    let roster = fs::canonicalize(&args.roster)?;
    let is_roster =
        |name: &str| fs::canonicalize(args.out.join(name)).is_ok_and(|written| written == roster);
    let taken = ["cards.csv", "cards.pdf", "cards.zip", "left-out.txt"]
        .into_iter()
        .find(|name| is_roster(name));
    if let Some(name) = taken {
        anyhow::bail!("{name} would be written over the roster: name another folder by --out");
    }
    Ok(())
}

/// What was printed: serial, number and link of each card, for checks and for other media.
fn write_list(args: &Args, cards: &[StoredCard], faces: &[Face]) -> Result<()> {
    write_whole(&args.out.join("cards.csv"), |file| {
        let mut out = haochaping_tables::Writer::new(file)?;
        out.record(["serial", "number", "name", "region", "expires", "link"])?;
        for (StoredCard { serial, card, .. }, face) in cards.iter().zip(faces) {
            let (serial, region, expires) =
                (serial.to_string(), card.region.to_string(), card.expires.to_string());
            out.record([&serial, &card.number, &card.name, &region, &expires, &face.link])?;
        }
        out.finish()?;
        Ok(())
    })
}

/// Text that is safe in a file name.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

/// Writes a file beside its place and moves it there when it is whole.
fn write_whole(path: &Path, write: impl FnOnce(File) -> Result<()>) -> Result<()> {
    let message = || format!("{} cannot be written", path.display());
    let part = path.with_extension("part");
    write(File::create(&part).with_context(message)?)?;
    fs::rename(&part, path).with_context(message)
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
            listed(left_out)
        );
    }
    Ok(())
}
