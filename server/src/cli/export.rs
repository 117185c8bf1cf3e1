use std::{
    fs::File,
    io::{BufWriter, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::cli::settings::{FormatArg, StoreArgs};
use anyhow::{Context, Result, ensure};
use clap::Args as ClapArgs;
use haochaping::link::{PARTS, Receipt};
use haochaping_collector::{
    exchange::{Format, Newest, Profile, Watermark},
    keys::Keys,
    ports::{Clock, SystemClock},
};
use haochaping_store::{
    SqlStore,
    exchange::{ExportQuery, Outgoing, Place},
};

use super::{load_keys, open_existing, progress_bar};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping export --profile national > ratings.csv
  haochaping export --profile national --format jsonl --watermark last.json --output 2026-11-25.jsonl
  haochaping export --profile gbt-39046 --watermark last.json --output 2026-11-25.csv

Writes ratings that count: of citizens, entered at their word, or relayed. What waits in quarantine follows when it is
released; tests and imported history never do. Fields for names and telephone numbers stay here; comments leave as they were
written. With --watermark only what came since the last export is written, and the file is moved on once everything is in
--output and on disk, or was handed to standard output. An export that was cut off is run again; should that have been at
the very last moment a rating is handed over twice, with the same receipt.")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// national, gbt-39046, or a file in the same form
    #[arg(long, default_value = "national", value_name = "NAME|FILE")]
    profile: String,
    /// How rows are written
    #[arg(long, value_enum, default_value_t = FormatArg::Csv)]
    format: FormatArg,
    /// CSV that a spreadsheet opens as it is meant: with a byte order mark, CRLF, and no cell that would be run as a formula;
    /// not for another system
    #[arg(long)]
    for_spreadsheets: bool,
    /// Up to where the last export went; made by the first
    #[arg(long, value_name = "FILE")]
    watermark: Option<PathBuf>,
    /// A new file; without it rows go to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let profile = Profile::load(&args.profile)?;
    let format = Format::from(args.format);
    ensure!(!args.for_spreadsheets || format == Format::Csv, "--for-spreadsheets is for CSV");
    let store = open_existing(&args.store).await?;
    let keys = load_keys(&args.store, &store).await?;
    let last = args.watermark.as_deref().map(Watermark::read).transpose()?.flatten();
    // First the clock, then the commits, then the ratings: whatever comes meanwhile is of the next export.
    let at = SystemClock.now().to_rfc3339();
    let until = store.slot_revisions().await?;
    if let Some(last) = &last {
        last.check_before(&until)?;
        last.check_newest(&store.commits_of(last.newest.values().map(Newest::key).collect()).await?)?;
    }
    let target = Target::open(args.output.clone())?;
    let mut out = Rows::new(format, args.for_spreadsheets, &profile, target.writer()?)?;
    let asked = Arc::new(ExportQuery { after: last.as_ref().map(|last| last.slots.clone()), until: until.clone() });
    let first = last.as_ref().map_or([0; 16], Watermark::first_id);
    let mut mark = Watermark { at, slots: until, newest: last.map(|last| last.newest).unwrap_or_default() };
    let n_rows = write_all(&store, &keys, &asked, first, &mut out, &mut mark).await?;
    out.finish()?;
    target.keep()?;
    if let Some(path) = &args.watermark {
        mark.write(path)?;
    }
    eprintln!("{n_rows} ratings exported by the profile {}", profile.name());
    Ok(())
}

async fn write_all(
    store: &SqlStore,
    keys: &Keys,
    asked: &Arc<ExportQuery>,
    first: [u8; 16],
    out: &mut Rows<'_>,
    mark: &mut Watermark,
) -> Result<u64> {
    let bar = progress_bar(u64::from(PARTS) * 2, "partitions");
    let mut n_rows = 0;
    for part in 0..PARTS {
        // Of those that were in quarantine the id says nothing of when they were let out.
        for (place, first) in [(Place::Counted, first), (Place::Released, [0; 16])] {
            let mut after = Some(first);
            while let Some(id) = after {
                let page = store.export(Arc::clone(asked), place, part, id).await?;
                for rating in &page.ratings {
                    out.write(rating, &comment_of(keys, rating)?)?;
                    n_rows += 1;
                    if let Some(commit) = rating.commit {
                        mark.note(rating.part, rating.id, commit);
                    }
                }
                after = page.last;
            }
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    Ok(n_rows)
}

fn comment_of(keys: &Keys, rating: &Outgoing) -> Result<String> {
    let Some(sealed) = &rating.comment else { return Ok(String::new()) };
    let opened = keys.vault.open("rating", &rating.id, "comment", sealed);
    opened.with_context(|| format!("the comment of rating {} cannot be opened", Receipt::of(rating.part, &rating.id)))
}

/// A file that appears under its name when it is whole, or standard output.
struct Target(Option<(PathBuf, PathBuf)>);

impl Target {
    fn open(output: Option<PathBuf>) -> Result<Self> {
        let Some(path) = output else { return Ok(Self(None)) };
        ensure!(!path.exists(), "{} exists: name a new file", path.display());
        let mut part = path.clone().into_os_string();
        part.push(".part");
        Ok(Self(Some((path, part.into()))))
    }

    fn writer(&self) -> Result<Box<dyn Write>> {
        let Some((_, part)) = &self.0 else { return Ok(Box::new(std::io::stdout())) };
        // What people wrote is in it, in clear.
        let mut options = File::options();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(part);
        Ok(Box::new(file.with_context(|| format!("{} cannot be written", part.display()))?))
    }

    fn keep(self) -> Result<()> {
        let Some((path, part)) = self.0 else { return Ok(()) };
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let kept = File::open(&part)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(&part, &path))
            .and_then(|()| File::open(directory)?.sync_all());
        kept.with_context(|| format!("{} cannot be written", path.display()))
    }
}

/// Rows on their way out, one at a time.
struct Rows<'a> {
    profile: &'a Profile,
    form: Form,
}

enum Form {
    Csv(Box<csv::Writer<Box<dyn Write>>>),
    Spreadsheet(haochaping_tables::Writer<Box<dyn Write>>),
    Jsonl(BufWriter<Box<dyn Write>>),
}

impl<'a> Rows<'a> {
    fn new(format: Format, for_spreadsheets: bool, profile: &'a Profile, out: Box<dyn Write>) -> Result<Self> {
        let form = match format {
            Format::Csv if for_spreadsheets => {
                let mut sheet = haochaping_tables::Writer::new(out)?;
                sheet.record(profile.heads())?;
                Form::Spreadsheet(sheet)
            }
            Format::Csv => {
                let mut csv = csv::Writer::from_writer(out);
                csv.write_record(profile.heads())?;
                Form::Csv(Box::new(csv))
            }
            Format::Jsonl => Form::Jsonl(BufWriter::new(out)),
        };
        Ok(Self { profile, form })
    }

    fn write(&mut self, rating: &Outgoing, comment: &str) -> Result<()> {
        let row = self.profile.row(rating, comment);
        match &mut self.form {
            Form::Csv(csv) => csv.write_record(row)?,
            Form::Spreadsheet(sheet) => sheet.record(row)?,
            Form::Jsonl(out) => {
                // Columns keep their order, which a map would not.
                let pair = |(name, value): (&str, String)| {
                    Ok(format!("{}:{}", serde_json::to_string(name)?, serde_json::to_string(&value)?))
                };
                let pairs: Vec<String> = self.profile.heads().into_iter().zip(row).map(pair).collect::<Result<_>>()?;
                writeln!(out, "{{{}}}", pairs.join(","))?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        match self.form {
            Form::Csv(mut csv) => csv.flush()?,
            Form::Spreadsheet(sheet) => drop(sheet.finish()?),
            Form::Jsonl(mut out) => out.flush()?,
        }
        Ok(())
    }
}
